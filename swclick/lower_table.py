"""Lookup tables as C: entries sorted into static arrays here, so that the engine only has to search."""

from __future__ import annotations

from elements.program.program import Table
from swclick.lower_wide import words
from swclick.sort_table import groups_of, has_levels, sort_table


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
        members = f".keys = {name}_keys, .groups = {name}_groups, .group_count = {len(groups_of(table))}"
    levels = f" table_lasting_levels(&m->base, &self->{table.name});" if has_levels(table) else ""
    members += f", .places = {name}_places, .value_words = sizeof {name}_values / sizeof {name}_values[0]" if has_levels(table) else ""
    return f"    self->{table.name} = (struct table){{{members}, .values = {name}_values, .width = {table.key_width}}};{levels}"


def find_call(table: Table, key: str) -> str:
    """The expression for one more than the number of the entry for ``key`` (an array of its words), 0 for none."""
    if has_levels(table):
        return f"find_in_levels(&self->{table.name}, {key}[0])"
    function = "find_masked" if table.kind == "ternary" else "find_sorted"
    return f"{function}(&self->{table.name}, {key}, {words(table.key_width)})"


def _array(name: str, numbers: list[int]) -> str:
    text = ",".join(f"0x{number:x}ULL" for number in numbers)
    return f"static const uint64_t {name}[] = {{{text or '0'}}};\n"
