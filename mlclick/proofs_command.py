"""What `mlclick proofs` says and writes."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Final

import typer

from graph.policy import read_policy
from mlclick.design import WIDTHS, source_of
from mlclick.prepare import prepare
from mlclick.time_proofs import ProofSet, ProofTime, time_alone

_LADDER: Final = (("a", "b"), ("a", "b", "c", "d"), ("a", "b", "c", "d", "e", "f", "g", "h"))
"""The example tenants, two, four and eight; and eight twice."""


def proofs(
    tenants: Annotated[
        str | None, typer.Argument(help="Names of tenants, a,b; none for the examples: two, four, eight and sixteen.")
    ] = None,
    folder: Annotated[Path, typer.Option("--tenants", help="Folder with the tenants' files and policy.toml.")] = Path("tenants"),
    width: Annotated[list[int] | None, typer.Option("--width", help="Width of the data path in bits; may be given several times.")] = None,
    copies: Annotated[int, typer.Option("--copies", min=1, max=16, help="So many of each tenant, with tags of their own.")] = 1,
) -> None:
    """Prove in turns of time, for every tenant of a set, that no other influences it, and say how long that takes; writes JSON in
    build/bench/."""
    for wide in width or ():
        if wide not in WIDTHS:
            raise typer.BadParameter(f"--width {wide}: one of {', '.join(map(str, WIDTHS))} is wanted")
    out = Path("build") / "bench"
    prepare(out)
    sets = list(_sets(tenants, folder, tuple(width or (64, 256)), copies))
    policy = read_policy(folder / "policy.toml")
    for name in {name: None for each in sets for name in each.names}:
        policy.tenant(name)
    rows = []
    typer.echo(f"{'tenants':>7} {'bits':>5} {'pipeline':>22} {'data path':>22} {'construction':>22} {'all':>9} {'processor':>10}")
    for each in sets:
        typer.echo(f"proofs of {each.text}", err=True)
        found = time_alone(each)
        rows.append(found)
        typer.echo(_row(found))
        for failure in found.failures:
            typer.echo(f"NOT PROVED  {failure}")
    typer.echo(f"figures: {write_times(out, rows)}")
    if any(found.failures for found in rows):
        raise typer.Exit(1)


def _sets(tenants: str | None, folder: Path, widths: tuple[int, ...], copies: int) -> Iterator[ProofSet]:
    if tenants is None:
        for names in _LADDER:
            yield from (ProofSet(names, 1, width, folder) for width in widths)
        yield ProofSet(_LADDER[-1], 2, 512, folder)
        return
    source = source_of(tenants, folder)
    yield from (ProofSet(source.names, copies, width, folder) for width in widths)


def _row(found: ProofTime) -> str:
    steps = (
        (found.pipeline, "obligations"),
        (found.datapath, "questions"),
        (found.construction, "findings"),
    )
    told = " ".join(f"{f'{step.asked} {what} {step.seconds:.1f} s':>22}" for step, what in steps)
    return f"{len(found.tenants):>7} {found.width:>5} {told} {found.seconds:>7.1f} s {found.cpu_seconds:>8.1f} s"


def write_times(folder: Path, rows: list[ProofTime]) -> Path:
    """Writes ``rows`` as `proofs.json` in ``folder``; returns its path."""
    path = folder / "proofs.json"
    said = [asdict(row) for row in rows]
    path.write_text(json.dumps(said, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    return path
