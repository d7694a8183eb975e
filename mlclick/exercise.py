"""Exercises of a whole design's core, with the frames and the crossings of its own tenants."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from hdl.core import Core
from mlclick.compare_pairs import Thorough
from mlclick.design import Split
from mlclick.recorder import Recorder
from mlclick.work import work_of
from sim.evidence import Finding
from sim.exercises import COUNTED, exercises, miscounted
from sim.isolation import Scene, Stage
from sim.tenant_traffic import random_traffic


def frames_by_port(split: Split, seed: int, count: int) -> dict[int, list[bytes]]:
    """``count`` random frames of all tenants and of nobody, by port."""
    frames: dict[int, list[bytes]] = {port: [] for port in split.merged.master.ports}
    for port, packet in random_traffic(split.merged.master, split.merged.policy, seed, count):
        frames[port].append(packet.data)
    return frames


def crossings_in(split: Split) -> list[tuple[int, int]]:
    """The crossings that lead into hardware: (tenant's number, crossing's number)."""
    tenants = split.merged.master.tenants
    return [(tenants.index(crossing.tenant), crossing.number) for crossing in split.crossings if not crossing.to_software]


def exercised(split: Split, core: Core, stage: Stage, recorder: Recorder, asked: Thorough) -> Iterator[Finding]:
    """Whether every exercise on ``stage`` leaves each frame counted once."""
    wrong, scenes = "", list[Scene]()
    for seed in asked.seeds:
        frames = frames_by_port(split, seed, 2 * asked.count)
        for exercise in exercises(core, frames, crossings_in(split), seed):
            seen = stage.play(exercise.scene)
            recorder.functions.ended(seen.registers)
            scenes.append(replace(exercise.scene, ready=None))
            found = miscounted(core, exercise.scene, seen)
            wrong = wrong or (f"with seed {seed}, {exercise.name}: {found}" if found else "")
    work = work_of(scenes, core.datapath.parameters.width, asked.seeds, recorder.take(stage))
    yield Finding(COUNTED, "simulation", not wrong, wrong or f"{len(asked.seeds)} seeds, {work.packets} frames", work=work)
