"""The command line: ``mlclick check|merge|plan|run|verify|build TENANTS``."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import track

from elements.reference.packet import Packet
from graph.diagnostics import ClickError
from graph.print_click import print_graph
from hdl.datapath import DatapathParameters
from mlclick.design import Merged, Source
from mlclick.flow import merge_tenants, port_count, rates_of, split
from mlclick.report import print_plan
from mlclick.run import run_software, run_split, write_ports
from mlclick.traffic import read_traffic

app = typer.Typer(add_completion=False, no_args_is_help=True, pretty_exceptions_enable=False, help="Click routers of many tenants, in hardware and software.")
Tenants = Annotated[str, typer.Argument(help="Names of tenants, with commas between them: a,b")]
Folder = Annotated[Path, typer.Option("--tenants", help="Folder with the tenants' files and policy.toml.")]
_TENANTS = Path("tenants")


def say(text: str) -> None:
    """A line of progress, on standard error."""
    typer.echo(text, err=True)


def _source(tenants: str, folder: Path) -> Source:
    return Source(tuple(dict.fromkeys(name for name in tenants.split(",") if name)), folder)


@app.command()
def check(tenants: Tenants, folder: Folder = _TENANTS) -> None:
    """Read tenants and policy, and say whether they are sound."""
    merged = merge_tenants(_source(tenants, folder))
    for name, graph in merged.tenants.items():
        typer.echo(f"{name}: {len(graph.nodes)} elements, {len(graph.edges)} connections: sound")


@app.command()
def merge(tenants: Tenants, folder: Folder = _TENANTS) -> None:
    """Print the master graph as Click text."""
    typer.echo(print_graph(merge_tenants(_source(tenants, folder)).master.graph), nl=False)


@app.command()
def plan(
    tenants: Tenants,
    folder: Folder = _TENANTS,
    profile: Annotated[list[str] | None, typer.Option("--profile", help="Capture to take rates from: PORT=FILE or PORT@TENANT=FILE.")] = None,
    pin: Annotated[list[str] | None, typer.Option("--pin", help="ELEMENT=hardware or ELEMENT=software.")] = None,
) -> None:
    """Cut the master graph between hardware and software, and explain the cut."""
    merged = merge_tenants(_source(tenants, folder), say)
    packets = None
    if profile:
        traffic = read_traffic(profile, merged.policy, merged.master.ports)
        packets = [(f"port{port}_in", packet) for port, packet in traffic.packets]
    found = split(merged, rates_of(merged, packets), _pins(pin or []), say)
    print_plan(found, Console(width=150 if not sys.stdout.isatty() else None))


def _pins(texts: list[str]) -> dict[str, bool]:
    pins = {}
    for text in texts:
        name, _, side = text.rpartition("=")
        if side not in ("hardware", "software") or not name:
            raise typer.BadParameter(f"{text!r} is not understood: write ELEMENT=hardware or ELEMENT=software")
        pins[name] = side == "hardware"
    return pins


@app.command()
def run(
    tenants: Tenants,
    inputs: Annotated[list[str], typer.Option("--in", help="PORT=FILE, or PORT@TENANT=FILE for an untagged capture as that tenant's.")],
    out: Annotated[Path, typer.Option("--out", help="Folder for one capture a port.")],
    folder: Folder = _TENANTS,
    hardware: Annotated[str, typer.Option("--hardware", help="none: all in software; sim: split, with the simulated pipeline; reference: Python.")] = "none",
    width: Annotated[int, typer.Option("--width", help="Width of the simulated data path in bits.")] = 64,
) -> None:
    """Send captures through the tenants' machine."""
    if hardware not in ("none", "sim", "reference"):
        raise typer.BadParameter(f"--hardware {hardware}: none, sim or reference is wanted")
    merged = merge_tenants(_source(tenants, folder), say)
    traffic = read_traffic(inputs, merged.policy, merged.master.ports)
    for note in traffic.notes:
        say(f"warning: {note}")
    packets = _progressing(traffic.packets)
    if hardware == "sim":
        found = split(merged, rates_of(merged, None), {}, say)
        outcome = run_split(found, packets, DatapathParameters(width, port_count(merged)))
    else:
        outcome = run_software(merged, packets, reference=hardware == "reference")
    for line in outcome.log:
        typer.echo(line)
    for port, count in write_ports(out, outcome, _sending_ports(merged)).items():
        typer.echo(f"port {port}: {count} packet(s) to {out / f'port{port}.pcap'}")
    if outcome.journeys is not None:
        journeys = outcome.journeys
        typer.echo(f"{journeys.offered - journeys.crossed} of {journeys.offered} packet(s) took the hardware path alone")
        for why, count in sorted(journeys.by_crossing.items()):
            typer.echo(f"{count} crossing(s): {why}")


def _sending_ports(merged: Merged) -> list[int]:
    return [port for port in merged.master.ports if f"port{port}_out" in merged.master.graph]


def _progressing(packets: tuple[tuple[int, Packet], ...]) -> Iterable[tuple[int, Packet]]:
    """``packets`` with a bar on standard error, where that is a terminal."""
    return track(packets, description="packets", console=Console(stderr=True), transient=True)


def main() -> None:
    """The entry point: mistakes in the input end in their diagnostics and exit code 2."""
    try:
        app()
    except ClickError as error:
        typer.echo(str(error), err=True)
        sys.exit(2)
