"""No packet becomes too many, where elements that copy or cut packets stand one behind the other, nor by going round rings."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from elements.definition.element import Element
from elements.definition.loops import Rings
from elements.definition.multiplied import Multiplied, multiplied
from elements.definition.steps import KINDS, Place
from graph.check import Checked
from graph.diagnostics import fail
from graph.model import Edge

MOST_COPIES: Final = 1024
"""Packets that one of a tenant's may become, itself among them, and as many again by going round rings of push connections; what would be
more is dropped where it closes a ring. One that was stored begins anew."""
_LONGEST_CUT: Final = 65535
_NAMED: Final = 4
"""Elements at either end of a way that a message names."""


def refuse_copies(checked: Checked, elements: Mapping[str, Element]) -> None:
    """Errors: `ClickError` for an element where one packet may become more than `MOST_COPIES`, the first in the graph's order behind which
    there is no such element; for a ring, where most come from."""
    found = multiplied(checked, elements)
    last = {found.first[place] for place, made in found.made.items() if made > MOST_COPIES}
    last -= {found.first[place] for place, steps in found.after.items() if any(_leads_on(found, place, step.target) for step in steps)}
    for node in checked.graph.nodes:
        place = next((each for each in ((node.name, kind) for kind in KINDS) if each in last), None)
        if place is not None:
            way = _way(found, place)
            message = f"one packet may become {found.made[place]} behind {node.name}, and {MOST_COPIES} at most are allowed"
            fail(f"{message}: {_shown(way)}", _advice(checked, elements, found, way), node.location, node.source_line)


def added_by(checked: Checked, elements: Mapping[str, Element], rings: Rings) -> dict[Edge, int]:
    """The packets that one which closes a ring becomes besides itself before one of them closes a ring again, by the connection that closes
    it; never so many that the first may not."""
    if not rings.back:
        return {}
    made = multiplied(checked, elements).made
    most = {edge: max(made[edge.target, kind] for kind in KINDS) for edge in rings.back}
    return {edge: min(count, MOST_COPIES) - 1 for edge, count in most.items()}


def _leads_on(found: Multiplied, place: Place, target: Place) -> bool:
    """Whether it becomes too many behind ``target``, which is on no ring with ``place``."""
    return found.made[target] > MOST_COPIES and found.first[target] != found.first[place]


def _way(found: Multiplied, place: Place) -> list[Place]:
    """Where most packets come from, as far as there are several."""
    way = [place]
    while (step := found.onwards.get(way[-1])) is not None and found.made[step.target] > 1:
        way.append(step.target)
    return way


def _shown(way: list[Place]) -> str:
    names = [name for name, _ in way]
    return " -> ".join(names if len(names) <= 2 * _NAMED + 1 else (*names[:_NAMED], "...", *names[-_NAMED:]))


def _advice(checked: Checked, elements: Mapping[str, Element], found: Multiplied, way: list[Place]) -> str:
    """The classes of those that make several of one, in the way's order, where they are several elements; and which MTU those of them that
    cut need, where that helps."""
    several = [
        name
        for name, kind in way
        if any(step.pieces > 1 for step in found.after[name, kind])
        or min(elements[name].most_ways, len({step.output for step in found.after[name, kind]})) > 1
    ]
    classes = ", ".join(dict.fromkeys(elements[name].node.class_name for name in several))
    advice = [f"put fewer elements that make several packets of one ({classes}) one behind the other"] if len(several) > 1 else []
    cutting = [name for name in several if elements[name].cuts_to is not None]
    least = _least_cut(checked, elements, cutting, way[0][0])
    if least is not None:
        named = [name for name in cutting if (elements[name].cuts_to or 0) < least]
        shown = ", ".join(named if len(named) <= _NAMED else (*named[:_NAMED], "..."))
        advice.append(f"give {shown} an MTU of {least} or more")
    return ", or ".join(advice) or f"use fewer outputs of {several[0]}"


def _least_cut(checked: Checked, elements: Mapping[str, Element], cutting: list[str], name: str) -> int | None:
    """The least MTU of all that are ``cutting`` with which no more than may be come from element ``name``; None where no MTU helps."""
    low, high = 0, _LONGEST_CUT + 1
    while cutting and low + 1 < high:
        # The greatest first: where even that is none, there is nothing to look for.
        to = high - 1 if high > _LONGEST_CUT else (low + high) // 2
        made = multiplied(checked, {**elements, **{each: elements[each].cutting_to(to) for each in cutting}}).made
        if max(made[name, kind] for kind in KINDS) <= MOST_COPIES:
            high = to
        elif high > _LONGEST_CUT:
            return None
        else:
            low = to
    return high if cutting else None
