"""The logic reading of values: bit-vector terms for the solver bitwuzla. Conditions are bit vectors of one bit, as in programs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from bitwuzla import Kind, TermManager

from elements.program.combine import walk
from elements.program.program import Table
from elements.program.values import Value

Term = Any
"""A solver's term; the solver brings no types."""

LeafTerm = Callable[[Value, tuple[Term, ...]], Term]
"""The term of a value from outside, given those of its operands."""


class Terms:
    """Makes terms; those of one maker can stand in one formula. Operands are cut to no width: callers give what fits."""

    def __init__(self) -> None:
        self.manager: Any = TermManager()
        # The truth value that a bit was made from: there and back again would be three terms for one.
        self._truths: dict[Term, Term] = {}

    def sort(self, width: int) -> Any:
        """The sort of bit vectors of ``width`` bits."""
        return self.manager.mk_bv_sort(width)

    def variable(self, name: str, width: int) -> Term:
        """A free variable."""
        return self.manager.mk_const(self.sort(width), name)

    def array(self, name: str, index_width: int, width: int) -> Term:
        """A free array."""
        return self.manager.mk_const(self.manager.mk_array_sort(self.sort(index_width), self.sort(width)), name)

    def number(self, number: int, width: int) -> Term:
        """A constant; a negative number stands for its two's complement."""
        return self.manager.mk_bv_value(self.sort(width), number % (1 << width))

    def make(self, kind: Any, *operands: Term, indices: tuple[int, ...] = ()) -> Term:
        """An operation of the solver."""
        return self.manager.mk_term(kind, list(operands), list(indices))

    def bit(self, truth: Term) -> Term:
        """A truth value as a bit."""
        made = self.make(Kind.ITE, truth, self.number(1, 1), self.number(0, 1))
        self._truths[made] = truth
        return made

    def truth(self, bit: Term) -> Term:
        """A bit as a truth value."""
        known = self._truths.get(bit)
        return self.make(Kind.EQUAL, bit, self.number(1, 1)) if known is None else known

    def extend(self, a: Term, width: int) -> Term:
        """``a`` with zeros in front."""
        extra = width - width_of(a)
        return self.make(Kind.BV_ZERO_EXTEND, a, indices=(extra,)) if extra else a

    def part(self, a: Term, low: int, width: int) -> Term:
        """``width`` bits of ``a`` from bit ``low``."""
        return self.make(Kind.BV_EXTRACT, a, indices=(low + width - 1, low))

    def concat(self, *parts: Term) -> Term:
        """Concatenation, first part most significant."""
        return self.make(Kind.BV_CONCAT, *parts) if len(parts) > 1 else parts[0]

    def add(self, a: Term, number: int) -> Term:
        """``a`` plus a number, in the width of ``a``."""
        return self.make(Kind.BV_ADD, a, self.number(number, width_of(a))) if number else a

    def sum_of(self, a: Term, b: Term) -> Term:
        """Sum in the operands' width."""
        return self.make(Kind.BV_ADD, a, b)

    def difference(self, a: Term, b: Term) -> Term:
        """Difference in the operands' width."""
        return self.make(Kind.BV_SUB, a, b)

    def mux(self, bit: Term, a: Term, b: Term) -> Term:
        """``a`` where ``bit`` is set, else ``b``."""
        return self.make(Kind.ITE, self.truth(bit), a, b)

    def all_of(self, *bits: Term) -> Term:
        """And of bits; one for none. Those that are one whatever the packet do not count."""
        left = [bit for bit in bits if not (bit.is_value() and bit.is_bv_value_one())]
        if not left:
            return self.number(1, 1)
        return self.make(Kind.BV_AND, *left) if len(left) > 1 else left[0]

    def any_of(self, *bits: Term) -> Term:
        """Or of bits; zero for none."""
        if not bits:
            return self.number(0, 1)
        return self.make(Kind.BV_OR, *bits) if len(bits) > 1 else bits[0]

    def invert(self, a: Term) -> Term:
        """Bitwise complement."""
        return self.make(Kind.BV_NOT, a)

    def equal(self, a: Term, b: Term) -> Term:
        """Whether both are the same (1 bit)."""
        return self.bit(self.make(Kind.EQUAL, a, b))

    def below(self, a: Term, b: Term, *, signed: bool = False) -> Term:
        """Whether ``a`` is less than ``b`` (1 bit)."""
        return self.bit(self.make(Kind.BV_SLT if signed else Kind.BV_ULT, a, b))

    def look_up(self, table: Table, key: Term) -> tuple[Term, Term]:
        """Whether ``table`` has ``key``, and what it holds for it: all entries, the one that goes before others last."""
        hit, found = self.number(0, 1), self.number(0, table.value_width)
        for entry, mask, value in _ascending(table):
            differs = self.make(
                Kind.BV_AND, self.make(Kind.BV_XOR, key, self.number(entry, table.key_width)), self.number(mask, table.key_width)
            )
            matches = self.equal(differs, self.number(0, table.key_width))
            hit, found = self.any_of(matches, hit), self.mux(matches, self.number(value, table.value_width), found)
        return hit, found


def _ascending(table: Table) -> list[tuple[int, int, int]]:
    """The entries as (key, mask, value), each going before those in front of it."""
    ones = (1 << table.key_width) - 1
    if table.kind == "lpm":
        # Of equal prefixes the last counts, and sorting keeps their order.
        by_length = sorted(table.entries, key=lambda entry: entry[1])
        return [(key, ones ^ ones >> length, value) for key, length, value in by_length]
    return [(key, mask if table.kind == "ternary" else ones, value) for key, mask, value in reversed(table.entries)]


def width_of(a: Term) -> int:
    """The width of a term in bits."""
    return int(a.sort().bv_size())


def _wide(kind: Any) -> Callable[[Terms, Value, list[Term]], Term]:
    return lambda t, v, x: t.make(kind, t.extend(x[0], v.width), t.extend(x[1], v.width))


def _shift_left(t: Terms, v: Value, x: list[Term]) -> Term:
    wide = max(v.width, width_of(x[0]), width_of(x[1]))
    return t.part(t.make(Kind.BV_SHL, t.extend(x[0], wide), t.extend(x[1], wide)), 0, v.width)


def _shift_right(t: Terms, v: Value, x: list[Term]) -> Term:
    wide = max(v.width, width_of(x[1]))
    return t.part(t.make(Kind.BV_SHR, t.extend(x[0], wide), t.extend(x[1], wide)), 0, v.width)


RULES: Final[Mapping[str, Callable[[Terms, Value, list[Term]], Term]]] = {
    "const": lambda t, v, x: t.number(int(v.attributes[0]), v.width),
    "add": _wide(Kind.BV_ADD),
    "sub": _wide(Kind.BV_SUB),
    "mul": _wide(Kind.BV_MUL),
    "and": _wide(Kind.BV_AND),
    "or": _wide(Kind.BV_OR),
    "xor": _wide(Kind.BV_XOR),
    "not": lambda t, v, x: t.invert(x[0]),
    "eq": lambda t, v, x: t.equal(x[0], x[1]),
    "ult": lambda t, v, x: t.below(x[0], x[1]),
    "mux": lambda t, v, x: t.mux(x[0], x[1], x[2]),
    "cat": lambda t, v, x: t.concat(*x),
    "slice": lambda t, v, x: t.part(x[0], int(v.attributes[0]), v.width),
    "zext": lambda t, v, x: t.extend(x[0], v.width),
    "shl": _shift_left,
    "shr": _shift_right,
}
"""The term of every operation whose result comes from its operands alone."""


def translate(terms: Terms, roots: list[Value], leaf: LeafTerm) -> dict[Value, Term]:
    """The term of every value under ``roots``."""
    found: dict[Value, Term] = {}
    for value in walk(roots):
        operands = [found[operand] for operand in value.operands]
        rule = RULES.get(value.op)
        found[value] = leaf(value, tuple(operands)) if rule is None else rule(terms, value, operands)
    return found
