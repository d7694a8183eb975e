"""A placed graph's software half: its own elements, with crossings where the cut goes through."""

from __future__ import annotations

from collections.abc import Mapping

from elements.definition.element import Element
from elements.placement.crossings import Crossing, Placement, punts
from graph.diagnostics import Location
from graph.model import Edge, Graph, Node

_NOWHERE = Location(None, "<split>", 1, 1)


def crossing_name(crossing: Crossing) -> str:
    """The element of the software half at which ``crossing`` ends or starts."""
    side = "from" if crossing.to_software else "to"
    return f"{crossing.tenant}/{side}_crossing_{crossing.number}"


def software_half(placement: Placement, elements: Mapping[str, Element], crossings: tuple[Crossing, ...]) -> Graph:
    """The software half of ``placement``: software elements and those of hardware that leave some packets to software, and what crosses."""
    graph = placement.graph
    inside = {n.name for n in graph.nodes if n.name not in placement.hardware or punts(elements[n.name])}
    nodes = [node for node in graph.nodes if node.name in inside]
    edges = [edge for edge in graph.edges if edge.source in inside and edge.target in inside and edge.target not in placement.hardware]
    for crossing in crossings:
        name = crossing_name(crossing)
        config = f"{crossing.tenant}:{crossing.number}"
        class_name = "FromCrossing" if crossing.to_software else "ToCrossing"
        nodes.append(Node(name, class_name, config, _NOWHERE))
        if crossing.to_software:
            edges.append(Edge(name, 0, crossing.edge.target, crossing.edge.target_port, _NOWHERE))
        else:
            edges.append(Edge(crossing.edge.source, crossing.edge.source_port, name, 0, _NOWHERE))
    return Graph(tuple(nodes), tuple(edges), graph.requirements)
