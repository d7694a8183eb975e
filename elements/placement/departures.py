"""Counters that an egress of the hardware stands for: what it sends is what would pass them."""

from __future__ import annotations

from collections.abc import Mapping

from elements.definition.element import Element
from graph.model import Graph


def departure_port(graph: Graph, elements: Mapping[str, Element], name: str) -> int | None:
    """The port whose egress counts what ``name`` would count: where that is a Counter with nothing but schedulers between it and the port,
    else None."""
    if elements[name].node.class_name != "Counter":
        return None
    at, passed = name, {name}
    while True:
        targets = [edge.target for edge in graph.outgoing(at)]
        if len(targets) != 1:
            return None
        at = targets[0]
        if at in passed:
            return None
        passed.add(at)
        if elements[at].hardware_role == "egress":
            return int(elements[at].node.config)
        if elements[at].hardware_role != "scheduler":
            return None
