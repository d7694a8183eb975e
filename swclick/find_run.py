"""Sums of the 16-bit words of a header, as checksums are made of, found in a tree of additions: C adds them up a register at a time."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Final

from elements.program.values import Value
from swclick.find_common_case import CommonCase

LEAST: Final = 5
"""Words for which it pays."""


@dataclass(frozen=True)
class Run:
    """``words`` words, one behind another, from byte ``start`` of a layer on."""

    layer: str
    start: int
    words: int


def find_run(value: Value, case: CommonCase) -> Run | None:
    """The run whose sum the ``value`` is, where it is that of one that lies in the bytes that are near; None otherwise."""
    places = _words(value)
    if places is None or len(places) < LEAST:
        return None
    layers = {layer for layer, _, _ in places}
    starts = sorted(at for _, at, _ in places)
    if len(layers) > 1 or starts != [starts[0] + 2 * n for n in range(len(starts))] or starts[0] < 0:
        return None
    layer = layers.pop()
    # A byte that is known stands where it is known to be.
    if any(known is not None and case.known.get((layer, at)) != known for _, at, known in places):
        return None
    return Run(layer, starts[0], len(starts)) if starts[-1] + 2 <= case.near.get(layer, 0) else None


def find_check(value: Value, case: CommonCase) -> Run | None:
    """The run of words that are checked, where ``value`` says that their one's-complement sum is all ones; None otherwise."""
    if value.op != "eq" or value.operands[1].constant != 0xFFFF:
        return None
    folded = _unfolded(value.operands[0])
    if folded is None:
        return None
    while (inner := _unfolded(folded)) is not None:
        folded = inner
    return find_run(folded, case)


def _unfolded(value: Value) -> Value | None:
    """What is folded into 16 bits, where ``value`` is the sum of its low 16 bits and of those above, or those low bits of one."""
    low = value
    if low.op == "slice" and low.attributes == (0,) and low.width == 16:
        low = low.operands[0]
    if low.op != "add":
        return None
    one, other = low.operands
    other = other.operands[0] if other.op == "zext" else other
    if one.op != "slice" or one.attributes != (0,) or one.width != 16 or other.op != "slice" or other.attributes != (16,):
        return None
    whole = one.operands[0]
    return whole if other.operands[0] is whole and other.width == whole.width - 16 else None


def find_field(value: Value, case: CommonCase) -> Run | None:
    """The bytes (not words) of 1, 2, 4 or 8 that are near and that ``value`` is made of, the first most significant; None otherwise."""
    operands = value.operands if value.op == "cat" else (value,)
    if len(operands) not in (1, 2, 4, 8) or any(operand.op != "load" for operand in operands):
        return None
    layer, start = str(operands[0].attributes[0]), int(operands[0].attributes[1])
    if any(operand.attributes != (layer, start + index) for index, operand in enumerate(operands)):
        return None
    return Run(layer, start, len(operands)) if start >= 0 and start + len(operands) <= case.near.get(layer, 0) else None


@cache
def _words(value: Value) -> tuple[tuple[str, int, int | None], ...] | None:
    """Of a sum of words: layer and place of each, and its first byte where that is a constant; None where it is another sum."""
    if value.op == "zext":
        return _words(value.operands[0])
    if value.op == "add":
        one, other = map(_words, value.operands)
        return None if one is None or other is None else one + other
    if value.op != "cat" or [operand.width for operand in value.operands] != [8, 8] or value.operands[1].op != "load":
        return None
    first, second = value.operands
    layer, at = str(second.attributes[0]), int(second.attributes[1]) - 1
    if first.constant is not None:
        return ((layer, at, first.constant),)
    return ((layer, at, None),) if first.op == "load" and first.attributes == (layer, at) else None
