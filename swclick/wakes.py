"""Which tasks have something to do when an element has a packet to give, or room for one: settled before anything runs."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from elements.definition.csource import CSource
from graph.check import Checked
from graph.model import Edge


class Wakes:
    """Of a checked graph. Tasks are numbered in the graph's order among the elements that have one."""

    def __init__(self, checked: Checked, sources: Mapping[str, CSource]) -> None:
        self.checked = checked
        self.sources = sources
        working = [node.name for node in checked.graph.nodes if sources[node.name].task]
        self.tasks = {name: number for number, name in enumerate(working)}
        self._places = {node.name: place for place, node in enumerate(checked.graph.nodes)}
        self._known: dict[str, tuple[list[int], list[int]]] = {}
        self._ways: dict[tuple[str, str, bool], list[Edge]] = {}

    def of(self, name: str) -> tuple[list[int], list[int]]:
        """The tasks that pull from the element, through others, and those that push to it; its own task among the first."""
        if name not in self._known:
            after = self._reached(name, lambda each: self._out(each, "pull"), lambda edge: edge.target)
            before = self._reached(name, lambda each: self._in(each, "push"), lambda edge: edge.source)
            self._known[name] = self._numbers([name, *after]), self._numbers(before)
        return self._known[name]

    def storage_behind(self, name: str) -> list[str]:
        """Those of `storages_ahead`; none where a way ends elsewhere, as there is always room there."""
        found, ends = self._ahead(name)
        return [] if ends else found

    def storages_ahead(self, name: str) -> list[str]:
        """The elements, first of their kind on the ways that are pushed, that can say that they are full."""
        return self._ahead(name)[0]

    def _ahead(self, name: str) -> tuple[list[str], bool]:
        """As `storages_ahead`, and whether a way ends elsewhere."""
        found: dict[str, None] = {}
        seen, ahead, ends = {name}, [name], False
        while ahead:
            following = self._out(ahead.pop(), "push")
            ends = ends or not following
            for edge in following:
                if edge.target in seen:
                    continue
                seen.add(edge.target)
                if self.sources[edge.target].full:
                    found[edge.target] = None
                else:
                    ahead.append(edge.target)
        return sorted(found), ends

    def sources_before(self, name: str) -> list[str]:
        """The elements, first of their kind on the ways that are pulled, that can say that they are empty, in the graph's order."""
        found: dict[str, None] = {}
        seen, ahead = {name}, [name]
        while ahead:
            for edge in self.pulled(ahead.pop()):
                if edge.source in seen:
                    continue
                seen.add(edge.source)
                if self.sources[edge.source].empty:
                    found[edge.source] = None
                else:
                    ahead.append(edge.source)
        return sorted(found, key=self._places.__getitem__)

    def rests_at_once(self, name: str) -> bool:
        """Whether it is asked after each run of an element's task if that is idle: where it says that it `rests`, and one element
        whether there is anything to pull."""
        return self.sources[name].rests and len(self.sources_before(name)) == 1

    def pulled(self, name: str) -> list[Edge]:
        """The connections that end in pull inputs of the element."""
        return self._in(name, "pull")

    def _numbers(self, names: Iterable[str]) -> list[int]:
        return sorted({self.tasks[name] for name in names if name in self.tasks})

    def _out(self, name: str, kind: str) -> list[Edge]:
        if (name, kind, True) not in self._ways:
            edges = [edge for edge in self.checked.graph.outgoing(name) if self.checked.kind(name, True, edge.source_port) == kind]
            self._ways[name, kind, True] = edges
        return self._ways[name, kind, True]

    def _in(self, name: str, kind: str) -> list[Edge]:
        if (name, kind, False) not in self._ways:
            edges = [edge for edge in self.checked.graph.incoming(name) if self.checked.kind(name, False, edge.target_port) == kind]
            self._ways[name, kind, False] = edges
        return self._ways[name, kind, False]

    @staticmethod
    def _reached(name: str, edges: Callable[[str], list[Edge]], end: Callable[[Edge], str]) -> list[str]:
        seen: dict[str, None] = {}
        ahead = [name]
        while ahead:
            for edge in edges(ahead.pop()):
                if end(edge) not in seen:
                    seen[end(edge)] = None
                    ahead.append(end(edge))
        return list(seen)
