"""From a case that fails to a small one that still does: fewer packets, then fewer tenants, then fewer elements, the cut kept."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from time import monotonic
from typing import TypeVar

from sim.fuzz.case import Case
from sim.fuzz.scenario import Arrival, Volley, closed

T = TypeVar("T")
Fails = Callable[[Case], bool]
"""Whether a case fails; one that cannot be built does not."""
Smaller = Callable[[Case], Iterator[Case]]
"""Cases with fewer elements, the smallest first."""


def minimise(items: Sequence[T], fails: Callable[[list[T]], bool]) -> list[T]:
    """A part of ``items``, of which all fail, that fails and would not without any one of its items (Zeller's ddmin)."""
    kept, parts = list(items), 2
    while len(kept) > 1:
        size = -(-len(kept) // parts)
        for start in range(0, len(kept), size):
            rest = kept[:start] + kept[start + size :]
            if rest and fails(rest):
                kept, parts = rest, max(2, parts - 1)
                break
        else:
            if size == 1:
                break
            parts = min(len(kept), 2 * parts)
    return kept


class Shrinker:
    """Shrinks by ``fails`` until nothing smaller fails or ``seconds`` have passed; what it has by then fails too."""

    def __init__(self, fails: Fails, smaller: Smaller, seconds: float, tell: Callable[[str], None]) -> None:
        self._fails = fails
        self._smaller = smaller
        self._end = monotonic() + seconds
        self._tell = tell

    def shrink(self, case: Case) -> Case:
        """The smallest case that was found."""
        case = self._fewer_packets(case)
        case = self._fewer_tenants(case)
        case = self._fewer_elements(case)
        return self._fewer_packets(case)

    def _still(self, case: Case) -> bool:
        return monotonic() < self._end and self._fails(case)

    def _fewer_packets(self, case: Case) -> Case:
        """Whole volleys go first: the last ones alone, then any; then single frames."""
        count = 1
        while count < len(case.volleys) and not self._still(replace(case, volleys=case.volleys[-count:])):
            count *= 4
        case = replace(case, volleys=case.volleys[-count:])
        kept = minimise(case.volleys, lambda some: self._still(replace(case, volleys=tuple(some))))
        frames = [(volley, arrival) for volley in kept for arrival in volley.arrivals]
        if not frames:
            return replace(case, volleys=tuple(kept))
        few = minimise(frames, lambda some: self._still(replace(case, volleys=_volleys(some))))
        shrunk = replace(case, volleys=_volleys(few))
        # Where a volley of no frames matters, or a frame without an end fell away.
        found = shrunk if self._still(shrunk) else replace(case, volleys=tuple(kept))
        self._tell(f"shrunk to {found.packets} packet(s) in {len(found.volleys)} volley(s)")
        return found

    def _fewer_tenants(self, case: Case) -> Case:
        for name in list(case.tenants):
            if len(case.tenants) == 1 or name in (case.apart or ()):
                continue
            without = replace(case, tenants={n: text for n, text in case.tenants.items() if n != name})
            if self._still(without):
                case = without
        self._tell(f"shrunk to {len(case.tenants)} tenant(s)")
        return case

    def _fewer_elements(self, case: Case) -> Case:
        tried: set[tuple[tuple[str, str], ...]] = set()
        while True:
            found = None
            for each in self._smaller(case):
                key = tuple(each.tenants.items())
                if key not in tried and self._still(each):
                    found = each
                    break
                tried.add(key)
            if found is None:
                return case
            case = found
            self._tell(f"shrunk to {sum(text.count(' :: ') for text in case.tenants.values())} element(s)")


def _volleys(frames: Sequence[tuple[Volley, Arrival]]) -> tuple[Volley, ...]:
    found: dict[int, tuple[Volley, list[Arrival]]] = {}
    for volley, arrival in frames:
        found.setdefault(volley.time, (volley, []))[1].append(arrival)
    return tuple(replace(volley, arrivals=tuple(closed(arrivals))) for volley, arrivals in found.values())
