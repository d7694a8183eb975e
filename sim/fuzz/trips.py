"""Which tenants' packets may come together: where state depends on order, all packets that reach it must have made as many trips between
the halves, or else come one by one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from elements.definition.element import Element
from elements.placement.crossings import Placement, punts

ORDERED: Final = frozenset(
    {
        *("RatedSplitter", "BandwidthRatedSplitter", "Meter", "BandwidthMeter", "ARPQuerier", "RandomSample", "IPEncap", "EtherSwitch"),
        *("IPRewriter", "TCPRewriter", "UDPRewriter"),
    }
)
"""Classes in which what one packet does depends on those before it."""
COPYING: Final = frozenset({"Tee", "PaintTee", "IPFragmenter", "EtherSwitch", "ARPQuerier"})
"""Classes of which more than one packet may leave for one that comes."""
MOST: Final = 6
"""Trips that are told apart."""


@dataclass(frozen=True)
class Manners:
    """How a tenant's packets may come in a volley: ``ordered``, by one port; ``alone``, one only."""

    ordered: bool
    alone: bool


def manners_of(placement: Placement, elements: Mapping[str, Element]) -> dict[str, Manners]:
    """By tenant."""
    trips = _trips(placement, elements)
    found = {}
    for tenant in placement.tenants:
        mine = [n for n in elements if placement.owner[n] == tenant and elements[n].node.class_name in ORDERED]
        found[tenant] = Manners(bool(mine), any(len(trips[name]) > 1 for name in mine))
    return found


def unordered(placement: Placement, elements: Mapping[str, Element]) -> list[str]:
    """Elements whose order no manners keep: several copies of a packet reach them, after different numbers of trips."""
    graph = placement.graph
    copied: set[str] = set()
    waiting = [edge.target for node in graph.nodes if node.class_name in COPYING for edge in graph.outgoing(node.name)]
    while waiting:
        name = waiting.pop()
        if name not in copied:
            copied.add(name)
            waiting += [edge.target for edge in graph.outgoing(name)]
    trips = _trips(placement, elements)
    return [name for name in sorted(copied) if elements[name].node.class_name in ORDERED and len(trips[name]) > 1]


def _trips(placement: Placement, elements: Mapping[str, Element]) -> dict[str, frozenset[int]]:
    """By element, how often packets that reach it may have gone to the host and back."""
    graph = placement.graph
    found: dict[str, frozenset[int]] = {node.name: frozenset() for node in graph.nodes}
    waiting = [node.name for node in graph.nodes if not graph.incoming(node.name)]
    for name in waiting:
        found[name] = frozenset({0})
    while waiting:
        name = waiting.pop()
        hard = name in placement.hardware
        for edge in graph.outgoing(name):
            leaving = set(found[name])
            if edge.target in placement.hardware:
                again = {min(MOST, count + 1) for count in found[name]}
                if not hard:
                    leaving = again
                elif punts(elements[name]):
                    leaving |= again
            reached = found[edge.target] | leaving
            if reached != found[edge.target]:
                found[edge.target] = reached
                waiting.append(edge.target)
    return found
