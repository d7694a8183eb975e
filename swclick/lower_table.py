"""Lookup tables as C: entries sorted into static arrays here, so that the engine only has to search."""

from __future__ import annotations

from collections.abc import Iterable

from elements.program.program import Table
from swclick.lower_wide import word_constants, words


def lower_table(table: Table, number: int) -> str:
    """The arrays of a table of element ``number``: ``eN_TABLE_keys``, ``_masks`` (ternary), ``_groups`` (others) and ``_values``."""
    name = f"e{number}_{table.name}"
    if table.kind == "ternary":
        rows = [(key, mask, value) for key, mask, value in table.entries if not (key & mask) >> table.key_width]
        text = _array(f"{name}_masks", (mask & _ones(table.key_width) for _, mask, _ in rows), table.key_width)
        keys, values = [key & _ones(table.key_width) for key, _, _ in rows], [value for _, _, value in rows]
    else:
        groups = _groups(table)
        keys = [key for _, found in groups for key in found]
        values = [value for _, found in groups for value in found.values()]
        text = _group_array(name, groups)
    text += _array(f"{name}_keys", keys, table.key_width)
    return text + _array(f"{name}_values", (value & _ones(table.value_width) for value in values), table.value_width)


def initialize_table(table: Table, number: int) -> str:
    """The statement that makes the table ready, once."""
    name = f"e{number}_{table.name}"
    if table.kind == "ternary":
        count = sum(1 for key, mask, _ in table.entries if not (key & mask) >> table.key_width)
        members = f".keys = {name}_keys, .masks = {name}_masks, .count = {count}"
    else:
        members = f".keys = {name}_keys, .groups = {name}_groups, .group_count = {len(_groups(table))}"
    levels = f" table_levels(&self->{table.name});" if _has_levels(table) else ""
    return f"    self->{table.name} = (struct table){{{members}, .width = {table.key_width}}};{levels}"


def find_call(table: Table, key: str) -> str:
    """The expression for one more than the number of the entry for ``key`` (an array of its words), 0 for none."""
    if _has_levels(table):
        return f"find_in_levels(&self->{table.name}, {key}[0])"
    function = "find_masked" if table.kind == "ternary" else "find_sorted"
    return f"{function}(&self->{table.name}, {key}, {words(table.key_width)})"


def _has_levels(table: Table) -> bool:
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


def _group_array(name: str, groups: list[tuple[int, dict[int, int]]]) -> str:
    rows, first = [], 0
    for size, found in groups:
        rows.append(f"{{{size},{first},{len(found)}}}")
        first += len(found)
    return f"static const struct group {name}_groups[] = {{{','.join(rows) or '{0}'}}};\n"


def _array(name: str, numbers: Iterable[int], width: int) -> str:
    text = ",".join(part for number in numbers for part in word_constants(number, width))
    return f"static const uint64_t {name}[] = {{{text or '0'}}};\n"
