"""What a failing simulation leaves to look at: the first two packets that differ, and the waveform of the cycles around them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import zip_longest
from pathlib import Path
from typing import Final

from hdl.core import Core
from sim.evidence import BREAKS, Counterexample, why_broken
from sim.isolation import Party, Scene, Stage, Timed, TwoRuns
from sim.verilated import AssertionFailed

BEFORE: Final = 1_000
"""Cycles of the waveform before the difference shows at an output, in which its cause is."""
AFTER: Final = 100
_FIRST: Final = 2
"""Cycles of reset and rest before a scene begins."""


def first_difference(name: str, expected: Sequence[Timed], seen: Sequence[Timed]) -> tuple[int, Counterexample] | None:
    """The first frame of the output ``name`` that is not what was expected, and its time or that of what is missing; None where all are."""
    for number, (one, other) in enumerate(zip_longest(expected, seen)):
        if one is None or other is None or one[1] != other[1]:
            time = min(timed[0] for timed in (one, other) if timed is not None)
            expected_hex, seen_hex = (None if timed is None else timed[1].hex() for timed in (one, other))
            return time, Counterexample(f"{name}, frame {number}", expected_hex, seen_hex)
    return None


def between_runs(runs: TwoRuns, victim: Party) -> tuple[int | None, Counterexample]:
    """The first of the victim's frames that is not as it is alone, and its cycle; where all are, None and what else differs."""
    found = []
    for output in runs.alone.frames:
        alone, beside = ([timed for timed in seen.frames[output] if victim.owns(output, timed[1])] for seen in (runs.alone, runs.beside))
        different = first_difference(output, alone, beside)
        if different is not None:
            found.append(different)
    if not found:
        return None, Counterexample(runs.differences[0], None, None)
    return min(found, key=lambda item: item[0])


def with_waveform(against: Counterexample, folder: Path | None, name: str, record: Callable[[Path], None]) -> Counterexample:
    """``against`` with the waveform that ``record`` writes to a file of this ``name`` in ``folder``. What keeps it from being made is said
    in its place."""
    if folder is None:
        return replace(against, waveform="none: no folder for it was given")
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name}.vcd"
    try:
        record(path)
    except AssertionFailed:
        # It ends in the cycle that is to be looked at.
        pass
    except BREAKS as error:
        return replace(against, waveform=f"none: {why_broken(error)}")
    return replace(against, waveform=path.name)


def record_scene(core: Core, scene: Scene, cycle: int | None, path: Path) -> None:
    """Plays ``scene`` and writes a waveform of the cycles around ``cycle``; the last ones where that is not known. Errors: those of
    `Stage.play`."""
    last = scene.cycles if cycle is None else min(cycle + AFTER, scene.cycles)
    stage = Stage(core, probe="trace")
    with stage.model.traced(path, _FIRST + max(0, last - BEFORE - AFTER), _FIRST + last):
        stage.play(scene)
