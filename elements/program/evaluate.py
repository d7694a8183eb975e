"""Values as numbers: one operation after the other in plain Python, the slow and obvious meaning of the grammar."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Final, Protocol

from elements.program.combine import walk
from elements.program.values import Value


class Leaves(Protocol):
    """Where the values that come from outside a program come from."""

    def leaf(self, value: Value, operands: tuple[int, ...]) -> int:
        """The number for a load, has, length, annotation, now, meta, old, hit or found; ``operands`` are its operands' numbers."""


def _cat(value: Value, operands: Sequence[int]) -> int:
    result = 0
    for operand, number in zip(value.operands, operands, strict=True):
        result = result << operand.width | number
    return result


_Meaning = Callable[[Value, Sequence[int]], int]
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


class Evaluation:
    """The order in which the values under ``roots`` are evaluated, settled once: operands before users, constants only the first time."""

    def __init__(self, roots: list[Value]) -> None:
        self._constants: dict[Value, int] = {}
        self._steps: list[tuple[Value, _Meaning | None, tuple[Value, ...], int]] = []
        for value in walk(roots):
            if value.constant is not None:
                self._constants[value] = value.constant
            else:
                self._steps.append((value, MEANING.get(value.op), value.operands, (1 << value.width) - 1))

    def run(self, leaves: Leaves) -> dict[Value, int]:
        """The number of every value."""
        numbers = dict(self._constants)
        for value, meaning, operands, ones in self._steps:
            found = [numbers[operand] for operand in operands]
            numbers[value] = (leaves.leaf(value, tuple(found)) if meaning is None else meaning(value, found)) & ones
        return numbers
