"""Two-run noninterference of a whole core: each pair of tenants, with traffic that its own configurations tell apart."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import product
from pathlib import Path
from typing import Final

from hdl.core import Core
from mlclick.design import Split
from mlclick.recorder import Recorder
from mlclick.service import delays
from mlclick.work import work_of
from sim.counterexample import between_runs, record_scene, with_waveform
from sim.evidence import Counterexample, Finding, Mode, Work
from sim.isolation import Party, Scene, Seen, Stage, Timed, TwoRuns, together, two_runs
from sim.latency import Took, histograms, latencies, within
from sim.tenant_traffic import mark_of, random_traffic
from sim.verilated import AssertionFailed

EASE = 1_000
"""Cycles between a tenant's frames, within which one frame of its own and one of another tenant's have passed, whatever their lengths."""
GAP = 400
"""Fewer, so that long frames of two tenants take turns."""
TIMES = ".full_at"
"""How registers are called that keep a time: they are as when the victim is alone only where its frames do not wait."""
CYCLES_AFTER = 6_000
STEPS: Final = ("proof", "isolation", "attacks", "agreement", "exercises")
"""What `verify` can be asked to do alone, with evidence that is not complete."""


@dataclass(frozen=True)
class Thorough:
    """How thorough: ``seeds`` of the traffic, ``count`` frames of each tenant; ``only`` one of `STEPS`, where not all; ``lines``: whether
    lines and toggles that are reached are counted, which makes simulation several times slower; ``folder`` for waveforms of what fails,
    where they are wanted."""

    seeds: tuple[int, ...] = (1, 2)
    count: int = 60
    only: str = ""
    lines: bool = False
    folder: Path | None = None


@dataclass(frozen=True)
class Trial:
    """One pair of runs: traffic of ``seed``, a frame in ``gap`` cycles; registers whose names end as ``but`` are not compared."""

    seed: int
    gap: int
    but: str | None

    @property
    def name(self) -> str:
        """As a person reads it."""
        return f"with seed {self.seed}, a frame in {self.gap} cycles"


@dataclass
class Pairs:
    """Compares tenants of ``split`` on the ``stage``, where its ``core`` plays; ``recorder`` is told what happens."""

    split: Split
    core: Core
    stage: Stage
    recorder: Recorder
    asked: Thorough
    _alone: dict[tuple[str, Trial], Seen] = field(default_factory=dict)
    """What was seen of a victim alone, which is the same beside whichever attacker it is compared to."""

    def compare(self, victim: str, attacker: str) -> tuple[Finding, AssertionFailed | None]:
        """What the ``victim`` sees of the ``attacker``; beside it the assertion that failed, where one did: the stage is no more then."""
        bad, against = "", None
        scenes, pairs = list[Scene](), list[Took]()
        # In turns of time, times are as when the victim is alone even where frames take turns.
        taking_turns = (GAP, None if self.strict else TIMES)
        trials = [Trial(seed, gap, but) for seed, (gap, but) in product(self.asked.seeds, ((EASE, None), taking_turns))]
        name = f"{victim}'s frames, their order and its registers are the same with and without {attacker}"
        for trial in trials:
            mine, theirs = (
                self._scene(victim, trial.seed, trial.gap, 0),
                self._scene(attacker, trial.seed + 1000, trial.gap, trial.gap // 2),
            )
            known = (victim, trial) in self._alone
            try:
                runs = self._run(victim, attacker, trial, mine, theirs)
            except AssertionFailed as error:
                seen = self.broken(trial.name, together(mine, theirs), error, _file(f"{victim}-beside-{attacker}", trial))
                return Finding(name, "simulation", False, str(error), victim, attacker, counterexample=seen), error
            scenes += runs.scenes[known:]
            pairs += latencies(mine, runs, self.party(victim), self.core.datapath.pipeline.latency)
            if runs.differences and not bad:
                bad = f"{trial.name}: {runs.differences[0]}"
                against = self.different(victim, trial.name, runs, _file(f"{victim}-beside-{attacker}", trial))
        mode: Mode = "strict" if self.strict else "shared"
        found = histograms(pairs, mode, None if self.strict else self.bounds(victim))
        bad = bad or (within(found) if found is not None else "")
        detail = bad or f"{len(self.asked.seeds)} seeds, {self.asked.count} frames of each, apart and taking turns"
        kept = () if found is None else (found,)
        return Finding(name, "simulation", not bad, detail, victim, attacker, self.work(scenes), against, kept), None

    def _run(self, victim: str, attacker: str, trial: Trial, mine: Scene, theirs: Scene) -> TwoRuns:
        for tenant, scene in ((victim, mine), (attacker, theirs)):
            for port, frames in scene.ports.items():
                for _, frame in frames:
                    self.recorder.functions.sent(tenant, port, frame)
        us, them = self.party(victim), self.party(attacker)
        # A tag is put on by the hardware, and nothing leaves without; a mark may be lost on the way.
        strays, alone = None in (us.vlan, them.vlan), self._alone.get((victim, trial))
        runs = two_runs(self.stage, us, them, mine, theirs, strays=strays, but=trial.but, timed=self.strict, alone=alone)
        self._alone[victim, trial] = runs.alone
        for seen in (runs.alone, runs.beside):
            self.recorder.functions.ended(seen.registers)
        return runs

    def work(self, scenes: Sequence[Scene]) -> Work:
        """What playing ``scenes`` on the stage was, and what it has reached since it was last asked."""
        return work_of(scenes, self.core.datapath.parameters.width, self.asked.seeds, self.recorder.take(self.stage))

    def different(self, victim: str, trial: str, runs: TwoRuns, name: str) -> Counterexample:
        """The first difference of the ``victim`` in ``trial``, with a waveform of that ``name``."""
        cycle, against = between_runs(runs, self.party(victim))
        against = replace(against, where=f"{trial}: {against.where}")
        return with_waveform(against, self.asked.folder, name, lambda path: record_scene(self.core, runs.scenes[1], cycle, path))

    def broken(self, trial: str, scene: Scene, error: AssertionFailed, name: str) -> Counterexample:
        """What is left of a ``trial`` that broke a rule, alone or beside: beside it breaks it again. ``name`` is that of the waveform."""
        against = Counterexample(f"{trial}: {error}", None, None)
        return with_waveform(against, self.asked.folder, name, lambda path: record_scene(self.core, scene, error.into, path))

    def party(self, tenant: str) -> Party:
        """How the tenant's frames are known where they leave."""
        number = self.split.merged.master.tenants.index(tenant)
        return Party(number, self.split.merged.policy.tenant(tenant).vlan, mark_of(number))

    def _scene(self, tenant: str, seed: int, gap: int, start: int) -> Scene:
        frames = frames_of(self.split, tenant, seed, self.asked.count, gap, start)
        if not self.strict:
            return Scene(frames, cycles=gap * self.asked.count + CYCLES_AFTER)
        # What is compared to the cycle must come in the same cycles, beside other frames on the wire too, and leave by ports that keep
        # their pace.
        return Scene(frames, cycles=gap * self.asked.count + CYCLES_AFTER + 4 * self.bound(tenant), seed=None)

    @property
    def strict(self) -> bool:
        """Whether turns are slots of time."""
        return self.core.datapath.parameters.strict

    def bounds(self, tenant: str) -> dict[str, int]:
        """By output: by how many cycles others may delay a frame of the tenant (`mlclick.service.delays`)."""
        return delays(self.core.datapath, self.split.merged.master.tenants.index(tenant))

    def bound(self, tenant: str) -> int:
        """The most of `bounds`."""
        return max(self.bounds(tenant).values())


def _file(who: str, trial: Trial) -> str:
    return f"{who}-seed{trial.seed}-gap{trial.gap}"


def frames_of(split: Split, tenant: str, seed: int, count: int, gap: int, start: int) -> dict[int, list[Timed]]:
    """``count`` random frames of ``tenant`` by port, one in ``gap`` cycles from ``start`` on."""
    merged = split.merged
    frames: dict[int, list[Timed]] = {port: [] for port in merged.master.ports}
    policy = merged.policy.tenant(tenant)
    marks = {tenant: mark_of(merged.master.tenants.index(tenant))} if policy.vlan is None else {}
    packets = random_traffic(merged.master, merged.policy, seed, count, only=tenant, marks=marks)
    for index, (port, packet) in enumerate(packets):
        frames[port].append((start + index * gap, packet.data))
    return frames
