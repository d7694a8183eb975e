"""How long packets may be on each edge, and with that what a port and the crossing have to hold: the data-flow analysis of lengths."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from heapq import heappop, heappush
from typing import Final

from elements.definition.element import Element
from elements.definition.walk import walk
from elements.placement.crossings import Crossing
from elements.reference.packet import LONGEST
from graph.model import Graph

TAKEN: Final = 1600
"""Bytes of the longest frame that a port takes."""
SENT: Final = 1664
"""Bytes of the longest frame that a port sends: 64 may be put in front, which is as much as hardware does."""
CARRIED: Final = 1792
"""Bytes of the longest frame that a crossing to hardware carries: headers are known within 192 places, and a frame becomes longer by no
more where they are."""
_MOST_RAISED: Final = 32
"""Times that a loop is followed before it counts as one that makes packets longer without end."""
Lengths = Mapping[tuple[str, int], int]
"""By (element, output port): the most bytes of a packet there, `LONGEST` where there is no bound below."""


def find_lengths(graph: Graph, elements: Mapping[str, Element], starts: Lengths | None = None, *, all_cut: bool = False) -> Lengths:
    """The lengths on every edge, by the output that it starts from; of outputs that no packet takes some too. With ``starts``, of those
    packets alone that start there; with ``all_cut``, none that comes to such an output is longer than what starts there. A packet without
    bytes counts as one byte."""
    known: dict[tuple[str, int], int] = dict(starts or {})
    fixed = set(known) if all_cut else set()
    raised: Counter[tuple[str, int]] = Counter()
    # Where there is no loop, what comes to an element is known when its turn comes.
    order = list(reversed(walk({name: [edge.target for edge in graph.outgoing(name)] for name in elements}, sorted(elements)).order))
    rank = {name: place for place, name in enumerate(order)}
    waiting = list(range(len(order)))
    is_waiting = set(order)
    while waiting:
        name = order[heappop(waiting)]
        is_waiting.discard(name)
        arriving = [0] * max(1, elements[name].inputs)
        for edge in graph.incoming(name):
            arriving[edge.target_port] = max(arriving[edge.target_port], known.get((edge.source, edge.source_port), 0))
        if (graph.incoming(name) or starts is not None) and not any(arriving):
            continue
        for port in range(elements[name].outputs):
            before = known.get((name, port), 0)
            leaving = elements[name].most_bytes(port, tuple(arriving) if any(arriving) else (TAKEN,))
            # On a loop that makes them longer there is no bound.
            leaving = max(1, leaving) if leaving <= 2 * CARRIED and raised[name, port] < _MOST_RAISED else LONGEST
            if leaving <= before or (name, port) in fixed:
                continue
            known[name, port] = leaving
            raised[name, port] += 1
            for edge in graph.outgoing(name):
                if edge.source_port == port and edge.target not in is_waiting:
                    heappush(waiting, rank[edge.target])
                    is_waiting.add(edge.target)
    return known


def length_at(graph: Graph, lengths: Lengths, name: str) -> int:
    """The most bytes of a packet that reaches ``name``; 0 where none does."""
    return max((lengths.get((edge.source, edge.source_port), 0) for edge in graph.incoming(name)), default=0)


def carried(graph: Graph, elements: Mapping[str, Element], crossings: Iterable[Crossing]) -> dict[str, int]:
    """By tenant, bytes of its longest frame that crosses to hardware, with what stands in front of the packet's data: no less than a port
    takes, and no more than `CARRIED`, beyond which packets do not cross. What one tenant's crossings carry is nothing to another; what the
    hardware holds is the most of all."""
    lengths = find_lengths(graph, elements)
    found: dict[str, int] = {}
    for crossing in crossings:
        longest = 0 if crossing.to_software else lengths.get((crossing.edge.source, crossing.edge.source_port), 0) + crossing.headroom
        found[crossing.tenant] = max(TAKEN, found.get(crossing.tenant, 0), min(CARRIED, longest))
    return found
