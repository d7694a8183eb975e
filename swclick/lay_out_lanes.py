"""Conditions side by side: which words of a packet all of them look at, and what each wants to see there."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final

from elements.program.values import Value
from swclick.conjuncts import conjuncts

WORD: Final = 32
_WIDEST: Final = 30
"""Bits of what is compared with limits: a lane is signed, and a limit may be one more than the largest number."""


@dataclass(frozen=True)
class Word:
    """Bits of ``values`` (value, its lowest place), put side by side. Each condition has a mask and what is wanted under it; nothing is
    wanted where the mask is 0."""

    values: tuple[tuple[Value, int], ...]
    masks: tuple[int, ...]
    wanted: tuple[int, ...]


@dataclass(frozen=True)
class Range:
    """A ``value`` that must be more than ``above`` and less than ``below``, by condition; both may be numbers that it never is."""

    value: Value
    above: tuple[int, ...]
    below: tuple[int, ...]


@dataclass(frozen=True)
class Lanes:
    """A condition is met where all of its words and ranges are as wanted."""

    words: tuple[Word, ...]
    ranges: tuple[Range, ...]


@dataclass
class _Condition:
    """What one wants: of each value bits (mask, wanted), and its limits."""

    bits: dict[Value, tuple[int, int]] = field(default_factory=dict)
    limits: dict[Value, tuple[int, int]] = field(default_factory=dict)

    def want(self, value: Value, mask: int, wanted: int) -> bool:
        """Whether that could be added to what is wanted already."""
        known, before = self.bits.get(value, (0, 0))
        if (wanted ^ before) & known & mask:
            return False
        self.bits[value] = known | mask, before | wanted
        return True

    def limit(self, value: Value, above: int, below: int) -> None:
        """More than ``above`` and less than ``below``, too."""
        first, last = self.limits.get(value, (-1, 1 << value.width))
        self.limits[value] = max(first, above), min(last, below)


def lay_out_lanes(conditions: Sequence[Value]) -> Lanes:
    """What ``conditions``, each of 1 bit, look at. What is no comparison of a number with a constant is asked by itself, and is a bit."""
    wants = [_wants(condition) for condition in conditions]
    words = [_word(group, wants) for group in _packed({value: None for want in wants for value in want.bits})]
    limited = {value: None for want in wants for value in want.limits}
    ranges = []
    for value in limited:
        limits = [want.limits.get(value, (-1, 1 << value.width)) for want in wants]
        ranges.append(Range(value, *(tuple(side) for side in zip(*limits, strict=True))))
    return Lanes(tuple(words), tuple(ranges))


def _wants(condition: Value) -> _Condition:
    found = _Condition()
    for each in conjuncts(condition):
        if not (_compares(each, found) or _limits(each, found)):
            # That a condition wants both of a bit is never so, as is this.
            inner, wanted = (each.operands[0], 0) if each.op == "not" else (each, 1)
            if not found.want(inner, 1, wanted):
                found.limit(inner, 1, 0)
    return found


def _compares(each: Value, found: _Condition) -> bool:
    wanted = each.operands[1].constant if each.op == "eq" else None
    if wanted is None or each.operands[0].width > WORD:
        return False
    value = each.operands[0]
    some = value.operands[1].constant if value.op == "and" else None
    if some is None:
        return found.want(value, (1 << value.width) - 1, wanted)
    return not wanted & ~some and found.want(value.operands[0], some, wanted)


def _limits(each: Value, found: _Condition) -> bool:
    inner, holds = (each.operands[0], False) if each.op == "not" else (each, True)
    if inner.op != "ult":
        return False
    left, right = inner.operands
    if left.constant is not None and right.width <= _WIDEST:
        limits = (left.constant, 1 << right.width) if holds else (-1, left.constant + 1)
        found.limit(right, *limits)
        return True
    if right.constant is not None and left.width <= _WIDEST:
        limits = (-1, right.constant) if holds else (right.constant - 1, 1 << left.width)
        found.limit(left, *limits)
        return True
    return False


def _packed(values: Iterable[Value]) -> list[list[Value]]:
    """``values`` in as few words as the first place that is free makes it, the widest first."""
    groups: list[list[Value]] = []
    for value in sorted(values, key=lambda each: -each.width):
        room = (group for group in groups if sum(each.width for each in group) + value.width <= WORD)
        found = next(room, None)
        if found is None:
            groups.append([value])
        else:
            found.append(value)
    return groups


def _word(group: list[Value], wants: Sequence[_Condition]) -> Word:
    places, at = list[tuple[Value, int]](), 0
    for value in group:
        places.append((value, at))
        at += value.width
    bits = [[(*want.bits.get(value, (0, 0)), at) for value, at in places] for want in wants]
    masks = tuple(sum(mask << at for mask, _, at in each) for each in bits)
    wanted = tuple(sum(number << at for _, number, at in each) for each in bits)
    return Word(tuple(places), masks, wanted)
