"""Which of an element's functions become a part of whoever calls them: a chain of elements is one function, of which no call is left."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from elements.definition.csource import CSource
from elements.definition.loops import Rings
from graph.check import Checked
from graph.model import Edge

ALWAYS: Final = "inline __attribute__((always_inline))"
PART: Final = "PART"
"""What is a part of a chain: see runtime.h."""
RARE: Final = "RARE"
"""What few packets come to stays out of the way of the others: see runtime.h."""


@dataclass(frozen=True)
class Kinds:
    """What C says of an element's functions for pushed and for pulled packets, nothing where the compiler may choose. ``follows``: the
    connection over which a push is a part of whoever pushes, with the packet's header in registers."""

    push: str = ""
    pull: str = ""
    follows: Edge | None = None


def inline_kinds(
    checked: Checked, rings: Rings, rare: frozenset[str], name: str, source: CSource, cut: frozenset[Edge] = frozenset()
) -> Kinds:
    """Those of element ``name``: where one place calls it, at its first input, beside those that are ``rare``, and no ring is closed there,
    it is a part of that; what is rare itself stays out of the way of what is not, and connections that are ``cut`` stay calls."""
    graph = checked.graph
    pushed = [edge for edge in graph.incoming(name) if checked.kind(name, False, edge.target_port) == "push"]
    pulled = [edge for edge in graph.outgoing(name) if checked.kind(name, True, edge.source_port) == "pull"]
    pull = ALWAYS if len(pulled) == 1 and pulled[0] not in cut else ""
    if name in rare:
        return Kinds(RARE, pull)
    usual = [edge for edge in pushed if edge.source not in rare and edge not in rings.back and edge not in cut]
    first = [edge for edge in usual if edge.target_port == min(each.target_port for each in usual)]
    follows = first[0] if len(first) == 1 else None
    offers = "OFFER(" in source.task or not graph.incoming(name)
    alone = len(pushed) + offers == 1 and follows is not None
    return Kinds(PART if alone else "", pull, follows)
