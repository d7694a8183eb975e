"""Malformed packets for all machines: compiled and run beside each other, the packets shared out evenly."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Generator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from threading import Event

from elements.reference.packet import Packet
from mlclick.malformed.build import Program, compile_machine, machine_c, shared_objects
from mlclick.malformed.machines import Machine
from mlclick.malformed.run import Fuzzed, Stopped, fuzz


@dataclass(frozen=True)
class Task:
    """What is asked for: so many ``packets`` over all machines, made of ``seeds`` by ``seed``; programs are kept in a folder, and ``jobs``
    run at once."""

    seed: int
    packets: int
    seeds: Sequence[Packet]
    programs: Path
    jobs: int


@dataclass(frozen=True)
class Result:
    """What came of one machine."""

    machine: Machine
    program: Program
    fuzzed: Fuzzed


def run(machines: Sequence[Machine], task: Task, told: Callable[[Machine, Fuzzed], None]) -> Generator[Result, None, None]:
    """Each machine's result, in their order. What runs still when nobody asks for more is ended."""
    stopped = Event()
    shares = [task.packets // len(machines) + (number < task.packets % len(machines)) for number in range(len(machines))]

    def on(machine: Machine, so_far: Fuzzed) -> None:
        if stopped.is_set():
            raise Stopped
        told(machine, so_far)

    def one(number: int, text: str) -> Result:
        machine = machines[number]
        program = compile_machine(graphs[number], text, task.programs)
        with tempfile.TemporaryDirectory() as folder:
            found = fuzz(program, task.seed, shares[number], task.seeds, Path(folder), partial(on, machine))
        return Result(machine, program, found)

    # To write C is done by one alone: elements have their names while it is.
    graphs = [machine.graph() for machine in machines]
    texts = [machine_c(graph) for graph in graphs]
    shared_objects(task.programs, sanitized=True)
    with ThreadPoolExecutor(task.jobs) as pool:
        try:
            yield from pool.map(one, range(len(machines)), texts)
        finally:
            stopped.set()
