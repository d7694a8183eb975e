"""The crossings of a placed graph: every way in which a packet passes between hardware and software, each with its number.

Numbers count from 1 within a tenant, so that alike tenants have alike crossings. A crossing to software stands for one layout of one edge
of the cut, or for the punt at the input of an element whose hardware reading covers the common case only.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from elements.definition.element import Element
from elements.placement.layouts import UNKNOWN, Layout, Layouts, find_layouts, is_taken, layouts_at, shifts_to_egress
from elements.program.combine import walk
from elements.program.values import TRUE
from graph.model import Edge, Graph


@dataclass(frozen=True)
class Placement:
    """A master graph and the side of each element. ``owner`` names the tenant of an element, or None for the operator's own."""

    graph: Graph
    tenants: tuple[str, ...]
    owner: Mapping[str, str | None]
    hardware: frozenset[str]


@dataclass(frozen=True)
class Crossing:
    """A way across. The frame that travels has ``headroom`` bytes in front of the packet's data; its network header is ``network`` bytes
    from the data's start (None where unset). ``layout`` is the layout on the hardware side."""

    tenant: str
    number: int
    to_software: bool
    punt: bool
    edge: Edge
    layout: Layout
    headroom: int
    network: int | None


def punts(element: Element) -> bool:
    """Whether the hardware reading of ``element`` leaves some packets to its software reading."""
    return element.has_program and (element.trace_condition() is not TRUE or uses_transport(element))


def uses_transport(element: Element) -> bool:
    """Whether the program reads or writes the transport header, whose place is known only where IP has no options."""
    program = element.trace()
    leaves = walk(program.roots())
    return any(leaf.op in ("load", "has", "length") and leaf.attributes[0] == "transport" for leaf in leaves)


def find_crossings(placement: Placement, elements: Mapping[str, Element]) -> tuple[Crossing, ...]:
    """Every crossing of ``placement``, in the order of the graph's edges, numbered within each tenant. An edge that no packet takes is not
    crossed."""
    layouts = find_layouts(placement.graph, elements)
    counts = dict.fromkeys(placement.tenants, 0)
    found: list[Crossing] = []

    def add(edge: Edge, layout: Layout, headroom: int, *, to_software: bool, punt: bool = False) -> None:
        tenant = placement.owner[edge.target] or placement.owner[edge.source]
        if tenant is None:
            raise ValueError(f"the edge from {edge.source} to {edge.target} is cut and belongs to no tenant")
        counts[tenant] += 1
        network = layout.network_offset
        found.append(Crossing(tenant, counts[tenant], to_software, punt, edge, layout, headroom, network))

    for edge in placement.graph.edges:
        source_hard, target_hard = edge.source in placement.hardware, edge.target in placement.hardware
        leaving = layouts.get((edge.source, edge.source_port)) or ()
        if source_hard and not target_hard:
            for layout in leaving:
                add(edge, layout, max(layout.base, 0), to_software=True)
        if target_hard and punts(elements[edge.target]):
            for layout in _at_target(placement, elements, layouts, edge):
                add(edge, layout, max(layout.base, 0), to_software=True, punt=True)
        if target_hard and (not source_hard or punts(elements[edge.source])) and is_taken(layouts, edge):
            layout = entry_layout(placement.graph, elements, layouts, edge)
            add(edge, layout, layout.base, to_software=False)
    return tuple(found)


def _at_target(placement: Placement, elements: Mapping[str, Element], layouts: Layouts, edge: Edge) -> tuple[Layout, ...]:
    """Layouts at the target's input; a punt is one crossing per layout whichever edge it came by, so the first edge has them all."""
    first = placement.graph.incoming(edge.target)[0]
    if edge != first:
        return ()
    return hardware_layouts_at(placement, elements, layouts, edge.target)


def hardware_layouts_at(placement: Placement, elements: Mapping[str, Element], layouts: Layouts, name: str) -> tuple[Layout, ...]:
    """The layouts that reach ``name`` inside the hardware: those of hardware edges, and those that crossings enter with."""
    found: dict[Layout, None] = {}
    for edge in placement.graph.incoming(name):
        if edge.source in placement.hardware:
            found.update(dict.fromkeys(layouts.get((edge.source, edge.source_port)) or ()))
        elif is_taken(layouts, edge):
            found[entry_layout(placement.graph, elements, layouts, edge)] = None
    return tuple(found)


def entry_layout(graph: Graph, elements: Mapping[str, Element], layouts: Layouts, edge: Edge) -> Layout:
    """The layout with which packets from software enter the hardware over ``edge``: as much headroom as any packet has at the target,
    so that those from the wire and those from software look alike, and at least what is put in front of them on the way out, so that frames
    begin where they began on the wire. Where headers are is nothing to a port and its scheduler.
    Errors: ``ValueError`` where the place of headers is not known."""
    leaving = layouts.get((edge.source, edge.source_port))
    at_target = layouts_at(graph, layouts, edge.target)
    if leaving is None and elements[edge.target].hardware_role in ("scheduler", "egress"):
        return Layout(0, UNKNOWN)
    if not leaving or at_target is None:
        raise ValueError(f"the place of headers on the edge from {edge.source} to {edge.target} is not known at compile time")
    grown = max((-shift for shift in shifts_to_egress(graph, elements, edge.target)), default=0)
    base = max(0, grown, *(layout.base for layout in at_target))
    offsets = {layout.network_offset for layout in leaving}
    if len(offsets) > 1:
        return Layout(base, UNKNOWN)
    offset = leaving[0].network_offset
    return Layout(base, None if offset is None else base + offset)
