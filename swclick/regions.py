"""Parts of a graph that may be alike: the elements of each tenant, or of each compound element, by the first part of their names."""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from dataclasses import dataclass
from typing import Final

from graph.model import Edge, Graph

LEAST: Final = 8
"""Elements of a region that is shared: the code of a smaller one is better made a part of what is around it."""


@dataclass(frozen=True)
class Region:
    """``names``: elements in the graph's order."""

    name: str
    names: tuple[str, ...]


def find_groups(graph: Graph) -> list[list[Region]]:
    """Regions that have elements of the same classes, connected in the same way; groups of two at least, in the graph's order."""
    names: dict[str, list[str]] = {}
    for node in graph.nodes:
        around, slash, _ = node.name.partition("/")
        if slash:
            names.setdefault(around, []).append(node.name)
    found: dict[Hashable, list[Region]] = {}
    for around, each in names.items():
        if len(each) >= LEAST:
            found.setdefault(_shape(graph, each), []).append(Region(around, tuple(each)))
    return [group for group in found.values() if len(group) > 1]


def _shape(graph: Graph, names: list[str]) -> Hashable:
    """The classes and connections of a region; of those that leave it only where they do."""
    local = {name: place for place, name in enumerate(names)}
    return tuple(
        (
            graph.node(name).class_name,
            tuple((edge.source_port, local.get(edge.target), edge.target_port * (edge.target in local)) for edge in graph.outgoing(name)),
            tuple((edge.target_port, edge.source in local) for edge in graph.incoming(name)),
        )
        for name in names
    )


def crossing(graph: Graph, shared: Iterable[Region]) -> frozenset[Edge]:
    """The connections that lead into one of these regions, or out of it."""
    home = {name: region.name for region in shared for name in region.names}
    return frozenset(edge for edge in graph.edges if home.get(edge.source) != home.get(edge.target))
