"""Many conditions at once, of which the first that is met decides: a comparison in C is of four of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from elements.program.program import Program
from swclick.find_common_case import CommonCase
from swclick.find_first_match import FirstMatch
from swclick.lay_out_lanes import Lanes, Range, Word, lay_out_lanes
from swclick.lower_value import ValueLowering

LANES: Final = 4
TOGETHER: Final = 32
"""Conditions that are looked at before it is asked whether one of them is met: there is a bit for each."""
_ONES: Final = (1 << 32) - 1


def lower_lanes(match: FirstMatch, program: Program, number: int | str, case: CommonCase) -> list[str]:
    """The statements for a packet in a view: they return the way of the first condition that is met, and go on where none is."""
    lines: list[str] = []
    for start in range(0, len(match.conditions), TOGETHER):
        these = slice(start, start + TOGETHER)
        lines += _together(lay_out_lanes(match.conditions[these]), match.ways[these], ValueLowering(program, number, case))
    return lines


def _together(lanes: Lanes, ways: Sequence[int], values: ValueLowering) -> list[str]:
    asked = [value for word in lanes.words for value, _ in word.values] + [limited.value for limited in lanes.ranges]
    lines = ["    do {", *values.lines(asked)]
    lines += [f"    lanes w{index} = EACH({_text(word, values)});" for index, word in enumerate(lanes.words)]
    lines += [f"    lanes r{index} = EACH({values.names[limited.value]});" for index, limited in enumerate(lanes.ranges)]
    # What is behind the last has no bit.
    bits = [1 << index for index in range(len(ways))]
    met = []
    for at in range(0, len(ways), LANES):
        tests = [*_of_words(lanes.words, at), *_of_ranges(lanes.ranges, at)]
        met.append(" & ".join([*tests, _constant(bits[at : at + LANES])]))
    lines += ["    uint32_t met = all_lanes(", *_joined(met, " |"), "    );"]
    lines.append("    met &= -met;")
    for way in dict.fromkeys(ways):
        mask = sum(1 << index for index, each in enumerate(ways) if each == way)
        lines.append(f"    if (met & 0x{mask:x}u) return {way};")
    return [*lines, "    } while (0);"]


def _joined(texts: Sequence[str], operator: str) -> list[str]:
    return [f"        ({text}){operator if index < len(texts) else ''}" for index, text in enumerate(texts, 1)]


def _text(word: Word, values: ValueLowering) -> str:
    return " | ".join(f"{values.names[value]} << {at}" if at else values.names[value] for value, at in word.values)


def _of_words(words: Sequence[Word], at: int) -> Iterator[str]:
    for index, word in enumerate(words):
        masks, wanted = (each[at : at + LANES] for each in (word.masks, word.wanted))
        if not any(masks):
            continue
        seen = f"w{index}" if all(mask == _ONES for mask in masks) else f"(w{index} & {_constant(masks)})"
        yield f"({seen} == {_constant(wanted)})"


def _of_ranges(ranges: Sequence[Range], at: int) -> Iterator[str]:
    for index, limited in enumerate(ranges):
        above, below = (each[at : at + LANES] for each in (limited.above, limited.below))
        if any(limit != -1 for limit in above):
            yield f"(r{index} > {_constant(above)})"
        if any(limit != 1 << limited.value.width for limit in below):
            yield f"(r{index} < {_constant(below)})"


def _constant(numbers: Sequence[int]) -> str:
    """Numbers of 32 bits, zeros behind the last."""
    signed = [number - (1 << 32) if number >> 31 == 1 else number for number in (*numbers, *[0] * (LANES - len(numbers)))]
    return f"(lanes){{ {', '.join(map(str, signed))} }}"
