"""A crash as files: the machine as Click text, the packets as a capture with what is to be said of them, and what the sanitizer said."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from graph.load import load
from graph.model import Graph
from graph.print_click import print_graph
from mlclick.malformed.build import Program, compile_machine, machine_c
from mlclick.malformed.records import Offered, read_packets, write_packets
from mlclick.malformed.run import Crash, replay
from mlclick.malformed.shrink import Shrinker, part_with
from mlclick.run import make_folder


@dataclass(frozen=True)
class Case:
    """Packets that crash the machine of a graph."""

    graph: Graph
    packets: tuple[Offered, ...]
    crash: Crash


def small_case(program: Program, crash: Crash, programs: Path) -> Case:
    """The crash with as little of packets and machine as it needs; of the machine all, where it does not happen with less."""
    if not crash.packets:
        return Case(program.graph, (), crash)
    with tempfile.TemporaryDirectory() as folder:
        packets = Shrinker(program, Path(folder), crash).small()
        part = part_with(program.graph, [packet.source for packet in packets])
        numbers = {node.name: number for number, node in enumerate(part.nodes)}
        moved = [replace(packet, source=numbers[program.graph.nodes[packet.source].name]) for packet in packets]
        found = replay(compile_machine(part, machine_c(part), programs), moved, crash.salt, Path(folder))
    if found is not None and found.kind == crash.kind:
        return Case(part, tuple(moved), found)
    return Case(program.graph, tuple(packets), crash)


def write_case(folder: Path, case: Case) -> str:
    """Write ``case`` to ``folder``; returns it as text. Errors: `ClickError`."""
    shutil.rmtree(folder, ignore_errors=True)
    make_folder(folder)
    text = print_graph(case.graph)
    (folder / "machine.click").write_text(text, encoding="utf-8")
    (folder / "said.txt").write_text(case.crash.said + "\n", encoding="utf-8")
    write_packets(folder, case.graph, case.packets, case.crash.salt)
    return text + _listed(case.graph, case.packets)


def _listed(graph: Graph, packets: Sequence[Offered]) -> str:
    lines = []
    for packet in packets:
        data = packet.data[packet.front :]
        rest = f" and {len(data) - 64} bytes more" if len(data) > 64 else ""
        lines.append(f"// to {graph.nodes[packet.source].name}, {len(data)} bytes: {data[:64].hex(' ', 4)}{rest}\n")
    return "".join(lines)


def replay_case(folder: Path, programs: Path) -> Crash | None:
    """What is wrong when the case in ``folder`` is run again, compiled anew. Errors: `ClickError`."""
    graph = load(folder / "machine.click")
    packets, salt = read_packets(folder, graph)
    program = compile_machine(graph, machine_c(graph), programs)
    with tempfile.TemporaryDirectory() as work:
        return replay(program, packets, salt, Path(work))
