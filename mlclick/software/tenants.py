"""What more tenants cost the software engine: time to compile, to start again, and for a packet; all in one run."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Annotated, Final

import typer

from mlclick.design import Progress
from mlclick.prepare import prepare
from mlclick.software.configurations import Configuration, configurations
from mlclick.software.engines import Engine, ours

_COUNTS: Final = (1, 10, 100)
_BURST: Final = 32


@dataclass
class Crowd:
    """So many tenants, each with the router with two ports: seconds from nothing to the first packet's end, those of the second start, and
    ns a packet by run; packets of all come from memory at random."""

    tenants: int
    first_start: float = 0.0
    second_start: float = 0.0
    runs: list[float] = field(default_factory=list)

    @property
    def time(self) -> float:
        """The median of the runs, in ns."""
        return median(self.runs)


def bench_tenants(
    packets: Annotated[int, typer.Option("--packets", min=1, help="Packets of each run; as many are sent before, to warm up.")] = 1_000_000,
    rounds: Annotated[int, typer.Option("--rounds", min=1, help="Runs of each number of tenants, in turn; the median is said.")] = 5,
    counts: Annotated[list[int] | None, typer.Option("--tenants", min=1, help="Numbers of tenants; 1, 10 and 100 if not given.")] = None,
) -> None:
    """Time what more tenants cost the software engine: to compile, to start again, and for a packet; writes JSON in build/bench/."""
    out = Path("build") / "bench"
    work = out / "tenants"
    prepare(out, work)
    rows = measure_crowds(counts or _COUNTS, packets, rounds, work, lambda text: typer.echo(text, err=True))
    typer.echo(f"{'tenants':>8}{'first start':>14}{'second start':>14}{'ns/packet':>12}{f'times {rows[0].tenants}':>10}")
    for row in rows:
        starts = f"{row.first_start:>12.2f} s{row.second_start:>12.2f} s"
        typer.echo(f"{row.tenants:>8}{starts}{row.time:>12.1f}{row.time / rows[0].time:>10.2f}")
    path = out / "tenants.json"
    said = [{**asdict(row), "ns_per_packet": row.time, "times_first": row.time / rows[0].time} for row in rows]
    figures = {"packets": packets, "rounds": rounds, "processors": os.cpu_count(), "load": os.getloadavg(), "rows": said}
    path.write_text(json.dumps(figures, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    typer.echo(f"figures: {path}")


def measure_crowds(counts: Sequence[int], packets: int, rounds: int, folder: Path, progress: Progress) -> list[Crowd]:
    """A row for each of ``counts``. Captures, texts and what is compiled are put in ``folder``. Errors: `RunFails`."""
    cache = folder / "cache"
    shutil.rmtree(cache, ignore_errors=True)
    engine = replace(ours(), environment={**ours().environment, "MLCLICK_CACHE": str(cache.resolve())})
    rows, files = [Crowd(count) for count in counts], []
    for row in rows:
        crowd = _configuration(row.tenants)
        (folder / f"{crowd.capture}.pcap").unlink(missing_ok=True)
        crowd.write_captures(folder)
        file = folder / f"{crowd.name}.click"
        file.write_text(crowd.timed(folder.resolve()), encoding="utf-8")
        files.append(file)
        progress(f"{row.tenants} tenants: starts")
        row.first_start, row.second_start = (_start(engine, file) for _ in range(2))
    for number in range(rounds):
        progress(f"round {number + 1} of {rounds}")
        for row, file in zip(rows, files, strict=True):
            row.runs.append(engine.nanoseconds(file, packets, _BURST))
    return rows


def _configuration(count: int) -> Configuration:
    return next(each for each in configurations(10, (count,)) if each.name == f"tenants-{count}-random")


def _start(engine: Engine, file: Path) -> float:
    """Seconds that it takes to start, to send one packet, and to end."""
    begun = perf_counter()
    engine.run(file, 1, _BURST)
    return perf_counter() - begun
