"""The command line: ``mlclick check|merge|plan|run|live|verify TENANTS``, ``build|elements|mutants|fuzz|malformed|memory``,
``proofs|clicktests|compare`` and ``bench|bench-software|bench-tenants|bench-sharing``."""

from __future__ import annotations

import fnmatch
import os
import shutil
import sys
import warnings
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from time import monotonic
from typing import Annotated, cast, get_args

import typer
from amaranth.hdl import UnusedElaboratable
from rich.console import Console
from rich.progress import track

from boards.netfpga.build import DoesNotFit, TimingNotMet, VivadoFailed, check_shell, prepare_sume
from boards.versa_ecp5.build import BuildError
from boards.versa_ecp5.report import ReportError, TimingError
from elements.definition.catalogue import class_names, manual_page
from elements.definition.element import Element
from elements.definition.handlers import handlers_of
from elements.definition.octets import as_text
from elements.reference.packet import Packet
from graph.diagnostics import ClickError, Diagnostic, fail
from graph.policy import read_policy
from graph.print_click import print_graph
from hdl.datapath import DatapathParameters
from hdl.tools.yosys import YosysError
from mlclick.bench import sizes, speeds, write_bench
from mlclick.build import BOARDS, VIVADO_MISSING, board_core, build_versa, core_for, default_board, evidence_for, ports_of
from mlclick.clicktests import clicktests
from mlclick.compare_pairs import STEPS, Thorough
from mlclick.design import WIDTHS, Merged, Progress, Split, source_of
from mlclick.evidence_files import coverage_lines, evidence_lines, write_files
from mlclick.flow import build_core, merge_tenants, port_count, rates_of, split
from mlclick.fuzz_command import fuzz
from mlclick.garbage import search_seldom
from mlclick.live_command import live
from mlclick.malformed.command import malformed
from mlclick.malformed.memory_command import memory
from mlclick.mutants.run import SoundDesignFails, run_mutants
from mlclick.prepare import prepare
from mlclick.proofs_command import proofs
from mlclick.report import print_plan
from mlclick.run import make_folder, run_software, run_split, write_ports
from mlclick.service import service_lines
from mlclick.software.command import bench_software
from mlclick.software.sharing import bench_sharing
from mlclick.software.tenants import bench_tenants
from mlclick.stock.command import compare
from mlclick.traffic import Traffic, broken_dumps, read_traffic
from mlclick.verify import verify as verify_design
from sim.evidence import Evidence, Mode
from sim.verilator import VerilatorError

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help="Click routers of many tenants, in hardware and software.",
)
Tenants = Annotated[str, typer.Argument(help="Names of tenants, with commas between them: a,b")]
Folder = Annotated[Path, typer.Option("--tenants", help="Folder with the tenants' files and policy.toml.")]
Board = Annotated[str, typer.Option("--board", help="Board whose data path is meant: netfpga_sume or versa_ecp5.")]
_TENANTS = Path("tenants")


def say(text: str) -> None:
    """A line of progress, on standard error."""
    typer.echo(text, err=True)


@app.command()
def check(tenants: Tenants, folder: Folder = _TENANTS) -> None:
    """Read tenants and policy, and say whether they are sound."""
    merged = merge_tenants(source_of(tenants, folder))
    for name, graph in merged.tenants.items():
        typer.echo(f"{name}: {len(graph.nodes)} elements, {len(graph.edges)} connections: sound")


@app.command()
def merge(tenants: Tenants, folder: Folder = _TENANTS) -> None:
    """Print the master graph as Click text."""
    typer.echo(print_graph(merge_tenants(source_of(tenants, folder)).master.graph), nl=False)


@app.command()
def plan(
    tenants: Tenants,
    folder: Folder = _TENANTS,
    profile: Annotated[
        list[str] | None, typer.Option("--profile", help="Capture to take rates from: PORT=FILE or PORT@TENANT=FILE.")
    ] = None,
    pin: Annotated[list[str] | None, typer.Option("--pin", help="ELEMENT=hardware or ELEMENT=software.")] = None,
) -> None:
    """Cut the master graph between hardware and software, and explain the cut."""
    merged = merge_tenants(source_of(tenants, folder), say)
    packets: list[tuple[str, Packet]] | None = None
    mistakes: tuple[Diagnostic, ...] = ()
    if profile:
        traffic = read_traffic(profile, merged.policy, merged.master, "--profile")
        mistakes = traffic.mistakes
        _say_notes(traffic)
        packets = [(f"port{port}_in", packet) for port, packet in traffic.packets]
    found = split(merged, rates_of(merged, packets), _pins(pin or []), say)
    print_plan(found, Console(width=150 if not sys.stdout.isatty() else None))
    if mistakes:
        raise ClickError(*mistakes)


def _say_notes(traffic: Traffic) -> None:
    for note in traffic.notes:
        say(f"warning: {note}")


def _pins(texts: list[str]) -> dict[str, bool]:
    pins: dict[str, bool] = {}
    for text in texts:
        name, _, side = text.rpartition("=")
        if side not in ("hardware", "software") or not name:
            raise typer.BadParameter(f"{text!r} is not understood: write ELEMENT=hardware or ELEMENT=software")
        if pins.setdefault(name, side == "hardware") != (side == "hardware"):
            raise typer.BadParameter(f"{name} is pinned to both sides")
    return pins


@app.command()
def run(
    tenants: Tenants,
    out: Annotated[Path, typer.Option("--out", help="Folder for one capture a port.")],
    inputs: Annotated[
        list[str] | None,
        typer.Option(
            "--in", help="PORT=FILE, or PORT@TENANT=FILE for an untagged capture as that tenant's; none where tenants have sources."
        ),
    ] = None,
    folder: Folder = _TENANTS,
    hardware: Annotated[
        str, typer.Option("--hardware", help="none: all in software; sim: split, with the simulated pipeline; reference: Python.")
    ] = "none",
    width: Annotated[int, typer.Option("--width", help="Width of the simulated data path in bits.")] = 64,
    handlers: Annotated[list[str] | None, typer.Option("--handler", "-h", help="ELEMENT.HANDLER to read at the end; may have *.")] = None,
) -> None:
    """Send captures through the tenants' machine. Of one that breaks off, what comes before is sent, and the exit code is 2."""
    if hardware not in ("none", "sim", "reference"):
        raise typer.BadParameter(f"--hardware {hardware}: none, sim or reference is wanted")
    if width not in WIDTHS:
        raise typer.BadParameter(f"--width {width}: one of {', '.join(map(str, WIDTHS))} is wanted")
    merged = merge_tenants(source_of(tenants, folder), say)
    asked = _handlers_asked(handlers or [], merged.elements)
    if not inputs and not any(element.has_task and not element.inputs for element in merged.elements.values()):
        fail("there is nothing to send: no --in is given, and no tenant has a source of its own", "give --in PORT=FILE")
    traffic = read_traffic(inputs or [], merged.policy, merged.master)
    make_folder(out)
    _say_notes(traffic)
    packets = _progressing(traffic.packets)
    if hardware == "sim":
        found = split(merged, rates_of(merged, None), {}, say)
        outcome = run_split(found, packets, build_core(found, DatapathParameters(width, port_count(merged)), say))
    else:
        outcome = run_software(merged, packets, reference=hardware == "reference")
    for line in outcome.log:
        say(line)
    for port, count in write_ports(out, outcome, _sending_ports(merged)).items():
        typer.echo(f"port {port}: {count} packet(s) to {out / f'port{port}.pcap'}")
    if outcome.journeys is not None:
        journeys = outcome.journeys
        typer.echo(f"{journeys.offered - journeys.crossed} of {journeys.offered} packet(s) took the hardware path alone")
        for why, count in sorted(journeys.by_crossing.items()):
            typer.echo(f"{count} crossing(s): {why}")
    _print_handlers(asked, outcome.handlers)
    mistakes = (*traffic.mistakes, *broken_dumps(merged, outcome.handlers))
    if mistakes:
        raise ClickError(*mistakes)


def _handlers_asked(patterns: list[str], elements: Mapping[str, Element]) -> list[str]:
    known = sorted(f"{name}.{handler}" for name, element in elements.items() for handler in handlers_of(element, "read"))
    for pattern in patterns:
        if not fnmatch.filter(known, pattern):
            raise typer.BadParameter(f"--handler {pattern}: there is none of that name; `mlclick merge` prints the elements' names")
    return [name for pattern in patterns for name in fnmatch.filter(known, pattern)]


def _print_handlers(names: Iterable[str], texts: Mapping[str, str]) -> None:
    """As Click's ``-h`` does: text of several lines stands below its name."""
    for name in names:
        text = as_text(texts.get(name, "is hardware, which counts by port; see registers.md of a build")).rstrip("\n")
        typer.echo(f"{name}:\n{text}" if "\n" in text else f"{name}: {text}")


@app.command()
def verify(
    tenants: Tenants,
    folder: Folder = _TENANTS,
    board: Board = "versa_ecp5",
    only: Annotated[str, typer.Option("--only", help=f"For development, one step: {', '.join(STEPS)}. The evidence is incomplete.")] = "",
    coverage: Annotated[
        bool, typer.Option("--coverage", help="Count lines and toggles of the Verilog, too: simulation takes several times as long.")
    ] = False,
    mode: Annotated[str, typer.Option("--mode", help="The machine in this mode, whatever the policy says: shared or strict.")] = "",
) -> None:
    """Show that the tenants' machine means what they say and that none disturbs another; writes evidence.json,
    report.html and junit.xml."""
    _known_board(board)
    if only and only not in STEPS:
        raise typer.BadParameter(f"--only {only}: one of {', '.join(STEPS)} is wanted")
    if mode not in ("", *get_args(Mode)):
        raise typer.BadParameter(f"--mode {mode}: one of {', '.join(get_args(Mode))} is wanted")
    source = replace(source_of(tenants, folder), mode=cast(Mode, mode) if mode else None)
    # Boards are built in the policy's mode, with the evidence of that.
    other = mode not in ("", read_policy(folder / "policy.toml").machine.mode)
    out = Path("build") / "evidence" / (f"{board}-{mode}" if other else board)
    prepare(out)
    merged = merge_tenants(source, say)
    found = split(merged, rates_of(merged, None), {}, say, ports_of(board))
    core = board_core(board, found, say)
    evidence = verify_design(found, core, say, Thorough(only=only, lines=coverage, folder=out))
    paths = write_files(out, evidence)
    sure = service_lines(core.datapath, found.merged.master.tenants)
    for line in (*evidence_lines(evidence), *sure, *coverage_lines(evidence.coverage)):
        typer.echo(line)
    for name, path in paths.items():
        typer.echo(f"{name}: {path}")
    if not evidence.complete:
        raise typer.Exit(1)


def _known_board(board: str) -> None:
    if board not in BOARDS:
        raise typer.BadParameter(f"--board {board}: one of {', '.join(BOARDS)} is wanted")


@app.command()
def build(
    tenants: Tenants, folder: Folder = _TENANTS, board: Annotated[str, typer.Option("--board", help="netfpga_sume or versa_ecp5.")] = ""
) -> None:
    """Build a bitstream, or all that can be built without the vendor's tools; refuses a netlist without evidence."""
    chosen = board or default_board()
    _known_board(chosen)
    say(f"board: {chosen}" + ("" if board else f" (Vivado is {'' if chosen == 'netfpga_sume' else 'not '}on PATH)"))
    started = monotonic()

    def timed(text: str) -> None:
        say(f"[{monotonic() - started:5.0f} s] {text}")

    out, proofs = Path("build") / chosen, Path("build") / "evidence" / chosen
    source = source_of(tenants, folder)
    prepare(out, proofs)
    merged = merge_tenants(source, timed)
    if chosen == "netfpga_sume" and shutil.which("vivado"):
        check_shell(os.environ)
    found = split(merged, rates_of(merged, None), {}, timed, ports_of(chosen))
    core = core_for(chosen, found, out, timed)

    def proven(progress: Progress) -> Evidence:
        return evidence_for(found, core, proofs, progress)

    if chosen == "netfpga_sume":
        evidence = proven(timed)
        _summarise(found, evidence)
        if not prepare_sume(core, out, timed):
            say(f"the project is ready in {out}, but vivado is not on PATH: source its settings64.sh,")
            say(f"then run `vivado -mode batch -source build.tcl` in {out}")
            raise typer.Exit(VIVADO_MISSING)
        return
    evidence, report = build_versa(core, out, timed, proven)
    _summarise(found, evidence)
    for line in service_lines(core.datapath, found.merged.master.tenants):
        typer.echo(line)
    if report is not None:
        typer.echo(report.place.text())
        typer.echo(f"bitstream: {report.bitstream}")


def _summarise(found: Split, evidence: Evidence) -> None:
    """How the elements are split and what was shown of them. Exits where not everything was."""
    if not evidence.complete:
        for line in evidence_lines(evidence):
            typer.echo(line)
        say("no build: the evidence for this netlist is not complete")
        raise typer.Exit(1)
    hard = len(found.plan.hardware)
    typer.echo(f"elements: {hard} in hardware, {len(found.merged.master.graph.nodes) - hard} in software")
    kinds = ", ".join(f"{evidence.count(how)} by {how}" for how in ("proof", "simulation", "construction"))
    typer.echo(f"evidence: {kinds}")


@app.command()
def elements(name: Annotated[str, typer.Argument(metavar="CLASS", help="An element class.")] = "") -> None:
    """List the element classes, or print the manual page of one."""
    if not name:
        for known in class_names():
            summary = manual_page(known).split("\n\n")[1].partition("\n")[0]
            typer.echo(f"{known:24}{summary}")
        return
    if name not in class_names():
        raise typer.BadParameter(f"there is no element class {name}; `mlclick elements` lists those that there are")
    typer.echo(manual_page(name).rstrip())


@app.command()
def bench(
    tenants: Annotated[str, typer.Argument(help="Names of tenants: what the last costs beside the others is measured.")] = "a,b,a2",
    folder: Folder = _TENANTS,
    count: Annotated[int, typer.Option("--packets", min=1, help="Packets for the speeds.")] = 2_000,
) -> None:
    """Measure sizes and speeds; writes JSON in build/bench/."""
    out, source = Path("build") / "bench", source_of(tenants, folder)
    if len(source.names) < 2:
        raise typer.BadParameter("two tenants or more are wanted: what the last costs beside the others is measured")
    prepare(out)
    fast = speeds(merge_tenants(source), count, say)
    write_bench(out, "speeds", fast)
    for speed in fast:
        typer.echo(f"{speed.reading:12}{speed.packets_per_second:12.0f} packets/s{speed.ratio:8.1f} x")
    small, large = sizes(source.names, folder, say)
    write_bench(out, "sizes", (small, large))
    for size in (small, large):
        typer.echo(f"{','.join(size.tenants):12}{size.luts:8} LUT{size.flip_flops:8} FF{size.bram18:6} RAMB18{size.latency:5} cycles")
    typer.echo(f"{large.tenants[-1]} costs {100 * (large.luts / small.luts - 1):.1f} % more LUTs")


@app.command()
def mutants() -> None:
    """Plant defects in the generator and say which check catches each, of those that have to hold where nothing is planted."""
    prepare()
    results = run_mutants(say)
    for mutant, found in results:
        meant = "" if found in (mutant.check, None) else f", where {mutant.check} should have"
        typer.echo(f"{mutant.name:40} {found or 'SURVIVED'}{meant}")
    caught = sum(1 for mutant, found in results if found == mutant.check)
    typer.echo(f"{caught} of {len(results)} mutants caught")
    if caught != len(results):
        raise typer.Exit(1)


app.command()(fuzz)
app.command()(malformed)
app.command()(memory)
app.command()(proofs)
app.command()(clicktests)
app.command()(compare)
app.command()(live)
app.command()(bench_software)
app.command()(bench_tenants)
app.command()(bench_sharing)


def _sending_ports(merged: Merged) -> list[int]:
    return [port for port in merged.master.ports if f"port{port}_out" in merged.master.graph]


def _progressing(packets: tuple[tuple[int, Packet], ...]) -> Iterable[tuple[int, Packet]]:
    """``packets`` with a bar on standard error, where that is a terminal."""
    return track(packets, description="packets", console=Console(stderr=True), transient=True)


def main() -> None:
    """The entry point: mistakes in the input end in their diagnostics and exit code 2, a tool that fails or a board that is too small in
    what it says and exit code 1."""
    search_seldom()
    # Hardware that was made and not built is what a mistake in the input leaves behind.
    warnings.filterwarnings("ignore", category=UnusedElaboratable)
    try:
        app()
    except ClickError as error:
        say(str(error))
        sys.exit(2)
    except (
        YosysError,
        BuildError,
        TimingError,
        ReportError,
        DoesNotFit,
        TimingNotMet,
        VivadoFailed,
        VerilatorError,
        SoundDesignFails,
    ) as error:
        say(f"error: {error}")
        sys.exit(1)
