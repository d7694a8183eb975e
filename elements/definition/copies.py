"""How many packets one may become, where elements that copy stand one behind the other."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from elements.definition.element import Element
from graph.diagnostics import fail
from graph.model import Edge, Graph

MOST_COPIES: Final = 1024
"""Packets that one of a tenant's may become, itself among them."""


def refuse_copies(graph: Graph, elements: Mapping[str, Element]) -> None:
    """Errors: `ClickError` for an element where one packet may become more than `MOST_COPIES`, the first in the graph's order behind which
    there is no such element."""
    after: dict[str, list[Edge]] = {node.name: [] for node in graph.nodes}
    for edge in graph.edges:
        after[edge.source].append(edge)
    made = _made(after, elements)
    for node in graph.nodes:
        most = made[node.name]
        if most > MOST_COPIES and all(made[edge.target] <= MOST_COPIES for edge in after[node.name]):
            message = f"one packet may become {most} behind {node.name}, and {MOST_COPIES} at most are allowed"
            advice = "put fewer elements that copy (Tee, PullTee, PaintTee, Hub, EtherSwitch) one behind the other"
            fail(message, advice, node.location, node.source_line)


def _made(after: Mapping[str, list[Edge]], elements: Mapping[str, Element]) -> dict[str, int]:
    """By element, the packets that one which comes there may become, wherever queues stand between; of a ring, the way once round."""
    made: dict[str, int] = {}
    for root in after:
        path: list[tuple[str, Iterator[Edge]]] = [] if root in made else [(root, iter(after[root]))]
        open_ones = {name for name, _ in path}
        while path:
            name, edges = path[-1]
            edge = next((each for each in edges if each.target not in made and each.target not in open_ones), None)
            if edge is not None:
                open_ones.add(edge.target)
                path.append((edge.target, iter(after[edge.target])))
                continue
            path.pop()
            open_ones.discard(name)
            ways = sorted((made.get(each.target, 1) for each in after[name]), reverse=True)
            made[name] = max(1, sum(ways[: elements[name].most_ways]))
    return made
