"""What becomes of a packet at each element, by the outputs that it may leave by: as it came, cut into pieces, or a piece itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from elements.definition.element import Element
from elements.placement.lengths import Lengths, find_lengths, length_at
from graph.model import Graph

WHOLE: Final = 0
PIECE: Final = 1
"""A piece that is no longer than the last that could cut it made it, but by what was put in front since."""
LONGER: Final = 2
"""A piece that passed what would have cut it, for its IP header was not marked where it begins."""
KINDS: Final = (WHOLE, PIECE, LONGER)
Place = tuple[str, int]
"""An element, and what comes there: one of `KINDS`."""


@dataclass(frozen=True)
class Step:
    """By ``output`` so many packets go to ``target``."""

    output: int
    pieces: int
    target: Place


def find_steps(graph: Graph, elements: Mapping[str, Element]) -> dict[Place, list[Step]]:
    """From every place. What is cut goes on as pieces, which have no more bytes than it is cut to until something puts more in front."""
    whole = find_lengths(graph, elements)
    arriving = {node.name: length_at(graph, whole, node.name) for node in graph.nodes}
    cut = {(name, 0): to for name, each in elements.items() if (to := each.cuts_to) is not None and arriving[name] > to}
    pieces = find_lengths(graph, elements, cut, all_cut=True)
    pass_uncut = _moved(graph, elements, cut, pieces)
    after: dict[Place, list[Step]] = {(node.name, kind): [] for node in graph.nodes for kind in KINDS}
    for kind, lengths in zip(KINDS, (whole, pieces, find_lengths(graph, elements, cut)), strict=True):
        for node in graph.nodes:
            name, longest = node.name, length_at(graph, lengths, node.name)
            for edge in graph.outgoing(name):
                output = edge.source_port
                most = elements[name].most_pieces(output, longest)
                is_cut = longest > cut.get((name, output), longest)
                after[name, kind].append(Step(output, most, (edge.target, PIECE if is_cut else kind)))
                if is_cut and (kind != PIECE or name in pass_uncut):
                    after[name, kind].append(Step(output, 1, (edge.target, LONGER if kind else WHOLE)))
    return after


def _moved(graph: Graph, elements: Mapping[str, Element], cut: Lengths, pieces: Lengths) -> set[str]:
    """Where pieces may come whose IP header is no longer marked where they begin, as it is when they are ``cut``: something on their way
    has put bytes in front, taken some, or marked another place."""
    ways = [edge for edge in graph.edges if (edge.source, edge.source_port) in pieces and (edge.source, edge.source_port) not in cut]
    waiting = [edge.target for edge in ways if not _keeps_header(elements[edge.source], edge.source_port)]
    following: dict[str, list[str]] = {}
    for edge in ways:
        following.setdefault(edge.source, []).append(edge.target)
    found: set[str] = set()
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting += following.get(name, [])
    return found


def _keeps_header(element: Element, output: int) -> bool:
    ways = [way for way in element.trace().exits if way.port == output] if element.has_program else [element.move(output)]
    return all(way.shift == 0 and way.network in ("keep", 0) for way in ways)
