"""Rings of push connections: those in which a packet can never end, and a bound for all the others.

A packet that is pushed along a ring comes back within the push that sent it on its way. Where some element of the ring can drop, keep or
turn packets away, or makes them longer, which no packet becomes without end, that may be what the router means: an ICMP error goes back to
the routing table. Where none can, every packet that gets there goes round for ever.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from elements.definition.element import Element
from elements.definition.walk import walk
from graph.check import Checked
from graph.diagnostics import ClickError, Diagnostic
from graph.model import Edge, Graph

if TYPE_CHECKING:
    import networkx

DEEPEST: Final = 2048
"""Elements of rings that a packet may be in at once, pushes within pushes, each ring counted whole; what would go round once more is
dropped, but once everything may."""
MOST_PASSES: Final = 16384
"""Elements of rings that may be passed, by all its copies and fragments, for one packet that is pushed, before none of them may go round
twice; what it becomes on its way is bounded by `elements.definition.copies`."""
MOST_PULLS: Final = 1024
"""Packets that a program may drop or turn away for one that is pulled through it."""
MOST_ROUNDS: Final = 65536
"""Rounds of all tasks for one arrival; what they still have to do then waits for the next. One in which a task moves more than
`MOVED_A_ROUND` packets counts as several."""
MOVED_A_ROUND: Final = 16
MOST_A_RUN: Final = 4096
"""Packets that a task moves in one run; what else there is waits for its next, so that other tasks have their turn."""
MOST_TIMERS: Final = 1 << 18
"""Timers that are run for one arrival; those that are still due then wait for the next."""


@dataclass(frozen=True)
class Rings:
    """``back``: push connections that close a ring, so that without them there is none, in the graph's order, each with the number of
    elements that lie on its rings. Where packets come to a ring from elsewhere, it begins. ``starts``: where there are rings, the outputs
    (element, port) by which a packet begins to be pushed: those of elements that nothing is pushed to, and of what is pulled from where it
    is stored or made. It begins with each timer, too, as of sources that answers are pushed to."""

    back: Mapping[Edge, int]
    starts: frozenset[tuple[str, int]]


def find_rings(checked: Checked) -> Rings:
    """The rings of a checked graph; which connections close them does not depend on the order of the text."""
    graph = checked.graph
    pushes = [edge for edge in graph.edges if checked.kind(edge.source, True, edge.source_port) == "push"]
    pushed = {edge.target for edge in pushes}
    after: dict[str, list[str]] = {node.name: [] for node in graph.nodes}
    for edge in sorted(pushes, key=lambda edge: edge.source_port):
        after[edge.source].append(edge.target)
    # Packets begin where nothing is pushed to; rings that nothing leads to come last.
    found = walk(after, sorted(after, key=lambda name: (name in pushed, name)))
    sizes = Counter(found.begins.values())
    back = {edge: sizes[found.begins[edge.source]] for edge in pushes if (edge.source, edge.target) in found.closing}
    return Rings(back, _starts(graph, pushes) if back else frozenset())


def _starts(graph: Graph, pushes: list[Edge]) -> frozenset[tuple[str, int]]:
    pulls = set(graph.edges).difference(pushes)
    pushed, pulling, pulled = {edge.target for edge in pushes}, {edge.target for edge in pulls}, {edge.source for edge in pulls}
    begins = [edge for edge in pushes if edge.source not in pushed and edge.source not in pulled]
    begins += [edge for edge in pulls if edge.source not in pulling]
    return frozenset((edge.source, edge.source_port) for edge in begins)


def refuse_endless(checked: Checked, elements: Mapping[str, Element]) -> None:
    """Errors: `ClickError` for rings that no packet can leave, each named by its elements in the order in which they are passed."""
    import networkx as nx  # it takes as long to load as a whole router does, and running one does not need it

    between = nx.DiGraph()
    for edge in checked.graph.edges:
        if checked.kind(edge.source, True, edge.source_port) == "push" and elements[edge.source].always_sends(edge.source_port):
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


def _ring(inside: networkx.DiGraph, first: str) -> list[str]:
    """The shortest way from ``first`` back to it, empty where there is none."""
    if first in inside[first]:
        return [first]
    import networkx as nx

    ways = [nx.shortest_path(inside, following, first) for following in inside[first]]
    return [first, *min(ways, key=lambda way: (len(way), way))[:-1]] if ways else []
