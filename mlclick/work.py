"""What was done for a finding, counted from the scenes that were played."""

from __future__ import annotations

from collections.abc import Sequence

from mlclick.recorder import Reached
from sim.evidence import Work
from sim.frames import ends
from sim.isolation import Scene


def work_of(scenes: Sequence[Scene], width: int, seeds: tuple[int, ...], reached: Reached) -> Work:
    """The work of playing ``scenes`` on a core whose streams are ``width`` bits wide; ``reached``: of its lines and toggles."""
    return Work(
        depth=f"{max((scene.cycles for scene in scenes), default=0)} cycles",
        seeds=seeds,
        cycles=sum(scene.cycles for scene in scenes),
        packets=sum(frames_in(scene, width) for scene in scenes),
        lines=reached[0],
        toggles=reached[1],
    )


def frames_in(scene: Scene, width: int) -> int:
    """How many frames come in, those among them that come as beats."""
    whole = sum(len(frames) for frames in (*scene.ports.values(), scene.host))
    return whole + sum(ends((value for _, value in beats), width) for beats in scene.beats.values())
