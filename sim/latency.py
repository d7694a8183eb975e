"""How long frames take through a core, alone and beside an attacker: from their first beat in to their last beat out."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from sim.evidence import Latencies, Mode
from sim.isolation import Party, Scene, Seen, TwoRuns


class Took(NamedTuple):
    """Cycles that one frame took to an ``output``, ``alone`` and ``beside``."""

    output: str
    alone: int
    beside: int


def latencies(mine: Scene, runs: TwoRuns, victim: Party, least: int) -> list[Took]:
    """What each of the victim's frames took in the two ``runs`` of its scene ``mine``; nothing where an output has other frames in one run
    than in the other.

    A frame that leaves is taken to be that of the last one sent at least ``least`` cycles, the way's shortest, before; it is, where the
    scene leaves each frame time to pass before its next. Where it is not, both numbers of a pair are wrong by as much, and their difference
    is right.
    """
    starts = sorted([start for frames in mine.ports.values() for start, _ in frames] + [start for start, _ in mine.host])
    pairs = []
    for output in runs.alone.frames:
        ends = _ends(runs.alone, output, victim), _ends(runs.beside, output, victim)
        if [frame for _, frame in ends[0]] != [frame for _, frame in ends[1]]:
            return []
        for (alone, _), (beside, _) in zip(*ends, strict=True):
            sent = bisect_right(starts, alone - least)
            if sent:
                pairs.append(Took(output, alone - starts[sent - 1], beside - starts[sent - 1]))
    return pairs


def _ends(seen: Seen, output: str, victim: Party) -> list[tuple[int, bytes]]:
    return [(cycle, frame) for cycle, frame in seen.frames[output] if victim.owns(output, frame)]


def histograms(pairs: Iterable[Took], mode: Mode, bounds: Mapping[str, int] | None, attack: str = "") -> Latencies | None:
    """What ``pairs`` are as two histograms, of what the attacker did; None where there are none. ``bounds``, by output, are on the delay by
    others."""
    pairs = list(pairs)
    if not pairs:
        return None
    alone, beside = (tuple(sorted(Counter(side).items())) for side in ([pair.alone for pair in pairs], [pair.beside for pair in pairs]))
    if bounds is None:
        return Latencies(mode, None, alone, beside, max((pair.beside - pair.alone for pair in pairs), key=abs), attack)
    left = {pair: bounds[pair.output] - (pair.beside - pair.alone) for pair in pairs}
    nearest = min(pairs, key=left.__getitem__)
    return Latencies(mode, bounds[nearest.output], alone, beside, nearest.beside - nearest.alone, attack)


def within(found: Latencies) -> str:
    """What is wrong with latencies, by what their mode promises: in `strict` no frame is later or earlier, in `shared` none later than the
    bound of its output, where there is one; else empty."""
    if found.mode == "strict" and found.most:
        return f"a frame takes {abs(found.most)} cycles {'more' if found.most > 0 else 'less'} beside"
    if found.mode == "shared" and found.bound is not None and found.most > found.bound:
        return f"a frame takes {found.most} cycles more beside, where the bound is {found.bound}"
    return ""
