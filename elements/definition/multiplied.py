"""How many packets one may become behind every element: by copies, which add up, and by pieces, which multiply."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from elements.definition.element import Element
from elements.placement.lengths import find_lengths, length_at
from graph.model import Graph

if TYPE_CHECKING:
    import networkx

Place = tuple[str, bool]
"""An element, and whether the packet that comes there is a piece of another."""


@dataclass(frozen=True)
class Step:
    """By ``output`` so many packets go to ``target``."""

    output: int
    pieces: int
    target: Place


@dataclass
class Multiplied:
    """By place, ``made``: the packets that one which comes there may become; ``onwards``: the step behind which there are most of them,
    none where a ring closes; ``first``: where its ring begins, itself where it is on none."""

    after: Mapping[Place, list[Step]]
    made: dict[Place, int]
    onwards: dict[Place, Step]
    first: dict[Place, Place]


def multiplied(graph: Graph, elements: Mapping[str, Element]) -> Multiplied:
    """What becomes of a packet of each place, wherever queues stand between. All of a ring have what becomes of one that goes round once
    from where the ring begins."""
    import networkx as nx  # it takes as long to load as a whole router does

    after = _steps(graph, elements)
    found = Multiplied(after, {}, {}, {})
    whole = nx.DiGraph()
    whole.add_nodes_from(after)
    whole.add_edges_from((place, step.target) for place, steps in after.items() for step in steps)
    rings = nx.condensation(whole)
    for number in reversed(list(nx.topological_sort(rings))):
        members: set[Place] = rings.nodes[number]["members"]
        inside, first = _opened(whole, members)
        for place in reversed(list(nx.topological_sort(inside))):
            _count(found, place, elements[place[0]].most_ways, {target for target in members if not inside.has_edge(place, target)})
        most = max(found.made[place] for place in members)
        found.made.update(dict.fromkeys(members, most))
        found.first.update(dict.fromkeys(members, first))
    return found


def _opened(whole: networkx.DiGraph, members: set[Place]) -> tuple[networkx.DiGraph, Place]:
    """A ring without the steps that close it, and where it begins: where packets come to it from elsewhere, of several such places at the
    first by name, whatever the order in which they are declared. The same for the rings that are left in it."""
    import networkx as nx

    inside = nx.DiGraph(whole.subgraph(members))
    inside.remove_edges_from(list(nx.selfloop_edges(inside)))
    begins: list[Place] = []
    waiting = [members]
    while waiting:
        ring = waiting.pop()
        begins.append(min({place for place in ring if any(each not in ring for each in whole.predecessors(place))} or ring))
        inside.remove_edges_from([(each, begins[-1]) for each in ring & set(inside.predecessors(begins[-1]))])
        waiting += [each for each in nx.strongly_connected_components(inside.subgraph(ring)) if len(each) > 1]
    return inside, begins[0]


def _count(found: Multiplied, place: Place, most_ways: int, closing: set[Place]) -> None:
    """``closing``: targets that a packet has been to when it comes there from here."""
    ways: dict[int, tuple[int, Step]] = {}
    for step in found.after[place]:
        made = step.pieces * (1 if step.target in closing else found.made[step.target])
        if made > ways.get(step.output, (0, step))[0]:
            ways[step.output] = made, step
    most = sorted(ways.values(), key=lambda way: -way[0])[:most_ways]
    found.made[place] = max(1, sum(made for made, _ in most))
    if most and most[0][1].target not in closing:
        found.onwards[place] = most[0][1]


def _steps(graph: Graph, elements: Mapping[str, Element]) -> dict[Place, list[Step]]:
    """From every place. What is cut goes on as pieces, which have no more bytes than it is cut to until something puts more in front."""
    lengths = find_lengths(graph, elements)
    arriving = {node.name: length_at(graph, lengths, node.name) for node in graph.nodes}
    cut = {(name, 0): to for name, each in elements.items() if (to := each.cuts_to) is not None and arriving[name] > to}
    pieces = find_lengths(graph, elements, cut)
    of_pieces = {node.name: length_at(graph, pieces, node.name) for node in graph.nodes}
    after: dict[Place, list[Step]] = {(node.name, piece): [] for piece in (False, True) for node in graph.nodes}
    for edge in graph.edges:
        name, output = edge.source, edge.source_port
        for piece, longest in ((False, arriving[name]), (True, of_pieces[name])):
            most = elements[name].most_pieces(output, longest)
            after[name, piece].append(Step(output, most, (edge.target, piece or (name, output) in cut)))
        if (name, output) in cut:
            after[name, False].append(Step(output, 1, (edge.target, False)))
    return after
