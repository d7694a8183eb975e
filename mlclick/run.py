"""Packets through the machine: all in software, split with the simulated hardware, or the Python reference."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Literal

from elements.captures.pcap import write_capture
from elements.definition.handlers import handlers_of
from elements.reference.machine import Machine as ReferenceMachine
from elements.reference.machine import Observer
from elements.reference.packet import Packet
from elements.tocrossing import ToCrossing
from graph.diagnostics import Location, fail
from hdl.core import Core
from mlclick.design import Merged, Split
from mlclick.read_hardware import Reader, readers
from sim.shim import Probe
from sim.split_machine import GoesRound, Journeys, SplitMachine
from swclick.machine import Machine as SoftwareMachine

Hardware = Literal["none", "sim", "reference"]


@dataclass(frozen=True)
class Outcome:
    """What came out: (time in ns, port, frame), in order; ``journeys`` where hardware took part; ``log`` is what elements printed;
    ``handlers`` are the texts of all read handlers at the end, by ``element.handler``. Hardware keeps the state of elements with packet
    programs; a queue that it stands in for has counters of its own, and no handlers.
    """

    emitted: tuple[tuple[int, int, bytes], ...]
    journeys: Journeys | None
    log: tuple[str, ...]
    handlers: Mapping[str, str]


def run_software(
    merged: Merged, packets: Iterable[tuple[int, Packet]], *, reference: bool = False, observer: Observer | None = None
) -> Outcome:
    """Everything in software: the compiled machine, or the Python reference, which tells ``observer`` of each packet on each edge."""
    graph = merged.master.graph
    machine: ReferenceMachine | SoftwareMachine = ReferenceMachine(graph, observer) if reference else SoftwareMachine(graph)
    emitted: list[tuple[int, int, bytes]] = []
    log: list[str] = [] if reference else list(machine.log)
    for now, arrival in _turns(packets):
        seen = len(machine.emitted) if reference else 0
        if arrival is None:
            machine.settle(now)
        else:
            machine.inject(f"port{arrival[0]}_in", arrival[1].copy())
        emitted += [(now, int(sink[4:].partition("_")[0]), out.data) for sink, out in machine.emitted[seen:]]
        if isinstance(machine, SoftwareMachine):
            log += machine.log
            machine.clear()
    log = machine.log if reference else log
    handlers = _texts((name, element, partial(machine.read, name)) for name, element in machine.elements.items())
    return Outcome(tuple(emitted), None, (*log, *_lost(machine)), handlers)


def _turns(packets: Iterable[tuple[int, Packet]]) -> Iterator[tuple[int, tuple[int, Packet] | None]]:
    """(Time, arrival), one after the other; where nothing arrives, one turn at time 0 in which sources make their packets."""
    idle = True
    for port, packet in packets:
        idle = False
        yield packet.time, (port, packet)
    if idle:
        yield 0, None


def run_split(
    split: Split,
    packets: Iterable[tuple[int, Packet]],
    core: Core,
    *,
    probe: Probe = "none",
    ended: Callable[[SplitMachine], None] | None = None,
) -> Outcome:
    """The Verilated ``core``, which has this ``probe``, and the compiled software half, joined by the crossing; ``ended`` is given the
    machine when all packets have passed. Errors: `ClickError` for a packet that goes round between them."""
    software = SoftwareMachine(split.software)
    machine = SplitMachine(core, software, split.merged.master.tenants, split.crossings, probe=probe)
    emitted: list[tuple[int, int, bytes]] = []
    for now, arrival in _turns(packets):
        try:
            if arrival is None:
                machine.settle(now)
            else:
                machine.inject(arrival[0], arrival[1].copy())
        except GoesRound as error:
            node = split.merged.master.graph.node(error.crossing.edge.target)
            advice = "let every ring of connections have a way out that each packet takes in the end"
            fail(str(error), advice, node.location, node.source_line)
        emitted += [(now, out, frame) for out, frame in machine.emitted]
        machine.emitted.clear()
    soft = ((name, element, partial(software.read, name)) for name, element in software.elements.items())
    handlers = _texts((*soft, *readers(split, machine.registers())))
    if ended is not None:
        ended(machine)
    return Outcome(tuple(emitted), machine.journeys, (*machine.log, *software.log, *_lost(software)), handlers)


def _texts(elements: Iterable[Reader]) -> dict[str, str]:
    found = {f"{name}.{handler}": read(handler) for name, element, read in elements for handler in handlers_of(element, "read")}
    return dict(sorted(found.items()))


def _lost(machine: ReferenceMachine | SoftwareMachine) -> list[str]:
    found = [
        f"warning: {name} output {port}: {count} packet(s) dropped, which went round a ring of connections without end"
        " or became too many there"
        for (name, port), count in sorted(machine.runaway.items())
    ]
    found += [
        f"warning: {name}: {count} time(s) packets went round a queue, or timers followed each other, without end, until the next arrival"
        for name, count in sorted(machine.unsettled.items())
    ]
    lost: dict[str, int] = {}
    for name, element in machine.elements.items():
        if isinstance(element, ToCrossing):
            tenant = element.edge.partition(":")[0]
            lost[tenant] = lost.get(tenant, 0) + int(machine.read(name, "too_long"))
    found += [f"warning: {tenant}: {count} packet(s) dropped, longer than a crossing carries" for tenant, count in lost.items() if count]
    return found


def make_folder(folder: Path) -> None:
    """Make ``folder`` where it is not there. Errors: `ClickError`, also where nothing can be written in it."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if not os.access(folder, os.W_OK | os.X_OK):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
    except OSError as error:
        fail(f"cannot make or write this folder: {error.strerror}", "name another one", Location(None, str(folder), 1, 1))


def write_ports(folder: Path, outcome: Outcome, ports: Iterable[int]) -> dict[int, int]:
    """A capture `portN.pcap` for each port in ``folder``; returns the packets in each. Errors: `ClickError`."""
    make_folder(folder)
    return {
        port: write_capture(folder / f"port{port}.pcap", ((time, frame) for time, at, frame in outcome.emitted if at == port))
        for port in ports
    }
