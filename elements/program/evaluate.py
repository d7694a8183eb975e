"""Values as numbers: one operation after the other in plain Python, the slow and obvious meaning of the grammar."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final, Protocol

from elements.program.values import Value


class Leaves(Protocol):
    """Where the values that come from outside a program come from."""

    def leaf(self, value: Value, operands: tuple[int, ...]) -> int:
        """The number for a load, has, length, annotation, now, meta, old, hit or found; ``operands`` are its operands' numbers."""


def _cat(value: Value, operands: tuple[int, ...]) -> int:
    result = 0
    for operand, number in zip(value.operands, operands, strict=True):
        result = result << operand.width | number
    return result


_Meaning = Callable[[Value, tuple[int, ...]], int]
MEANING: Final[Mapping[str, _Meaning]] = {
    "const": lambda v, _: int(v.attributes[0]),
    "add": lambda v, x: x[0] + x[1],
    "sub": lambda v, x: x[0] - x[1],
    "mul": lambda v, x: x[0] * x[1],
    "and": lambda v, x: x[0] & x[1],
    "or": lambda v, x: x[0] | x[1],
    "xor": lambda v, x: x[0] ^ x[1],
    "not": lambda v, x: ~x[0],
    "eq": lambda v, x: int(x[0] == x[1]),
    "ult": lambda v, x: int(x[0] < x[1]),
    "mux": lambda v, x: x[1] if x[0] else x[2],
    "cat": _cat,
    "slice": lambda v, x: x[0] >> int(v.attributes[0]),
    "zext": lambda v, x: x[0],
    "shl": lambda v, x: x[0] << x[1] if x[1] < v.width else 0,
    "shr": lambda v, x: x[0] >> x[1],
}


def evaluate(order: list[Value], leaves: Leaves) -> dict[Value, int]:
    """The number of every value in ``order`` (operands before users, as `walk` gives them)."""
    numbers: dict[Value, int] = {}
    for value in order:
        operands = tuple(numbers[operand] for operand in value.operands)
        meaning = MEANING.get(value.op)
        if meaning is None:
            numbers[value] = leaves.leaf(value, operands) & ((1 << value.width) - 1)
        else:
            numbers[value] = meaning(value, operands) & ((1 << value.width) - 1)
    return numbers
