"""Which tables a packet that a source makes will be looked up in, and by which of its bytes, and which elements that are written by hand
say what they will read for it: so that all that can be fetched for a whole burst before its first packet is on its way.

A packet is followed from output 0 of the source along every way that it may take through the graph, as long as its headers' place and the
annotations that keys are made of are known. That it takes that way is not known, and need not be: what is fetched in vain costs little.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from elements.definition.csource import CSource
from elements.definition.element import Element
from elements.program.combine import walk
from elements.program.program import Program
from elements.program.substitute import assume, substitute
from elements.program.values import Value, make
from graph.check import Checked
from swclick.conjuncts import conjuncts, known
from swclick.sort_table import has_levels

MOST: Final = 2
"""Tables behind one source that are fetched for each packet."""


@dataclass(frozen=True)
class Ahead:
    """A table of an element, and its key over the bytes of the packet's data at the source, of which there have to be ``length``."""

    element: str
    table: str
    key: Value
    length: int


@dataclass(frozen=True)
class Soon:
    """An element that says itself what it reads for a packet, whose IP header is ``network`` bytes behind its start at the source."""

    element: str
    network: int


@dataclass(frozen=True)
class _Place:
    """A packet on its way: at this element, with its data so many bytes after where they were, its network header there, and these
    annotations, as far as they are known."""

    element: str
    shift: int
    network: int | None
    annotations: Mapping[str, Value]


def look_ahead(
    checked: Checked, elements: Mapping[str, Element], programs: Mapping[str, Program], sources: Mapping[str, CSource], source: str
) -> list[Ahead | Soon]:
    """The tables and elements behind output 0 of ``source``, the nearest first; none where there are more than a packet is looked up in, as
    there are behind a choice of many ways."""
    found: list[Ahead | Soon] = []
    seen: set[str] = set()
    waiting = [_Place(target, 0, None, {}) for target in _targets(checked, source, 0)]
    while waiting and len(found) <= MOST:
        place = waiting.pop(0)
        if place.element in seen:
            continue
        seen.add(place.element)
        program = programs.get(place.element)
        if program is None:
            if sources[place.element].ahead and place.network is not None and place.network >= 0:
                found.append(Soon(place.element, place.network))
            move = elements[place.element].move(0)
            if move.shift is not None and not elements[place.element].hardware_role:
                shift = place.shift + move.shift
                waiting += [_Place(each, shift, place.network, place.annotations) for each in _targets(checked, place.element, 0)]
            continue
        found += _tables(place, program)
        waiting += _ways(checked, place, program)
    return found if len(found) <= MOST else []


def _targets(checked: Checked, name: str, port: int) -> list[str]:
    return [edge.target for edge in checked.graph.outgoing(name) if edge.source_port == port and checked.kind(name, True, port) == "push"]


def _tables(place: _Place, program: Program) -> Iterator[Ahead]:
    levels = {table.name for table in program.tables if has_levels(table)}
    for value in walk(program.roots()):
        if value.op == "found" and value.attributes[0] in levels:
            key = _at_source(value.operands[0], place)
            bytes_read = None if key is None else [int(leaf.attributes[1]) for leaf in walk([key]) if leaf.op == "load"]
            if key is not None and bytes_read and min(bytes_read) >= 0:
                yield Ahead(place.element, str(value.attributes[0]), key, max(bytes_read) + 1)


def _ways(checked: Checked, place: _Place, program: Program) -> Iterator[_Place]:
    for way in program.exits:
        facts = known(conjuncts(way.when))
        network = place.network
        if way.network != "keep":
            network = None if way.network == "none" else place.shift + int(way.network)
        annotations = dict(place.annotations)
        for name, value in program.annotations:
            annotations.pop(name, None)
            new = _at_source(assume([value], facts)[value], place)
            if new is not None:
                annotations[name] = new
        for target in _targets(checked, place.element, way.port):
            yield _Place(target, place.shift + way.shift, network, annotations)


def _at_source(value: Value, place: _Place) -> Value | None:
    """``value`` over the bytes at the source, None where it is made of more."""
    starts = {"data": place.shift, "network": place.network}

    def leaf(each: Value, operands: tuple[Value, ...]) -> Value:
        start = starts.get(str(each.attributes[0])) if each.op == "load" else None
        if start is not None:
            return make("load", 8, (), ("data", int(each.attributes[1]) + start))
        if each.op == "annotation" and str(each.attributes[0]) in place.annotations:
            return place.annotations[str(each.attributes[0])]
        return make("meta", each.width, (), ("unknown",))

    new = substitute([value], leaf)[value]
    return None if any(each.op == "meta" for each in walk([new])) else new
