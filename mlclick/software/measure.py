"""Measures configurations with all engines, one run of each after the other, so that what disturbs one disturbs all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import Final

from graph.diagnostics import ClickError
from mlclick.design import Progress
from mlclick.software.compare import difference, outputs
from mlclick.software.configurations import Configuration
from mlclick.software.engines import OURS, Engine, RunFails
from mlclick.software.instructions import instructions

COMPARED: Final = 3000
"""Packets that are sent where outputs are compared, at most."""


@dataclass(frozen=True)
class Task:
    """How much is measured: ``packets`` in a run, ``rounds`` of runs; whether instructions are ``counted``."""

    packets: int
    rounds: int
    counted: bool = False


@dataclass
class Row:
    """What was found of one configuration: ns a packet of every run by engine, whether outputs are ours (nothing where they are, else how
    they differ), instructions a packet; ``notes`` say what could not be measured."""

    name: str
    runs: dict[str, list[float]] = field(default_factory=dict)
    differences: dict[str, str] = field(default_factory=dict)
    instructions: dict[str, float] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)

    def time(self, engine: str) -> float | None:
        """The median of an engine's runs."""
        found = self.runs.get(engine)
        return median(found) if found else None

    def ratio(self, engine: str) -> float | None:
        """How many times our time an engine's is."""
        mine, other = self.time(OURS), self.time(engine)
        return None if mine is None or other is None else other / mine


def measure(configuration: Configuration, engines: Sequence[Engine], task: Task, folder: Path, progress: Progress) -> Row:
    """One configuration; its captures and texts are written in ``folder``. Engines that fail are left out, with a note."""
    row = Row(configuration.name)
    missing = configuration.missing()
    if missing:
        row.notes.append(f"left out: there is no {', '.join(missing)} yet")
        return row
    progress(configuration.name)
    configuration.write_captures(folder)
    file = folder / f"{configuration.name}.click"
    file.write_text(configuration.timed(folder.resolve()), encoding="utf-8")
    left = list(engines)
    for _ in range(task.rounds):
        for engine in list(left):
            try:
                row.runs.setdefault(engine.name, []).append(engine.nanoseconds(file, task.packets, configuration.burst))
            except RunFails as failure:
                row.notes.append(str(failure))
                left.remove(engine)
    _compare(row, configuration, [engine for engine in left if not engine.environment or engine.name == OURS], folder)
    if task.counted:
        for engine in left:
            try:
                row.instructions[engine.name] = instructions(engine, configuration, folder)
            except (RunFails, ClickError) as failure:
                row.notes.append(f"instructions: {failure}")
    return row


def _compare(row: Row, configuration: Configuration, engines: Sequence[Engine], folder: Path) -> None:
    """Once, with the clock as shipped."""
    if not configuration.same or len(engines) < 2 or engines[0].name != OURS:
        return
    try:
        mine = outputs(engines[0], configuration, folder, COMPARED)
    except (RunFails, ClickError) as failure:
        row.notes.append(f"outputs: {failure}")
        return
    for engine in engines[1:]:
        try:
            row.differences[engine.name] = difference(mine, outputs(engine, configuration, folder, COMPARED))
        except (RunFails, ClickError) as failure:
            row.notes.append(f"outputs: {failure}")
