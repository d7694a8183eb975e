"""Where headers are on each edge: the data-flow analysis that fixes, at compile time, the place of every byte that a program names.

A layout says where a packet's data and its network header start, as positions in the frame: position 0 is the first byte that came from
the wire. Software packets that are made new start at 0. What cannot be said with few layouts is unknown, and software's.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from elements.definition.element import Element, Move
from elements.program.program import Network
from graph.model import Edge, Graph

MOST_LAYOUTS: Final = 32
"""Of packets in one place: an IP header that was taken off is of 11 lengths, behind a tag or none, and others join them."""
LOWEST: Final = -64
HIGHEST: Final = 127


UNKNOWN: Final = -1000
"""The network header's position where paths that differ in it have met: good for all that does not ask."""


@dataclass(frozen=True)
class Layout:
    """Positions, in bytes, of the data's start and of the network header (None where unset, `UNKNOWN` where that depends)."""

    base: int
    network: int | None

    @property
    def network_offset(self) -> int | None:
        """Bytes from the data's start to the network header; None where it is unset or depends."""
        return None if self.network is None or self.network == UNKNOWN else self.network - self.base

    def moved(self, shift: int, network: Network) -> Layout:
        """The layout after an exit with this shift and network place."""
        if network == "keep":
            return Layout(self.base + shift, self.network)
        return Layout(self.base + shift, None if network == "none" else self.base + network)


Layouts = Mapping[tuple[str, int], tuple[Layout, ...] | None]
"""By (element, output port): the layouts that packets may have there, sorted; None where unknown. Outputs that no packet takes are not
in it."""


def find_layouts(graph: Graph, elements: Mapping[str, Element]) -> Layouts:
    """The layouts on every edge, by the output that it starts from."""
    known: dict[tuple[str, int], frozenset[Layout] | None] = {}
    waiting = [node.name for node in graph.nodes]
    moves = {name: _moves(element) for name, element in elements.items()}
    while waiting:
        name = waiting.pop(0)
        arriving = _arriving(graph, name, known)
        for port, ways in moves[name].items():
            leaving = _leaving(arriving, ways, is_source=not graph.incoming(name))
            if leaving == known.get((name, port), frozenset()):
                continue
            known[name, port] = leaving
            waiting += [e.target for e in graph.outgoing(name) if e.source_port == port and e.target not in waiting]
    return {place: None if found is None else _sorted(found) for place, found in known.items()}


def is_taken(layouts: Layouts, edge: Edge) -> bool:
    """Whether there can be a packet on ``edge``."""
    return (edge.source, edge.source_port) in layouts


def layouts_at(graph: Graph, layouts: Layouts, name: str) -> tuple[Layout, ...] | None:
    """The layouts of packets that reach any input of ``name``; None where any is unknown."""
    found = _arriving(graph, name, {place: None if v is None else frozenset(v) for place, v in layouts.items()})
    return None if found is None else _sorted(found)


def shifts_to_egress(graph: Graph, elements: Mapping[str, Element], name: str) -> frozenset[int]:
    """By how many bytes the data's start may have moved when a packet that enters ``name`` leaves by a port, loops and new packets left
    out.
    """
    moves = {node.name: _moves(elements[node.name]) for node in graph.nodes}
    seen: set[tuple[str, int]] = set()
    waiting = [(name, 0)]
    found: set[int] = set()
    while waiting:
        place = waiting.pop()
        if place in seen or not LOWEST <= place[1] <= HIGHEST:
            continue
        seen.add(place)
        at, shift = place
        if elements[at].hardware_role == "egress":
            found.add(shift)
        for edge in graph.outgoing(at):
            for way in moves[at].get(edge.source_port, ()):
                if way.shift is not None:
                    waiting.append((edge.target, shift + way.shift))
    return frozenset(found)


def _sorted(found: frozenset[Layout]) -> tuple[Layout, ...]:
    return tuple(sorted(found, key=lambda layout: (layout.base, layout.network is not None, layout.network or 0)))


def _arriving(graph: Graph, name: str, known: Mapping[tuple[str, int], frozenset[Layout] | None]) -> frozenset[Layout] | None:
    found: frozenset[Layout] = frozenset()
    for edge in graph.incoming(name):
        arriving = known.get((edge.source, edge.source_port), frozenset())
        if arriving is None:
            return None
        found |= arriving
    return found


def _moves(element: Element) -> dict[int, tuple[Move, ...]]:
    if element.has_program:
        ways: dict[int, tuple[Move, ...]] = {}
        for way in element.trace().exits:
            ways[way.port] = (*ways.get(way.port, ()), Move(way.shift, way.network))
        return ways
    return {port: (element.move(port),) for port in range(element.outputs)}


def _leaving(arriving: frozenset[Layout] | None, ways: tuple[Move, ...], *, is_source: bool) -> frozenset[Layout] | None:
    found: set[Layout] = set()
    for way in ways:
        if way.shift is None or is_source:
            found.add(Layout(0, way.network if isinstance(way.network, int) else None))
        elif arriving is None:
            return None
        else:
            found |= {layout.moved(way.shift, way.network) for layout in arriving}
    if len(found) > MOST_LAYOUTS or any(not LOWEST <= layout.base <= HIGHEST for layout in found):
        return None
    return frozenset(found)
