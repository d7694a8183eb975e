"""The entries of a lookup table sorted as the engine searches them, so that it only has to search."""

from __future__ import annotations

from array import array
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import chain

from elements.program.program import Table
from swclick.lower_wide import number_words


@dataclass(frozen=True)
class Sorted:
    """The entries of a table as the engine searches them: numbers of 64-bit words, the least significant first; ``groups`` are (prefix
    length, first entry, entries) of tables that are not ternary, ``masks`` those of ternary ones. Of tables that are looked up level by
    level, ``values`` are those that differ, and ``places`` says of each entry which of them is its own: a cache holds them all."""

    keys: list[int]
    masks: list[int]
    values: list[int]
    groups: list[tuple[int, int, int]]
    places: list[int]

    def arrays(self) -> tuple[array[int], array[int], array[int]]:
        """Keys, masks, values and places one behind the other, how many words each has, and the groups."""
        numbers = array("Q", [*self.keys, *self.masks, *self.values, *self.places, 0])
        sizes = array("Q", [len(self.keys), len(self.masks), len(self.values), len(self.places)])
        return numbers, sizes, array("I", [*chain(*self.groups), 0, 0, 0])


def sort_table(table: Table) -> Sorted:
    """The entries of ``table``, without keys that no packet can have."""
    if table.kind == "ternary":
        rows = [(key, mask, value) for key, mask, value in table.entries if not (key & mask) >> table.key_width]
        masks = _numbers((mask & _ones(table.key_width) for _, mask, _ in rows), table.key_width)
        keys, values = [key & _ones(table.key_width) for key, _, _ in rows], [value for _, _, value in rows]
        groups: list[tuple[int, int, int]] = []
    else:
        found = groups_of(table)
        keys = [key for _, each in found for key in each]
        values = [value for _, each in found for value in each.values()]
        masks, groups, first = [], [], 0
        for size, each in found:
            groups.append((size, first, len(each)))
            first += len(each)
    values, places = [value & _ones(table.value_width) for value in values], []
    if has_levels(table):
        numbers = {value: number for number, value in enumerate(dict.fromkeys(values))}
        places, values = [numbers[value] for value in values], list(numbers)
    return Sorted(_numbers(keys, table.key_width), masks, _numbers(values, table.value_width), groups, places)


def has_levels(table: Table) -> bool:
    """Whether the engine looks up level by level."""
    return table.kind == "lpm" and table.key_width == 32


def _ones(width: int) -> int:
    return (1 << width) - 1


def groups_of(table: Table) -> list[tuple[int, dict[int, int]]]:
    """Prefix lengths, the longest first, with the values of their keys in ascending order. Of equal prefixes the last counts; an exact
    key is a prefix of full length, and of equal ones the first counts. Keys that no packet can have are left out."""
    found: dict[int, dict[int, int]] = {}
    for key, length, value in table.entries if table.kind == "lpm" else reversed(table.entries):
        size = length if table.kind == "lpm" else table.key_width
        if not key >> table.key_width:
            found.setdefault(size, {})[key & _ones(size) << (table.key_width - size)] = value
    return [(size, dict(sorted(found[size].items()))) for size in sorted(found, reverse=True)]


def _numbers(numbers: Iterable[int], width: int) -> list[int]:
    return [part for number in numbers for part in number_words(number, width)]
