"""How often each edge is used: from packets that were replayed, or from an even split where nothing is known."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from elements.definition.copies import MOST_COPIES
from elements.definition.element import Element
from elements.reference.machine import Machine
from elements.reference.packet import Packet
from graph.merge import MADE_BY_MERGE
from graph.model import Graph

Rates = Mapping[tuple[str, int], float]
"""Packets by (element, output port), for one packet offered to the machine."""

ROUNDS = 50
_POLICERS = ("RatedSplitter", "BandwidthRatedSplitter", "CheckLength")


def rates_from_packets(graph: Graph, packets: Iterable[tuple[str, Packet]]) -> dict[tuple[str, int], float]:
    """Rates seen when ``packets`` (source element, packet) are replayed through the reference machine, which writes no files."""
    counts: dict[tuple[str, int], int] = {}

    def observe(name: str, port: int, packet: Packet) -> None:
        counts[name, port] = counts.get((name, port), 0) + 1

    machine = Machine(graph, observe, writes_files=False)
    offered = 0
    for source, packet in packets:
        machine.inject(source, packet)
        offered += 1
    return {place: count / max(offered, 1) for place, count in counts.items()}


def stated_rates(
    graph: Graph, shares: Mapping[str, tuple[float, ...]], elements: Mapping[str, Element] | None = None
) -> dict[tuple[str, int], float]:
    """Rates where every source gets the same share, and every output of an element what ``shares`` says of what reaches it; else
    the share that the element, one of ``elements``, usually sends by it (`Element.usual_share`); else the same share. Loops are followed
    `ROUNDS` times, and no more than `MOST_COPIES` packets at once. Of a quota's policers and of what keeps long packets from a port,
    which merge added, all packets pass unless ``shares`` says otherwise: a tenant that behaves is what the operator expects."""
    conforming = {node.name: (1.0, 0.0) for node in graph.nodes if node.location == MADE_BY_MERGE and node.class_name in _POLICERS}
    sources = [node.name for node in graph.nodes if not graph.incoming(node.name) and graph.outgoing(node.name)]
    arriving = {name: 1 / len(sources) for name in sources}
    rates: dict[tuple[str, int], float] = {}
    for _ in range(ROUNDS):
        following: dict[str, float] = {}
        for name, amount in arriving.items():
            ports = sorted({edge.source_port for edge in graph.outgoing(name)})
            for port in ports:
                told = shares.get(name, conforming.get(name))
                known = elements[name].usual_share(port) if told is None and elements is not None and graph.incoming(name) else None
                if told is not None:
                    share = amount * told[port] if port < len(told) else 0.0
                else:
                    share = amount / len(ports) if known is None else amount * known
                rates[name, port] = rates.get((name, port), 0.0) + share
                for edge in graph.outgoing(name):
                    if edge.source_port == port:
                        following[edge.target] = following.get(edge.target, 0.0) + share
        arriving = {name: min(amount, MOST_COPIES) for name, amount in following.items() if amount > 1e-6}
    return rates


def arrivals(graph: Graph, rates: Rates, name: str) -> float:
    """Packets that reach ``name``, for one packet offered; a source has what it sends."""
    incoming = sum(rates.get((edge.source, edge.source_port), 0.0) for edge in graph.incoming(name))
    if graph.incoming(name):
        return incoming
    return sum(rates.get((name, port), 0.0) for port in {edge.source_port for edge in graph.outgoing(name)})
