"""Where the push chains of tenants may be split: elements in front of which they can wait for another run.

That is so where all that is behind an element comes through it: what waits there waits in order, and nothing overtakes it on another way.
Where one packet becomes several (copies, fragments, answers, what is turned away of what is pulled), the first is through before the second
begins. So behind such an element packets may wait only where it hands over all of them, and nothing is between that the others would pass
too early.

Packets are let wait only where runs are measured to take too long (swclick/cuts.h); until then a place costs a look at a byte.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from typing import Final

from elements.definition.element import Element
from elements.definition.walk import walk
from elements.reference.packet import LONGEST
from graph.check import Checked
from graph.model import Edge

APART: Final = 4
"""Elements from one such place to the next."""


def find_cuts(checked: Checked, owner: Mapping[str, str | None], elements: Mapping[str, Element]) -> dict[str, int]:
    """Elements with the input at which packets may wait, in the order in which packets pass them. ``owner`` is whose each is; elements of
    nobody's are not cut."""
    pushes = _Pushes(checked, owner, elements)
    found: dict[str, int] = {}
    passed: dict[str, int] = {}
    for name in pushes.order:
        before = [edge.source for edge in pushes.into[name] if edge.source in passed]
        passed[name] = 1 + max((passed[each] for each in before), default=-1)
        meets = len(before) > 1
        if (passed[name] >= APART or (meets and passed[name])) and pushes.can_wait(name):
            found[name] = pushes.into[name][0].target_port
            passed[name] = 0
    return found


class _Pushes:
    """The push connections of a graph. ``order``: each element behind those that push to it, but where rings close."""

    def __init__(self, checked: Checked, owner: Mapping[str, str | None], elements: Mapping[str, Element]) -> None:
        self._owner = owner
        self._several = {name for name, element in elements.items() if _sends_several(checked, element)}
        names = [node.name for node in checked.graph.nodes]
        self.into: dict[str, list[Edge]] = {name: [] for name in names}
        self._after: dict[str, list[str]] = {name: [] for name in names}
        for edge in checked.graph.edges:
            if checked.kind(edge.source, True, edge.source_port) == "push":
                self.into[edge.target].append(edge)
                self._after[edge.source].append(edge.target)
        found = walk(self._after, sorted(names, key=lambda name: bool(self.into[name])))
        self.order = tuple(reversed(found.order))
        self._begins = found.begins
        self._sizes = Counter(found.begins.values())

    def can_wait(self, name: str) -> bool:
        """Whether packets may wait in front of the element: it is a tenant's, on no ring, has one input that is pushed to and something
        behind it, all that is behind it comes through it, and of several that one packet became none is elsewhere meanwhile."""
        ports = {edge.target_port for edge in self.into[name]}
        on_ring = self._sizes[self._begins[name]] > 1 or name in self._after[name]
        if self._owner.get(name) is None or len(ports) != 1 or on_ring or not self._after[name]:
            return False
        if any(self._after[each] != [name] * len(self._after[each]) for each in self._before(name) & self._several):
            return False
        behind = self._behind(name)
        return not any(self._may_overtake(edge.source, name, behind) for each in behind for edge in self.into[each])

    def _may_overtake(self, source: str, name: str, behind: set[str]) -> bool:
        """Whether packets of this tenant's may come from ``source`` without passing ``name``."""
        return source != name and source not in behind and self._owner.get(source) in (None, self._owner.get(name))

    def _behind(self, name: str) -> set[str]:
        return _reached(name, self._after.__getitem__)

    def _before(self, name: str) -> set[str]:
        return _reached(name, lambda each: [edge.source for edge in self.into[each]])


def _sends_several(checked: Checked, element: Element) -> bool:
    """Whether more than one packet may be pushed on for one that comes, or before one that is pulled goes on."""
    is_pulled = not element.has_task and any(checked.kind(element.name, False, port) == "pull" for port in range(element.inputs))
    if is_pulled or element.most_ways > 1 or element.cuts_to is not None:
        return True
    return any(element.most_pieces(output, LONGEST) > 1 for output in range(element.outputs))


def _reached(name: str, following: Callable[[str], Iterable[str]]) -> set[str]:
    seen: set[str] = set()
    ahead = [name]
    while ahead:
        for each in following(ahead.pop()):
            if each not in seen:
                seen.add(each)
                ahead.append(each)
    return seen
