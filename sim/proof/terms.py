"""Netlist cells as hash-consed terms that fold: two copies of a design that compute the same from the same are one and the same term."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from elements.program import values as v
from elements.program.combine import shift_left, shift_right
from elements.program.values import Value, cat, const, extend, make, mux, part
from sim.proof.netlist import Bit, Cell, Netlist

UNDEFINED: Final = "undefined"
"""The name of what is left to whoever builds the hardware, as if it were a memory's."""


class UnknownCell(ValueError):
    """The prover has no meaning for a cell; the message names it."""


def _signed(cell: Cell) -> bool:
    """Whether its operands are signed; shifts, of which only the first may be, do not count the second."""
    signs = [cell.number(name) for name in ("A_SIGNED", "B_SIGNED") if name in cell.parameters]
    if len(set(signs)) > 1 and cell.kind not in ("shl", "shr"):
        raise UnknownCell(f"the operands of the cell {cell.name} are signed and unsigned")
    return bool(signs and signs[0])


def _fit(value: Value, width: int, *, signed: bool = False) -> Value:
    if value.width >= width:
        return part(value, 0, width)
    if not signed:
        return extend(value, width)
    sign = part(value, value.width - 1, 1)
    extra = width - value.width
    return cat(mux(sign, const((1 << extra) - 1, extra), const(0, extra)), value)


def _arithmetic(rule: Callable[[Value, Value], Value]) -> Callable[[Cell, Value, Value, int], Value]:
    def meaning(cell: Cell, a: Value, b: Value, width: int) -> Value:
        signed = _signed(cell)
        return _fit(rule(_fit(a, width, signed=signed), _fit(b, width, signed=signed)), width)

    return meaning


def _compare(rule: Callable[[Value, Value], Value]) -> Callable[[Cell, Value, Value, int], Value]:
    def meaning(cell: Cell, a: Value, b: Value, width: int) -> Value:
        wide = max(a.width, b.width) + 1
        signed = _signed(cell)
        x, y = _fit(a, wide, signed=signed), _fit(b, wide, signed=signed)
        if signed:
            flip = const(1 << (wide - 1), wide)
            x, y = x ^ flip, y ^ flip
        return _fit(rule(x, y), width)

    return meaning


_BINARY: Final[Mapping[str, Callable[[Cell, Value, Value, int], Value]]] = {
    "add": _arithmetic(v.add),
    "sub": _arithmetic(v.sub),
    "mul": _arithmetic(v.mul),
    "and": _arithmetic(v.bit_and),
    "or": _arithmetic(v.bit_or),
    "xor": _arithmetic(v.bit_xor),
    "xnor": _arithmetic(lambda a, b: v.bit_not(v.bit_xor(a, b))),
    "eq": _compare(v.eq),
    "ne": _compare(lambda a, b: v.bit_not(v.eq(a, b))),
    "lt": _compare(v.ult),
    "le": _compare(lambda a, b: v.bit_not(v.ult(b, a))),
    "gt": _compare(lambda a, b: v.ult(b, a)),
    "ge": _compare(lambda a, b: v.bit_not(v.ult(a, b))),
    "logic_and": lambda cell, a, b, width: _fit(a.any() & b.any(), width),
    "logic_or": lambda cell, a, b, width: _fit(a.any() | b.any(), width),
    "shl": lambda cell, a, b, width: shift_left(_fit(a, width, signed=_signed(cell)), b, width),
    "shr": lambda cell, a, b, width: _fit(shift_right(_fit(a, max(width, a.width), signed=_signed(cell)), b), width),
}
_UNARY: Final[Mapping[str, Callable[[Cell, Value, int], Value]]] = {
    "not": lambda cell, a, width: v.bit_not(_fit(a, width, signed=_signed(cell))),
    "pos": lambda cell, a, width: _fit(a, width, signed=_signed(cell)),
    "neg": lambda cell, a, width: _fit(v.sub(const(0, width), _fit(a, width, signed=_signed(cell))), width),
    "logic_not": lambda cell, a, width: _fit(v.bit_not(a.any()), width),
    "reduce_or": lambda cell, a, width: _fit(a.any(), width),
    "reduce_bool": lambda cell, a, width: _fit(a.any(), width),
    "reduce_and": lambda cell, a, width: _fit(v.eq(a, const((1 << a.width) - 1, a.width)), width),
    "reduce_xor": lambda cell, a, width: _fit(_parity(a), width),
}


def _parity(a: Value) -> Value:
    result = part(a, 0, 1)
    for index in range(1, a.width):
        result = result ^ part(a, index, 1)
    return result


class Evaluator:
    """Terms of one copy of ``netlist`` in one cycle; ``source`` gives the term of every net bit that a register, a port or a memory
    drives; ``given``: those of registers and ports by name, where the copy is of a design.
    """

    def __init__(
        self, netlist: Netlist, source: Callable[[int], tuple[Value, int] | None], given: Mapping[str, Value] | None = None
    ) -> None:
        self.source = source
        self.given = given or {}
        self.drivers = netlist.drivers
        self._outputs: dict[str, Value] = {}
        self._words: dict[tuple[Bit, ...], Value] = {}

    def word(self, bits: tuple[Bit, ...]) -> Value:
        """The term of a word, low bit first."""
        known = self._words.get(bits)
        if known is None:
            known = self._words[bits] = self._joined(bits)
        return known

    def _joined(self, bits: tuple[Bit, ...]) -> Value:
        """Bits of one term that follow one another are taken together."""
        runs: list[tuple[Value, int, int]] = []
        for bit in bits:
            term, index = self._place(bit)
            if runs and runs[-1][0] is term and sum(runs[-1][1:]) == index:
                runs[-1] = (term, runs[-1][1], runs[-1][2] + 1)
            else:
                runs.append((term, index, 1))
        return cat(*(part(term, low, count) for term, low, count in reversed(runs)))

    def _place(self, bit: Bit) -> tuple[Value, int]:
        """The term that has a bit, and where in it."""
        if isinstance(bit, str):
            if bit not in "01":
                raise UnknownCell(f"a bit is {bit} outside of the choices of a multiplexer")
            return const(int(bit), 1), 0
        known = self.source(bit)
        if known is not None:
            return known
        if bit not in self.drivers:
            raise UnknownCell(f"net {bit} has no driver")
        cell, index = self.drivers[bit]
        if cell.name not in self._outputs:
            self._outputs[cell.name] = self._cell(cell)
        return self._outputs[cell.name], index

    def _cell(self, cell: Cell) -> Value:
        width = len(cell.connections["Y"])
        if cell.kind in ("mux", "pmux"):
            return self._choice(cell, width)
        a = self.word(cell.connections["A"])
        if cell.kind in _UNARY:
            return _UNARY[cell.kind](cell, a, width)
        if cell.kind not in _BINARY:
            raise UnknownCell(f"no meaning for the cell {cell.name} of kind {cell.kind}")
        if cell.kind in ("and", "logic_and") and a.constant == 0 and not _signed(cell):
            # Whatever the other is: a stage that writes nothing is not asked what it would write.
            return const(0, width)
        return _BINARY[cell.kind](cell, a, self.word(cell.connections["B"]), width)

    def _choice(self, cell: Cell, width: int) -> Value:
        """Of a multiplexer, whose first choice that is selected counts: what cannot be chosen is not looked at."""
        select = cell.connections["S"]
        chosen: list[tuple[Value, int]] = []
        result = None
        for index in range(len(select)):
            this = self.word(select[index : index + 1])
            if this.constant == 1:
                result = self._chosen(cell, "B", index * width, width)
                break
            if this.constant != 0:
                chosen.append((this, index))
        if result is None:
            result = self._chosen(cell, "A", 0, width)
        for this, index in reversed(chosen):
            result = mux(this, self._chosen(cell, "B", index * width, width), result)
        return result

    def _chosen(self, cell: Cell, port: str, low: int, width: int) -> Value:
        """A choice of a multiplexer. What is `x` in it is left to whoever builds the hardware: any function of what the cell is given."""
        whole = cell.connections[port]
        bits = whole[low : low + width]
        if not any(bit in ("x", "z") for bit in bits if isinstance(bit, str)):
            return self.word(bits)
        given = (tuple(bit for bit in cell.connections[each] if bit not in ("x", "z")) for each in ("S", "B", "A"))
        unknown = make("found", len(whole), tuple(self.word(rest) for rest in given if rest), (UNDEFINED, cell.name, port))
        return cat(*(part(unknown, low + n, 1) if bits[n] in ("x", "z") else self.word(bits[n : n + 1]) for n in reversed(range(width))))


def symbol(name: str, width: int) -> Value:
    """A free variable."""
    return make("meta", width, (), (name,))


def memory_read(memory: str, address: Value, width: int) -> Value:
    """What a read-only memory holds: a function of the address that nothing more is known of."""
    return make("found", width, (address,), (memory,))
