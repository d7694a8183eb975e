"""A placed graph's software half: its own elements, with crossings where the cut goes through."""

from __future__ import annotations

from collections.abc import Mapping

from elements.definition.element import Element
from elements.placement.crossings import Crossing, Placement, punts
from elements.placement.lengths import carried
from graph.diagnostics import Location
from graph.model import Edge, Graph, Node

_NOWHERE = Location(None, "<split>", 1, 1)


def crossing_name(crossing: Crossing) -> str:
    """The element of the software half at which ``crossing`` ends or starts. Without a slash it is no element's of a tenant."""
    side = "from" if crossing.to_software else "to"
    return f"{side}_crossing_{crossing.tenant}_{crossing.number}"


def software_half(placement: Placement, elements: Mapping[str, Element], crossings: tuple[Crossing, ...]) -> Graph:
    """The software half of ``placement``: software elements and those of hardware that leave some packets to software, and what crosses.
    What is longer than the crossing carries does not cross; it is counted where it would."""
    graph = placement.graph
    most = carried(graph, elements, crossings)
    inside = {n.name for n in graph.nodes if n.name not in placement.hardware or punts(elements[n.name])}
    nodes = [node for node in graph.nodes if node.name in inside]
    edges = [edge for edge in graph.edges if edge.source in inside and edge.target in inside and edge.target not in placement.hardware]
    for crossing in crossings:
        name = crossing_name(crossing)
        config = f"{crossing.tenant}:{crossing.number}"
        class_name = "FromCrossing" if crossing.to_software else "ToCrossing"
        if not crossing.to_software:
            config += f", {most[crossing.tenant] - crossing.headroom}"
        nodes.append(Node(name, class_name, config, _NOWHERE))
        if crossing.to_software:
            edges.append(Edge(name, 0, crossing.edge.target, crossing.edge.target_port, _NOWHERE))
        else:
            edges.append(Edge(crossing.edge.source, crossing.edge.source_port, name, 0, _NOWHERE))
    idle_nodes, idle_edges = _never_taken(placement, inside, crossings)
    return Graph((*nodes, *idle_nodes), (*edges, *idle_edges), graph.requirements)


def _never_taken(placement: Placement, inside: set[str], crossings: tuple[Crossing, ...]) -> tuple[list[Node], list[Edge]]:
    """Ends for the cut edges that no packet takes, and that are no crossings: every port that is in use stays in use."""
    crossed = {(crossing.edge, crossing.to_software) for crossing in crossings if not crossing.punt}
    nodes: list[Node] = []
    edges: list[Edge] = []
    for edge in placement.graph.edges:
        to_software = edge.target not in placement.hardware
        cut = edge.source not in inside if to_software else edge.source in inside
        if not cut or (edge, to_software) in crossed:
            continue
        name = f"no_packet_{len(nodes) + 1}"
        nodes.append(Node(name, "Idle" if to_software else "Discard", "", _NOWHERE))
        ends = (name, 0, edge.target, edge.target_port) if to_software else (edge.source, edge.source_port, name, 0)
        edges.append(Edge(*ends, _NOWHERE))
    return nodes, edges
