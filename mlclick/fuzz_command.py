"""What `mlclick fuzz` says and writes."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import Progress as RichProgress

from mlclick.fuzz import replay, run_rounds, write_found, write_run
from mlclick.fuzz_round import Outcome
from mlclick.fuzz_shrink import shrink
from mlclick.prepare import prepare


def fuzz(
    seed: Annotated[int, typer.Option("--seed", min=0, help="The same seed is the same run.")] = 1,
    packets: Annotated[int, typer.Option("--packets", min=1, help="Frames over all rounds.")] = 10_000_000,
    rounds: Annotated[int, typer.Option("--rounds", min=1, help="Designs, each with as many frames.")] = 40,
    jobs: Annotated[int, typer.Option("--jobs", min=1, help="Rounds at once.")] = 2,
    values: Annotated[bool, typer.Option("--values", help="Evaluate the pipeline as values, and simulate nothing: more designs.")] = False,
    case: Annotated[Path | None, typer.Option("--replay", help="Run the case again that a run wrote, and nothing else.")] = None,
) -> None:
    """Send random traffic through random tenants, cut at random: split, all in software and by the reference it must be the same.

    What differs is shrunk and written to build/fuzz/SEED."""
    prepare()
    if case is not None:
        _differs(replay(case), case)
        typer.echo(f"{case}: nothing differs")
        return
    _say(f"seed {seed}: {packets} packets in {rounds} round(s), {jobs} at once")
    with RichProgress(*RichProgress.get_default_columns(), console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("rounds", total=rounds)

        def done(outcome: Outcome) -> None:
            bar.advance(task)
            _say(_told(outcome))

        found = run_rounds(seed, packets, rounds, jobs, done, values=values)
    written = write_run(Path("build") / "bench", found)
    speed = found.packets / found.seconds
    typer.echo(f"{found.packets} packets in {len(found.outcomes)} round(s), {found.seconds:.0f} s: {speed:.0f} packets/s; {written}")
    failed = found.failed
    if failed is None:
        typer.echo("none different")
        return
    folder = Path("build") / "fuzz" / str(seed)
    if failed.case is None:
        typer.echo(f"round {failed.number}: {failed.found[0]}, before it had a case; the same seed, packets and rounds do it again")
        raise typer.Exit(1)
    write_found(folder, failed.case)
    _say(f"round {failed.number} differs, shrinking: {failed.found[0]}")
    typer.echo(write_found(folder, shrink(failed.case, failed.found, _say)))
    _differs(failed.found, folder)


def _told(outcome: Outcome) -> str:
    place = f"round {outcome.number}: {outcome.tenants} tenants, {sum(outcome.elements.values())} elements, {outcome.ports} ports"
    speed = outcome.packets / outcome.run_seconds if outcome.run_seconds else 0.0
    done = f"{outcome.packets} packets, {outcome.sent} sent, {outcome.crossed} crossed, {speed:.0f}/s after {outcome.build_seconds:.0f} s"
    kind = f"{f'{outcome.width} bits' if outcome.width else 'values'}, {outcome.cut}, {outcome.mode}"
    return f"{place}, {kind}: {done}{': DIFFERS' if outcome.found else ''}"


def _differs(found: list[str], folder: Path) -> None:
    """Say what differs and how to see it again, and exit."""
    for line in found:
        typer.echo(line)
    if found:
        typer.echo(f"again: mlclick fuzz --replay {folder}")
        raise typer.Exit(1)


def _say(text: str) -> None:
    typer.echo(text, err=True)
