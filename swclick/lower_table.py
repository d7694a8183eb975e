"""Lookup tables as C: entries sorted into static arrays here, so that the engine only has to search."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import chain

import numpy as np
from numpy.typing import NDArray

from elements.program.program import Table
from swclick.lower_wide import number_words, words


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

    def arrays(self) -> tuple[NDArray[np.uint64], NDArray[np.uint64], NDArray[np.uint32]]:
        """Keys, masks, values and places one behind the other, how many words each has, and the groups."""
        numbers = np.array([*self.keys, *self.masks, *self.values, *self.places, 0], dtype=np.uint64)
        sizes = np.array([len(self.keys), len(self.masks), len(self.values), len(self.places)], dtype=np.uint64)
        return numbers, sizes, np.array([*chain(*self.groups), 0, 0, 0], dtype=np.uint32)


def sort_table(table: Table) -> Sorted:
    """The entries of ``table``, without keys that no packet can have."""
    if table.kind == "ternary":
        rows = [(key, mask, value) for key, mask, value in table.entries if not (key & mask) >> table.key_width]
        masks = _numbers((mask & _ones(table.key_width) for _, mask, _ in rows), table.key_width)
        keys, values = [key & _ones(table.key_width) for key, _, _ in rows], [value for _, _, value in rows]
        groups: list[tuple[int, int, int]] = []
    else:
        found = _groups(table)
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


def lower_table(table: Table, number: int | str) -> str:
    """The arrays of a table of element ``number``: ``eN_TABLE_keys``, ``_masks`` (ternary), ``_groups`` (others), ``_values`` and
    ``_places`` (of levels)."""
    name, entries = f"e{number}_{table.name}", sort_table(table)
    if table.kind == "ternary":
        text = _array(f"{name}_masks", entries.masks)
    else:
        rows = [f"{{{size},{first},{count}}}" for size, first, count in entries.groups]
        text = f"static const struct group {name}_groups[] = {{{','.join(rows) or '{0}'}}};\n"
    text += _array(f"{name}_places", entries.places) if has_levels(table) else ""
    return text + _array(f"{name}_keys", entries.keys) + _array(f"{name}_values", entries.values)


def initialize_table(table: Table, number: int | str) -> str:
    """The statement that makes the table ready, once."""
    name = f"e{number}_{table.name}"
    if table.kind == "ternary":
        count = sum(1 for key, mask, _ in table.entries if not (key & mask) >> table.key_width)
        members = f".keys = {name}_keys, .masks = {name}_masks, .count = {count}"
    else:
        members = f".keys = {name}_keys, .groups = {name}_groups, .group_count = {len(_groups(table))}"
    levels = f" table_levels(&self->{table.name});" if has_levels(table) else ""
    members += f", .places = {name}_places" if has_levels(table) else ""
    return f"    self->{table.name} = (struct table){{{members}, .values = {name}_values, .width = {table.key_width}}};{levels}"


def find_call(table: Table, key: str) -> str:
    """The expression for one more than the number of the entry for ``key`` (an array of its words), 0 for none."""
    if has_levels(table):
        return f"find_in_levels(&self->{table.name}, {key}[0])"
    function = "find_masked" if table.kind == "ternary" else "find_sorted"
    return f"{function}(&self->{table.name}, {key}, {words(table.key_width)})"


def has_levels(table: Table) -> bool:
    """Whether the engine looks up level by level."""
    return table.kind == "lpm" and table.key_width == 32


def _ones(width: int) -> int:
    return (1 << width) - 1


def _groups(table: Table) -> list[tuple[int, dict[int, int]]]:
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


def _array(name: str, numbers: list[int]) -> str:
    text = ",".join(f"0x{number:x}ULL" for number in numbers)
    return f"static const uint64_t {name}[] = {{{text or '0'}}};\n"
