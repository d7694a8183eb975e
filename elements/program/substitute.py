"""A value with other values in the place of what came from outside: how programs are put one behind the other."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from elements.program import values as v
from elements.program.combine import shift_left, shift_right, walk
from elements.program.values import Value

LEAVES: Final = frozenset(("load", "has", "length", "annotation", "now", "meta", "old", "hit", "found"))
"""Operations whose result comes from outside the value: what a substitution replaces."""

_Rebuild = Callable[[Value, tuple[Value, ...]], Value]
_REBUILD: Final[Mapping[str, _Rebuild]] = {
    "const": lambda a, x: a,
    "add": lambda a, x: v.add(*x),
    "sub": lambda a, x: v.sub(*x),
    "mul": lambda a, x: v.mul(*x),
    "and": lambda a, x: v.bit_and(*x),
    "or": lambda a, x: v.bit_or(*x),
    "xor": lambda a, x: v.bit_xor(*x),
    "not": lambda a, x: v.bit_not(*x),
    "eq": lambda a, x: v.eq(*x),
    "ult": lambda a, x: v.ult(*x),
    "mux": lambda a, x: v.mux(*x),
    "cat": lambda a, x: v.cat(*x),
    "slice": lambda a, x: v.part(x[0], int(a.attributes[0]), a.width),
    "zext": lambda a, x: v.extend(x[0], a.width),
    "shl": lambda a, x: shift_left(x[0], x[1], a.width),
    "shr": lambda a, x: shift_right(x[0], x[1]),
}


def substitute(roots: list[Value], leaf: Callable[[Value, tuple[Value, ...]], Value]) -> dict[Value, Value]:
    """Every value under ``roots`` with ``leaf(value, new operands)`` in the place of each leaf, folded anew."""
    new: dict[Value, Value] = {}
    for value in walk(roots):
        operands = tuple(new[operand] for operand in value.operands)
        rebuilt = leaf(value, operands) if value.op in LEAVES else _REBUILD[value.op](value, operands)
        if rebuilt.width != value.width:
            raise ValueError(f"{value.op} of {value.width} bits became {rebuilt.width} bits wide")
        new[value] = rebuilt
    return new


def assume(roots: list[Value], facts: Mapping[Value, Value]) -> dict[Value, Value]:
    """Every value under ``roots`` as it is where the keys of ``facts`` have the values that stand there, folded anew."""
    new: dict[Value, Value] = {}
    for value in walk(roots):
        if value in facts:
            new[value] = facts[value]
            continue
        operands = tuple(new[operand] for operand in value.operands)
        made = v.make(value.op, value.width, operands, value.attributes) if value.op in LEAVES else _REBUILD[value.op](value, operands)
        new[value] = facts.get(made, made)
    return new
