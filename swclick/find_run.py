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
