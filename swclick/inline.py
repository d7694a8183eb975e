"""Which of an element's functions become a part of whoever calls them: a chain of elements is one function, of which no call is left."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from elements.definition.csource import CSource
from elements.definition.loops import Rings
from graph.check import Checked

ALWAYS: Final = "inline __attribute__((always_inline))"
NEVER: Final = "__attribute__((noinline, cold))"


@dataclass(frozen=True)
class Kinds:
    """What C says of an element's functions for pushed and for pulled packets, nothing where the compiler may choose. ``follows``: what is
    pushed to it is a part of whoever pushes, with the packet's header in registers."""

    push: str = ""
    pull: str = ""
    follows: bool = False


def inline_kinds(checked: Checked, rings: Rings, rare: frozenset[str], name: str, source: CSource) -> Kinds:
    """Those of element ``name``: where one place calls it, beside those that are ``rare``, and no ring is closed there, it is a part of
    that; what is rare itself stays out of the way of what is not."""
    graph = checked.graph
    pushed = [edge for edge in graph.incoming(name) if checked.kind(name, False, edge.target_port) == "push"]
    pulled = [edge for edge in graph.outgoing(name) if checked.kind(name, True, edge.source_port) == "pull"]
    if name in rare:
        return Kinds(NEVER, ALWAYS if len(pulled) == 1 else "")
    usual = [edge for edge in pushed if edge.source not in rare and edge not in rings.back]
    follows = len(usual) == 1
    offers = "OFFER(" in source.task or not graph.incoming(name)
    alone = len(pushed) + offers == 1 and follows
    return Kinds(ALWAYS if alone else "", ALWAYS if len(pulled) == 1 else "", follows)
