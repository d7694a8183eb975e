"""What is against a claim of the data path's proof, with what a simulation makes of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import cached_property
from pathlib import Path

from hdl.datapath import Datapath
from sim.counterexample import with_waveform
from sim.evidence import BREAKS, Counterexample, why_broken
from sim.proof.against import Against
from sim.proof.noninterference import deeply
from sim.proof.replay import Replay, replay_of


class Refute:
    """Of a ``datapath`` that a proof refuses, what a solver has against it is played in simulation; the model is made once for all
    ``tenants``, the first time. Waveforms are kept in ``folder``, where there is one."""

    def __init__(self, datapath: Datapath, tenants: Sequence[str], folder: Path | None) -> None:
        self._datapath = datapath
        self._tenants = tenants
        self.folder = folder

    def __call__(self, victim: int, failures: Sequence[str]) -> tuple[str, Counterexample | None]:
        """In words, the first of the ``failures`` of a ``victim``, and what a step in simulation does; and that step, where it shows what
        is claimed."""
        try:
            tried = deeply(lambda: self._replay.first(victim, failures))
        except BREAKS as error:
            return f"{failures[0]}; not replayed: {why_broken(error)}", None
        if tried is None:
            return f"{failures[0]}; not replayed: it is of no register, word or output, or no state was found in which it is broken", None
        found, replayed = tried
        told = replayed.told(self._tenants)
        against = self._kept(found, self._tenants[victim], told) if replayed.holds else None
        return f"{failures[0]}; {told}", against

    @cached_property
    def _replay(self) -> Replay:
        return replay_of(self._datapath, "none" if self.folder is None else "trace")

    def _kept(self, found: Against, victim: str, told: str) -> Counterexample:
        steps: list[int] = []

        def record(path: Path) -> None:
            steps.extend(deeply(lambda: self._replay.record(found, path)))

        against = with_waveform(Counterexample(told, None, None), self.folder, f"proof-{victim}", record)
        if not steps:
            return against
        return replace(against, where=f"{told}; the waveform has the two steps in its cycles {steps[0]} and {steps[1]}")
