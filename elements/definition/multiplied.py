"""How many packets one may become behind every element: by copies, which add up, and by pieces, which multiply."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from elements.definition.element import Element
from elements.definition.loops import find_rings
from elements.definition.steps import Place, Step, find_steps
from elements.definition.walk import walk
from graph.check import Checked


@dataclass
class Multiplied:
    """By place, ``made``: the packets that one which comes there may become; ``onwards``: the step behind which there are most of them,
    none where a ring closes; ``first``: the place of its ring behind which there are most, itself where it is on none."""

    after: Mapping[Place, list[Step]]
    made: dict[Place, int]
    onwards: dict[Place, Step]
    first: dict[Place, Place]


@dataclass(frozen=True)
class _Opened:
    """Rings without the steps that are ``closing`` them. By ``rank`` every place stands behind those of its ring that it leads to."""

    rank: Mapping[Place, int]
    closing: frozenset[tuple[Place, Step]]


def multiplied(checked: Checked, elements: Mapping[str, Element]) -> Multiplied:
    """What becomes of a packet of each place, wherever queues stand between. All of a ring have what becomes of one that goes round once,
    and no less than what one push makes before it closes one of `find_rings`; what closes a ring counts as one packet."""
    after = find_steps(checked.graph, elements)
    edges = checked.graph.edges
    back = {(edge.source, edge.source_port) for edge in find_rings(checked).back}
    pulled = {(edge.source, edge.source_port) for edge in edges if checked.kind(edge.source, True, edge.source_port) == "pull"}
    rings = walk({place: [step.target for step in steps] for place, steps in after.items()}, sorted(after))
    inside = {place: [step for step in steps if rings.begins[step.target] == rings.begins[place]] for place, steps in after.items()}
    entered = {step.target for place, steps in after.items() for step in steps if rings.begins[step.target] != rings.begins[place]}
    starts = sorted(after, key=lambda place: (place not in entered, place))
    ways = [_opened(inside, starts, back), _opened(inside, starts, back | pulled)]
    members: defaultdict[Place, list[Place]] = defaultdict(list)
    for place in rings.order:
        members[rings.begins[place]].append(place)
    found = Multiplied(after, {}, {}, {})
    for place in rings.order:
        if rings.begins[place] == place:
            _count(found, members[place], ways, elements)
    return found


def _opened(inside: Mapping[Place, list[Step]], starts: Iterable[Place], shut: set[tuple[str, int]]) -> _Opened:
    """``inside``: the steps from places to others of their rings. None by an output that is ``shut`` is left, and none that closes a ring
    nevertheless, where packets come to it from elsewhere: at the first such place by name, whatever the order in which they are
    declared."""
    left = {place: [step for step in steps if (place[0], step.output) not in shut] for place, steps in inside.items()}
    walked = walk({place: [step.target for step in steps] for place, steps in left.items()}, starts)
    closing = {(place, step) for place, steps in inside.items() for step in steps if (place[0], step.output) in shut}
    closing |= {(place, step) for place, steps in left.items() for step in steps if (place, step.target) in walked.closing}
    return _Opened({place: rank for rank, place in enumerate(walked.order)}, frozenset(closing))


def _count(found: Multiplied, ring: list[Place], ways: list[_Opened], elements: Mapping[str, Element]) -> None:
    """What becomes of those of a ring: of all, what becomes of the first behind which there are most, in whichever of ``ways``."""
    best = -1
    for opened in ways if len(ring) > 1 else ways[:1]:
        made: dict[Place, int] = {}
        onwards: dict[Place, Step] = {}
        for place in sorted(ring, key=opened.rank.__getitem__):
            several: dict[int, tuple[int, Step]] = {}
            for step in found.after[place]:
                known = found.made if step.target in found.made else made
                count = step.pieces * (1 if (place, step) in opened.closing else known[step.target])
                if count > several.get(step.output, (0, step))[0]:
                    several[step.output] = count, step
            most = sorted(several.values(), key=lambda way: -way[0])[: elements[place[0]].most_ways]
            made[place] = max(1, sum(count for count, _ in most))
            if most and (place, most[0][1]) not in opened.closing:
                onwards[place] = most[0][1]
        first = max(reversed(made), key=made.__getitem__)
        if made[first] > best:
            best, chosen = made[first], (first, onwards)
    found.made.update(dict.fromkeys(ring, best))
    found.first.update(dict.fromkeys(ring, chosen[0]))
    found.onwards.update(chosen[1])
