"""Smaller graphs for the shrinker: an element becomes Discard, or is passed by, and what no packet can reach any more goes with it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from graph.model import Edge, Graph

DEVICES = ("FromDevice", "ToDevice")


def smaller_graphs(graph: Graph) -> Iterator[Graph]:
    """Graphs with fewer elements than ``graph``, those with the fewest first. They need not be legal."""
    found: dict[tuple[object, ...], Graph] = {}
    for node in graph.nodes:
        for each in _without(graph, node.name):
            if len(each.nodes) < len(graph.nodes) or _busy(each) < _busy(graph):
                found.setdefault((each.nodes, each.edges), each)
    yield from sorted(found.values(), key=lambda each: (_busy(each), len(each.nodes)))


def _busy(graph: Graph) -> int:
    """Elements that do something with a packet."""
    return sum(1 for node in graph.nodes if node.class_name != "Discard")


def _without(graph: Graph, name: str) -> Iterator[Graph]:
    node, incoming, outgoing = graph.node(name), graph.incoming(name), graph.outgoing(name)
    if node.class_name == "FromDevice":
        yield _pruned(graph.without([name]))
        return
    if not incoming:
        return
    if node.class_name not in ("Discard", *DEVICES):
        nodes = tuple(replace(n, class_name="Discard", config="") if n is node else n for n in graph.nodes)
        kept = [edge for edge in graph.edges if edge.source != name]
        yield _pruned(replace(graph, nodes=nodes, edges=tuple(_moved(edge, name, name, 0) for edge in kept)))
    for way in outgoing:
        nodes = tuple(n for n in graph.nodes if n is not node)
        kept = [edge for edge in graph.edges if edge.source != name]
        yield _pruned(replace(graph, nodes=nodes, edges=tuple(_moved(edge, name, way.target, way.target_port) for edge in kept)))


def _moved(edge: Edge, old: str, new: str, port: int) -> Edge:
    return replace(edge, target=new, target_port=port) if edge.target == old else edge


def _pruned(graph: Graph) -> Graph:
    """Without what no packet reaches; inputs are numbered anew where some have gone."""
    while True:
        gone = [n.name for n in graph.nodes if n.class_name not in ("FromDevice", "Idle") and not graph.incoming(n.name)]
        gone += [n.name for n in graph.nodes if n.class_name in ("Idle", "FromDevice") and not graph.outgoing(n.name)]
        if not gone:
            break
        graph = graph.without(gone)
    ranks: dict[str, list[int]] = {}
    for edge in graph.edges:
        ranks.setdefault(edge.target, []).append(edge.target_port)
    edges = tuple(replace(e, target_port=sorted(set(ranks[e.target])).index(e.target_port)) for e in graph.edges)
    return replace(graph, edges=edges)
