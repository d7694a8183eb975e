"""Ways out that differ only in the numbers that the same few values have: the way is looked up by those, however many there are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import prod
from typing import Final

from elements.program.program import Program
from elements.program.values import Value, make
from swclick.lower_value import ValueLowering

LEAST: Final = 8
"""Ways that are worth a table: fewer are asked for one after the other."""
SPARSEST: Final = 512
"""Places of a table for each way, at most."""
MOST: Final = 1 << 14
_WORD: Final = 64

Way = tuple[int, tuple[Value, ...]]
"""The number of an exit, and the conditions that hold where it is taken, if none before it is."""


@dataclass(frozen=True)
class Switch:
    """``ways`` by the numbers of ``keys``, from ``first`` on ``sizes`` of each; all ask for ``common``, too."""

    ways: tuple[tuple[int, tuple[int, ...]], ...]
    common: tuple[Value, ...]
    keys: tuple[Value, ...]
    first: tuple[int, ...]
    sizes: tuple[int, ...]


def is_only_a_choice(program: Program) -> bool:
    """Whether the program does nothing but to choose its way: all leave as they came."""
    is_moved = any(way.shift or way.network != "keep" for way in program.exits)
    return not (is_moved or program.accesses or program.edits or program.annotations) and program.end is make("length", 16, (), ("data",))


def find_switch(ways: Sequence[Way]) -> Switch | None:
    """That of the first of ``ways``, as many as go together; None where a table is not worth it."""
    first = _numbers(ways[0][1])
    if not first:
        return None
    together = []
    for index, conditions in ways:
        numbers = _numbers(conditions)
        if numbers is None or list(numbers) != list(first):
            break
        together.append((index, conditions, numbers))
    if len(together) < LEAST:
        return None
    keys = tuple(value for value in first if any(numbers[value] != first[value] for _, _, numbers in together))
    common = tuple(condition for condition in together[0][1] if condition.operands[0] not in keys)
    lowest = tuple(min(numbers[value] for _, _, numbers in together) for value in keys)
    highest = tuple(max(numbers[value] for _, _, numbers in together) for value in keys)
    sizes = tuple(high - low + 1 for low, high in zip(lowest, highest, strict=True))
    if not keys or prod(sizes) > min(MOST, SPARSEST * len(together)):
        return None
    found = tuple((index, tuple(numbers[value] for value in keys)) for index, _, numbers in together)
    return Switch(found, common, keys, lowest, sizes)


def lower_switch(switch: Switch, values: ValueLowering) -> list[str]:
    """The statements: they return the number of the exit taken, and do nothing where it is none of these."""
    lines = ["    do {"]
    for condition in switch.common:
        lines += values.lines([condition])
        lines.append(f"    if (!{values.names[condition]}) break;")
    lines += values.lines(list(switch.keys))
    lines.append("    uint64_t at = 0;")
    for value, low, size in zip(switch.keys, switch.first, switch.sizes, strict=True):
        name = values.names[value]
        lines += [f"    if ({name} - {low}ULL >= {size}ULL) break;", f"    at = at * {size}ULL + ({name} - {low}ULL);"]
    table = [0] * prod(switch.sizes)
    for index, numbers in reversed(switch.ways):
        place = 0
        for number, low, size in zip(numbers, switch.first, switch.sizes, strict=True):
            place = place * size + number - low
        table[place] = index + 1
    lines.append(f"    static const uint16_t ways[{len(table)}] = {{{','.join(map(str, table))}}};")
    return [*lines, "    if (ways[at]) return ways[at] - 1;", "    } while (0);"]


def _numbers(conditions: Sequence[Value]) -> dict[Value, int] | None:
    """The numbers that values have where the conditions hold, None where they say anything else."""
    found: dict[Value, int] = {}
    for condition in conditions:
        number = condition.operands[1].constant if condition.op == "eq" else None
        if number is None or condition.operands[0].width > _WORD or condition.operands[0] in found:
            return None
        found[condition.operands[0]] = number
    return found
