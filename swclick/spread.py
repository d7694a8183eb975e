"""Elements that choose by packet whose region it goes to: where that is, is looked up, however many regions there are."""

from __future__ import annotations

from collections.abc import Collection, Container, Sequence
from typing import Final

from elements.program.program import Program
from graph.check import Checked
from graph.model import Edge
from swclick.inline import ALWAYS

LEAST: Final = 4
"""Outputs to shared regions that are worth a table of where those are."""
Entry = tuple[int, int, int]
"""Where packets come into regions: the number of their class, a place there and an input of the element at it."""


def spread_of(checked: Checked, program: Program, name: str, home: Container[str], apart: Collection[tuple[str, int]]) -> dict[int, Edge]:
    """The outputs of element ``name`` that lead to regions, which the elements in ``home`` are of, but for those that are set ``apart``;
    none where they are few."""
    if not program.exclusive:
        return {}
    ports = {way.port for way in program.exits}
    found = {
        edge.source_port: edge
        for edge in checked.graph.outgoing(name)
        if edge.target in home
        and edge.source_port in ports
        and checked.kind(name, True, edge.source_port) == "push"
        and (name, edge.source_port) not in apart
    }
    return found if len(found) >= LEAST else {}


def spread_text(number: int, ways: Sequence[tuple[int, Entry] | None]) -> str:
    """``eN_spread`` of element ``number``: hands on a packet by a way, of each of which ``ways`` has the number of its region and how it
    comes there, None of those that are not asked for."""
    entries = {entry: place for place, entry in enumerate(dict.fromkeys(way[1] for way in ways if way is not None))}
    rows = ["{0, 0}" if way is None else f"{{offsetof(struct machine, r{way[0]}), {entries[way[1]]}}}" for way in ways]
    cases = "".join(
        f"    case {place}: s{kind}_{element}_push(m, (struct s{kind} *)there, {port}, p); return;\n"
        for (kind, element, port), place in entries.items()
    )
    return f"""
static const struct {{ uint64_t region; uint32_t entry; }} e{number}_regions[] = {{{", ".join(rows)}}};
static {ALWAYS} void e{number}_spread(struct machine *m, int way, struct packet *p)
{{
    char *there = (char *)m + e{number}_regions[way].region;
    switch (e{number}_regions[way].entry) {{
{cases}    default: __builtin_unreachable();
    }}
}}
"""
