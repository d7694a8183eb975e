"""What `mlclick memory` says."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Annotated, Final

import typer
from rich.console import Console
from rich.progress import Progress, TaskID

from mlclick.malformed.build import compile_machine, machine_c
from mlclick.malformed.machines import Machine, chosen
from mlclick.malformed.memory import FILL, MORE, MachineFails, Time, Used, use
from mlclick.malformed.seeds import seeds
from mlclick.prepare import prepare

_PROGRAMS: Final = Path("build") / "malformed" / "programs"
_WIDE: Final = 16


def memory(
    seconds: Annotated[int, typer.Option("--seconds", min=60, help="Time of the machines' clock.")] = 3600,
    rate: Annotated[int, typer.Option("--rate", min=1, help="Packets a second, each to four sources.")] = 100,
    fill: Annotated[int, typer.Option("--fill", min=0, help="Packets for each source at first, so that tables are full.")] = FILL,
    seed: Annotated[int, typer.Option("--seed", min=0, help="The same seed is the same run.")] = 1,
    only: Annotated[list[str] | None, typer.Option("--only", help="Machines by name; may have *.")] = None,
) -> None:
    """Send an hour of malformed packets to machines that have every element: the memory that is in use must not grow.

    Three packets in four have new addresses, ports and the like, so that tables forget or are full."""
    prepare(_PROGRAMS)
    found = chosen(only or ["*"])
    typer.echo(f"seed {seed}: {seconds} s at {rate} packets/s to {len(found)} machine(s)", err=True)
    typer.echo(f"{'machine':18}{'second quarter':>{_WIDE}}{'last quarter':>{_WIDE}}")
    growing = []
    with Progress(*Progress.get_default_columns(), console=Console(stderr=True), transient=True) as bar:
        shown = bar.add_task("seconds", total=seconds * len(found))
        for number, machine in enumerate(found):
            try:
                used = _used(machine, seed, Time(seconds, rate, fill), partial(_tell, bar, shown, number * seconds))
            except MachineFails as error:
                typer.echo(f"{machine.name} {error}")
                raise typer.Exit(1) from None
            before, later = used.quarters
            typer.echo(f"{machine.name:18}{before:{_WIDE}}{later:{_WIDE}}{'  GROWS' if used.grows else ''}")
            growing += [machine.name] * used.grows
    typer.echo(
        f"{' and '.join(growing)} grow" if growing else f"none has {MORE >> 10} KiB more in use in the last quarter than in the second"
    )
    if growing:
        raise typer.Exit(1)


def _used(machine: Machine, seed: int, time: Time, told: Callable[[int], None]) -> Used:
    graph = machine.graph()
    program = compile_machine(graph, machine_c(graph), _PROGRAMS, sanitized=False)
    with tempfile.TemporaryDirectory() as folder:
        return use(program, seed, time, list(seeds(seed)), Path(folder), told)


def _tell(bar: Progress, shown: TaskID, before: int, second: int) -> None:
    bar.update(shown, completed=before + second)
