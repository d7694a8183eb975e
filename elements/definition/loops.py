"""Rings of push connections: those in which a packet can never end, and a bound for all the others.

A packet that is pushed along a ring comes back within the push that sent it on its way. Where some element of the ring can drop, keep or
turn packets away, or makes them longer, which no packet becomes without end, that may be what the router means: an ICMP error goes back to
the routing table. Where none can, every packet that gets there goes round for ever.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import networkx as nx

from elements.definition.element import Element
from graph.check import Checked
from graph.diagnostics import ClickError, Diagnostic
from graph.model import Edge

DEEPEST: Final = 2048
"""Connections of rings that a packet may be on at once, pushes within pushes; what would pass one more is dropped."""
MOST_PASSES: Final = 16384
"""Connections of rings that may be passed, by all its copies and fragments, for one packet that enters a ring."""
MOST_ROUNDS: Final = 65536
"""Rounds of all tasks for one arrival; what they still have to do then waits for the next."""


@dataclass(frozen=True)
class Rings:
    """Push connections, in the order of the graph: those that lie on a ring, and those by which packets come to one from elsewhere."""

    within: tuple[Edge, ...]
    into: tuple[Edge, ...]


def find_rings(checked: Checked) -> Rings:
    """The rings of a checked graph."""
    pushed = [edge for edge in checked.graph.edges if checked.kind(edge.source, True, edge.source_port) == "push"]
    between = nx.DiGraph((edge.source, edge.target) for edge in pushed)
    home = {name: number for number, names in enumerate(nx.strongly_connected_components(between)) for name in names}
    within = tuple(edge for edge in pushed if home[edge.source] == home[edge.target])
    on_rings = {edge.target for edge in within}
    return Rings(within, tuple(edge for edge in pushed if edge.target in on_rings and home[edge.source] != home[edge.target]))


def refuse_endless(checked: Checked, elements: Mapping[str, Element]) -> None:
    """Errors: `ClickError` for rings that no packet can leave, each named by its elements in the order in which they are passed."""
    between = nx.DiGraph()
    for edge in find_rings(checked).within:
        if elements[edge.source].always_sends(edge.source_port):
            between.add_edge(edge.source, edge.target)
    rank = {node.name: place for place, node in enumerate(checked.graph.nodes)}
    mistakes = []
    for names in nx.strongly_connected_components(between):
        first = min(names, key=rank.__getitem__)
        ring = _ring(between.subgraph(names), first)
        if ring:
            node = checked.graph.node(first)
            message = f"packets go round for ever: {' -> '.join((*ring, first))}; none of these elements can drop or keep one"
            mistakes.append(Diagnostic(node.location, message, "put a Queue into the ring, or take it apart", node.source_line))
    if mistakes:
        raise ClickError(*mistakes)


def _ring(inside: nx.DiGraph, first: str) -> list[str]:
    """The shortest way from ``first`` back to it, empty where there is none."""
    if first in inside[first]:
        return [first]
    ways = [nx.shortest_path(inside, following, first) for following in inside[first]]
    return [first, *min(ways, key=lambda way: (len(way), way))[:-1]] if ways else []
