"""What `mlclick malformed` says and writes."""

from __future__ import annotations

from collections import Counter
from contextlib import closing
from pathlib import Path
from typing import Annotated, Final

import typer
from rich.console import Console
from rich.progress import Progress

from elements.definition.catalogue import class_names
from mlclick.malformed.campaign import Result, Task, run
from mlclick.malformed.case import replay_case, small_case, write_case
from mlclick.malformed.machines import Machine, chosen
from mlclick.malformed.run import Crash, Fuzzed
from mlclick.malformed.seeds import seeds
from mlclick.prepare import prepare

_FOLDER: Final = Path("build") / "malformed"


def malformed(
    packets: Annotated[int, typer.Option("--packets", min=1, help="Packets over all machines.")] = 1_000_000,
    seed: Annotated[int, typer.Option("--seed", min=0, help="The same seed is the same run.")] = 1,
    only: Annotated[list[str] | None, typer.Option("--only", help="Machines by name; may have *.")] = None,
    jobs: Annotated[int, typer.Option("--jobs", min=1, help="Machines at once.")] = 2,
    case: Annotated[Path | None, typer.Option("--replay", help="Run the case again that a run wrote, and nothing else.")] = None,
) -> None:
    """Send malformed packets to machines that have every element, compiled with the address and undefined behaviour sanitizers.

    Packets that reach new code are mutated further. All are sent twice, new memory filled with one byte and with another, and the same has
    to leave. What crashes is shrunk and written to build/malformed/SEED."""
    programs = _FOLDER / "programs"
    prepare(programs)
    if case is not None:
        _crashed(replay_case(case, programs), case)
        typer.echo(f"{case}: nothing crashes")
        return
    found = chosen(only or ["*"])
    typer.echo(f"seed {seed}: {packets} packets to {len(found)} machine(s), {jobs} at once", err=True)
    results = _results(found, Task(seed, packets, list(seeds(seed)), programs, jobs))
    typer.echo(sum_of(results))
    failed = next((result for result in results if result.fuzzed.crash), None)
    if failed is None or failed.fuzzed.crash is None:
        return
    typer.echo(f"{failed.machine.name} crashes, shrinking: {failed.fuzzed.crash.summary}", err=True)
    small = small_case(failed.program, failed.fuzzed.crash, programs)
    folder = _FOLDER / str(seed)
    typer.echo(write_case(folder, small), nl=False)
    _crashed(small.crash, folder)


def _results(machines: list[Machine], task: Task) -> list[Result]:
    found = []
    typer.echo(f"{'machine':18}{'elements':>9}{'sources':>9}{'packets':>10}{'edges':>8}{'kept':>7}")
    with Progress(*Progress.get_default_columns(), console=Console(stderr=True), transient=True) as bar:
        shown = bar.add_task("packets", total=task.packets)
        done = Counter[str]()

        def told(machine: Machine, so_far: Fuzzed) -> None:
            done[machine.name] = so_far.packets
            bar.update(shown, completed=sum(done.values()))

        with closing(run(machines, task, told)) as results:
            for result in results:
                found.append(result)
                typer.echo(line_of(result))
                if result.fuzzed.crash is not None:
                    break
    return found


def line_of(result: Result) -> str:
    """A line of the table."""
    fuzzed, graph = result.fuzzed, result.program.graph
    sizes = f"{len(graph.nodes):9}{len(result.program.sources):9}{fuzzed.packets:10}{fuzzed.edges:8}{fuzzed.kept:7}"
    return f"{result.machine.name:18}{sizes}{'  CRASHES' if fuzzed.crash else ''}"


def sum_of(results: list[Result]) -> str:
    """What the table comes to."""
    packets, edges = sum(r.fuzzed.packets for r in results), sum(r.fuzzed.edges for r in results)
    classes = {node.class_name for result in results for node in result.program.graph.nodes}
    there = f"{len(classes & set(class_names()))} of {len(class_names())} classes of elements"
    crashes = sum(result.fuzzed.crash is not None for result in results)
    return f"{packets} packets, {edges} edges covered, {there}, {'no crash' if not crashes else 'a crash'}"


def _crashed(crash: Crash | None, folder: Path) -> None:
    """Say what crashes and how to see it again, and exit."""
    if crash is None:
        return
    typer.echo(crash.summary)
    typer.echo(f"again: mlclick malformed --replay {folder}; all that the sanitizer says: {folder}/said.txt")
    raise typer.Exit(1)
