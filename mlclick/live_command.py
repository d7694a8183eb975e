"""What `mlclick live` does: the merged machine in software, at real devices, its tenants apart in time."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Annotated, Final

import typer

from graph.merge import MADE_BY_MERGE
from graph.model import Graph, Node
from graph.print_click import print_graph
from mlclick.design import source_of
from mlclick.flow import merge_tenants
from swclick.arguments import Arguments
from swclick.call_handlers import print_handlers
from swclick.containers import BOUND, containers_of
from swclick.live import Live
from swclick.running import Running, Source
from swclick.splits import splits

_END: Final = "machine_end"


def live(
    tenants: Annotated[str, typer.Argument(help="Names of tenants, with commas between them: a,b")],
    folder: Annotated[Path, typer.Option("--tenants", help="Folder with the tenants' files and policy.toml.")] = Path("tenants"),
    seconds: Annotated[
        float | None, typer.Option("--seconds", min=0, max=1e9, help="How long; until it is interrupted if not given.")
    ] = None,
    ports: Annotated[list[str] | None, typer.Option("--port", "-p", help="Listen for control connections on this TCP port.")] = None,
    sockets: Annotated[list[str] | None, typer.Option("--unix-socket", "-u", help="Listen for control connections on this socket.")] = None,
    handlers: Annotated[
        list[str] | None, typer.Option("--handler", "-h", help="ELEMENT.HANDLER or TENANT.HANDLER to read at the end.")
    ] = None,
    bound: Annotated[
        float, typer.Option("--bound", min=1, max=1e6, help="Microseconds that a run of a tenant's takes at most, where it can be split.")
    ] = BOUND / 1000,
    verbose: Annotated[bool, typer.Option("--verbose", "-v", help="Say at the end which runs were split, and why.")] = False,
) -> None:
    """Run the tenants' machine by itself, all in software: port N is the device of that name. Tenants share the processor by weight and
    limit."""
    merged = merge_tenants(source_of(tenants, folder))
    containers = containers_of(merged.master, merged.policy, merged.checked)
    if containers is not None:
        containers = replace(containers, bound=round(1000 * bound))
    graph = merged.master.graph if containers is None else containers.graph
    arguments = Arguments(ports=tuple(ports or ()), unix_sockets=tuple(sockets or ()), handlers=tuple(handlers or ()))
    running = Running(Source(print_graph(graph), "<merge>"), _ending(graph, seconds), arguments, containers, keep=True)
    try:
        running.run()
        is_fine = print_handlers(running.live, arguments.handlers)
        for line in _split(running.live) if verbose else ():
            typer.echo(line, err=True)
    finally:
        running.live.close()
    if not is_fine:
        raise typer.Exit(1)


def _split(live: Live) -> list[str]:
    """What was split, tenant by tenant, behind the bound."""
    if live.containers is None:
        return ["nothing is split: one tenant without a limit has the processor for itself"]
    lines = [line for each in live.containers.tenants for line in (splits(live, each.name) or [f"{each.name}: no run was split"])]
    return [f"no run is to take longer than {live.containers.bound / 1000:g} us", *lines]


def _ending(graph: Graph, seconds: float | None) -> Graph:
    """The graph with what stops the machine after so many seconds."""
    if seconds is None:
        return graph
    end = Node(_END, "DriverManager", f"wait {seconds:.9f}s, stop", MADE_BY_MERGE)
    return replace(graph, nodes=(*graph.nodes, end))
