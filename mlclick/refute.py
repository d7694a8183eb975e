"""What is against a claim of a proof, with what a simulation makes of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import Final, Generic, Protocol, TypeVar

from sim.counterexample import with_waveform
from sim.evidence import BREAKS, Counterexample, why_broken
from sim.proof.noninterference import deeply
from sim.proof.replayed import Replayed
from sim.shim import Probe

Found = TypeVar("Found")
_NOTHING: Final = "what fails is not that two copies do the same, or cannot be seen in simulation, or no states were found that break it"


class Plays(Protocol[Found]):
    """`sim.proof.replay.Replay` and its like: what is found against a proof is played in simulation."""

    def first(self, victim: int, failures: Sequence[str], /) -> tuple[Found, Replayed] | None:
        """What is found against the first of the ``failures`` that is seen, or that can be, and what was seen."""

    def record(self, found: Found, path: Path, /) -> tuple[int, int]:
        """Writes a waveform of it; the cycles of the two steps in that."""


class Refute(Generic[Found]):
    """Of what a proof refuses, what is found against it is played in simulation. What plays it is made once for all ``tenants``, the first
    time, by ``make``. Waveforms are kept in ``folder``, where there is one, under ``name`` and the victim's."""

    def __init__(self, make: Callable[[Probe], Plays[Found]], tenants: Sequence[str], folder: Path | None, name: str) -> None:
        self._make = make
        self._tenants = tenants
        self._name = name
        self._folder = folder

    def __call__(self, victim: int, failures: Sequence[str]) -> tuple[str, Counterexample | None]:
        """In words, the first of the ``failures`` of a ``victim``, and what a step in simulation does; and that step, where it shows what
        is claimed."""
        try:
            tried = deeply(lambda: self._plays.first(victim, failures))
        except BREAKS as error:
            return f"{failures[0]}; not replayed: {why_broken(error)}", None
        if tried is None:
            return f"{failures[0]}; not replayed: {_NOTHING}", None
        found, replayed = tried
        told = replayed.told(self._tenants)
        against = self._kept(found, self._tenants[victim], told) if replayed.holds else None
        return f"{failures[0]}; {told}", against

    @cached_property
    def _plays(self) -> Plays[Found]:
        return self._make("none" if self._folder is None else "trace")

    def _kept(self, found: Found, victim: str, told: str) -> Counterexample:
        steps: list[int] = []

        def record(path: Path) -> None:
            steps.extend(deeply(lambda: self._plays.record(found, path)))

        against = with_waveform(Counterexample(told, None, None), self._folder, f"{self._name}-{victim}", record)
        if not steps:
            return against
        return replace(against, where=f"{told}; the waveform has the two steps in its cycles {steps[0]} and {steps[1]}")
