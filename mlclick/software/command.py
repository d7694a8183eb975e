"""What `mlclick bench-software` says and writes."""

from __future__ import annotations

import fnmatch
import json
import os
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Final

import typer

from mlclick.prepare import prepare
from mlclick.software.clock import CoarseClock, make_clock
from mlclick.software.configurations import MANY, configurations
from mlclick.software.draw import draw
from mlclick.software.engines import OURS, Engine, other, ours
from mlclick.software.instructions import there_is_valgrind
from mlclick.software.measure import Row, Task, measure

_OTHERS: Final = (("click", "CLICK"), ("fastclick", "FASTCLICK"))
_WIDE: Final = 18


def bench_software(
    packets: Annotated[int, typer.Option("--packets", min=1, help="Packets of each run; as many are sent before, to warm up.")] = 2_000_000,
    rounds: Annotated[int, typer.Option("--rounds", min=1, help="Runs of each program, in turn; the median is said.")] = 5,
    only: Annotated[list[str] | None, typer.Option("--only", help="Configurations by name; may have *.")] = None,
    routes: Annotated[int, typer.Option("--routes", min=10, max=1_000_000, help="Routes in a large table.")] = MANY,
    counted: Annotated[bool, typer.Option("--instructions", help="Count instructions a packet, too, by valgrind.")] = False,
) -> None:
    """Time the software engine from memory, beside the Click and FastClick that CLICK and FASTCLICK name; writes JSON and a plot in
    build/bench/."""
    if counted and not there_is_valgrind():
        raise typer.BadParameter("--instructions: there is no valgrind")
    chosen = [each for each in configurations(routes) if any(fnmatch.fnmatch(each.name, pattern) for pattern in only or ["*"])]
    if not chosen:
        raise typer.BadParameter(
            f"--only {' '.join(only or [])}: there is no such configuration: {' '.join(c.name for c in configurations(routes))}"
        )
    out = Path("build") / "bench"
    work = out / "software"
    prepare(out, work)
    # Routes and rules may be others than last time.
    for stale in work.glob("*.pcap"):
        stale.unlink()
    engines, clock = _engines(work)
    if clock is not None:
        typer.echo(clock.text)
    names = [engine.name for engine in engines]
    typer.echo(f"{'ns/packet':22}{'':>{_WIDE - 8}}" + "".join(f"{name:>{_WIDE}}" for name in names[1:]))
    typer.echo(f"{'':22}{OURS:>{_WIDE - 8}}" + f"{'times ours':>{_WIDE}}" * (len(names) - 1))
    task = Task(packets, rounds, counted)
    rows: list[Row] = []
    for configuration in chosen:
        row = measure(configuration, engines, task, work, lambda text: typer.echo(text, err=True))
        rows.append(row)
        for line in lines_of(row, names):
            typer.echo(line)
    typer.echo(f"figures: {write_rows(out, rows, clock, task)}")
    picture = draw(rows, names, out / "software.svg")
    if picture is not None:
        typer.echo(f"plot: {picture}")
    if any(difference for row in rows for difference in row.differences.values()):
        raise typer.Exit(1)


def _engines(folder: Path) -> tuple[list[Engine], CoarseClock | None]:
    """All that are to be measured, ours first; others with their clock as shipped and coarse. Errors: `ClickError`."""
    others = [engine for name, variable in _OTHERS if (engine := other(name, variable)) is not None]
    if not others:
        return [ours()], None
    clock = make_clock(folder)
    return [
        ours(),
        *(each for engine in others for each in (engine, replace(engine, name=f"{engine.name} coarse", environment=clock.environment))),
    ], clock


def lines_of(row: Row, engines: Sequence[str]) -> list[str]:
    """A line of the table, and what is to be said of it below."""
    mine = row.time(OURS)
    cells = []
    for name in engines[1:]:
        time, ratio = row.time(name), row.ratio(name)
        cells.append("-" if time is None else f"{time:.1f}{'' if ratio is None else f' {ratio:6.1f}x'}")
    told = (
        []
        if not row.runs
        else [f"{row.name:22}{'-' if mine is None else f'{mine:.1f}':>{_WIDE - 8}}" + "".join(f"{c:>{_WIDE}}" for c in cells)]
    )
    if row.instructions:
        counts = [f"{name} {count:.0f}" for name, count in row.instructions.items()]
        told.append(f"    instructions/packet: {', '.join(counts)}")
    told += [f"    OUTPUTS DIFFER from {name}'s: {how}" for name, how in row.differences.items() if how]
    same = [name for name, how in row.differences.items() if not how]
    told += [f"    outputs as {' and '.join(same)}"] if same else []
    told += [f"{'' if row.runs else f'{row.name:22}'}    {note}" for note in row.notes]
    return told


def write_rows(folder: Path, rows: Sequence[Row], clock: CoarseClock | None, task: Task) -> Path:
    """Writes what was found as `software.json` in ``folder``; returns its path."""
    said = [
        {
            "configuration": row.name,
            "ns_per_packet": {name: round(time, 3) for name in row.runs if (time := row.time(name)) is not None},
            "times_ours": {name: round(ratio, 3) for name in row.runs if name != OURS and (ratio := row.ratio(name)) is not None},
            "runs": {name: [round(run, 3) for run in runs] for name, runs in row.runs.items()},
            "instructions_per_packet": {name: round(count, 2) for name, count in row.instructions.items()},
            "differences": row.differences,
            "notes": row.notes,
        }
        for row in rows
    ]
    figures = {
        "packets": task.packets,
        "rounds": task.rounds,
        "processors": os.cpu_count(),
        "load": [round(load, 2) for load in os.getloadavg()],
        "clock": None if clock is None else clock.text,
        "configurations": said,
    }
    path = folder / "software.json"
    path.write_text(json.dumps(figures, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    return path
