"""Which elements can be hardware at all, and for those that cannot, why."""

from __future__ import annotations

from collections.abc import Mapping

from elements.definition.element import Element
from elements.placement.crossings import entry_layout, punts
from elements.placement.departures import departure_port
from elements.placement.layouts import Layouts, find_layouts, is_taken, layouts_at
from elements.program.ordered import disordered
from graph.check import Checked
from graph.model import Graph


def software_only(checked: Checked, elements: Mapping[str, Element]) -> dict[str, str]:
    """The elements that must be software, each with the reason."""
    layouts = find_layouts(checked.graph, elements)
    reasons = {}
    for node in checked.graph.nodes:
        why = _reason(checked, elements, layouts, node.name)
        if why is not None:
            reasons[node.name] = why
    # What takes packets from software must know where their headers are, whichever element is asked first.
    changed = True
    while changed:
        changed = False
        for edge in checked.graph.edges:
            if (
                edge.target not in reasons
                and edge.source in reasons
                and not _enterable(checked.graph, elements, layouts, edge.target, edge.source)
            ):
                reasons[edge.target] = f"where headers are in packets from {edge.source} is not known at compile time"
                changed = True
    return reasons


def _reason(checked: Checked, elements: Mapping[str, Element], layouts: Layouts, name: str) -> str | None:
    element = elements[name]
    if element.hardware_role is not None:
        return element.software_reason
    if not element.has_program:
        return f"{element.node.class_name} is written for software only"
    if element.software_reason is not None:
        return element.software_reason
    arriving = layouts_at(checked.graph, layouts, name)
    if arriving is None:
        return "where headers are is not known at compile time"
    if not arriving:
        return "no packet reaches it"
    program = element.trace()
    for table in program.tables:
        if table.kind != "lpm":
            return f"there is no hardware for {table.kind} tables"
    why = disordered(program)
    if why is not None:
        return why
    if program.accesses and punts(element):
        return "it keeps state and its hardware covers the common case only"
    pulled = checked.graph.input_count(name) > 0 and checked.kind(name, False, 0) == "pull"
    if pulled and program.accesses and departure_port(checked.graph, elements, name) is None:
        return "it keeps state behind a queue"
    return None


def _enterable(graph: Graph, elements: Mapping[str, Element], layouts: Layouts, target: str, source: str) -> bool:
    try:
        for edge in graph.incoming(target):
            if edge.source == source and is_taken(layouts, edge):
                entry_layout(graph, elements, layouts, edge)
    except ValueError:
        return False
    return True
