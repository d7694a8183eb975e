"""Connections through the `input` and `output` of compound elements and groups, which vanish: what lies behind them is connected."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from graph.diagnostics import ClickError, Diagnostic, fail
from graph.model import Edge
from graph.syntax import Place

MOST_STEPS: Final = 1 << 20
"""Steps through tunnels, and connections that come of them."""

_End = tuple[str, int]
"""(flat name, port)"""


class Tunnels:
    """Collects connections between flat names, and the names that are tunnels."""

    def __init__(self) -> None:
        self._links: list[tuple[_End, _End, Place]] = []
        self._places: dict[str, Place] = {}

    def add(self, name: str, place: Place) -> None:
        """What is called ``name`` has an inside, which is reached by `name/input` and `name/output`."""
        self._places[name] = place

    def connect(self, source: _End, target: _End, place: Place) -> None:
        """A connection as it is written; a tunnel's end is that of its inside."""
        self._links.append((source, target, place))

    def edges(self) -> tuple[Edge, ...]:
        """The connections between what is left. Errors: `ClickError` for ports of a compound that only one side uses."""
        tunnels = {f"{name}/{side}" for name in self._places for side in ("input", "output")}
        behind: dict[_End, list[_End]] = {}
        before: dict[_End, None] = {}
        for source, target, _ in self._links:
            if source[0] in tunnels:
                behind.setdefault(source, []).append(target)
            if target[0] in tunnels:
                before[target] = None
        mistakes = list(self._one_sided(behind, before))
        if mistakes:
            raise ClickError(*mistakes)
        found: dict[tuple[_End, _End], Place] = {}
        steps = 0
        for source, first, place in self._links:
            if source[0] in tunnels:
                continue
            waiting, seen = [first], {first}
            while waiting:
                steps += 1
                if steps > MOST_STEPS:
                    fail("these compound elements make too many connections", "use fewer of them", place.location, place.line)
                end = waiting.pop()
                if end[0] not in tunnels:
                    found.setdefault((source, end), place)
                    continue
                new = [following for following in behind.get(end, ()) if following not in seen]
                seen.update(new)
                waiting += reversed(new)
        return tuple(Edge(*source, *target, place.location, place.line) for (source, target), place in found.items())

    def _one_sided(self, behind: dict[_End, list[_End]], before: dict[_End, None]) -> Iterator[Diagnostic]:
        for end in dict.fromkeys((*before, *behind)):
            if (end in before) == (end in behind):
                continue
            name, _, side = end[0].rpartition("/")
            place = self._places[name]
            if (end in before) == (side == "input"):
                message, advice = f"{name} has no {side} {end[1]}", f"connect {side} {end[1]} inside it, or leave it out"
            else:
                message, advice = f"{name}: {side} {end[1]} is not connected", "connect it, or to an Idle or Discard"
            yield Diagnostic(place.location, message, advice, place.line)
