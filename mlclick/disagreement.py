"""Where the split machine does not emit what the reference does: the packets, and the waveform of the one at fault on its way."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from elements.reference.packet import Packet
from hdl.core import Core
from mlclick.design import Split
from mlclick.run import run_split
from sim.counterexample import first_difference, with_waveform
from sim.evidence import Counterexample
from sim.split_machine import SplitMachine

Emitted = Sequence[tuple[int, int, bytes]]
"""(Time in ns, port, frame), in order."""
MOST: Final = 4_000
"""Cycles of the waveform, from the arrival on."""


def disagreement(
    split: Split, core: Core, packets: Sequence[tuple[int, Packet]], expected: Emitted, seen: Emitted, folder: Path | None, name: str
) -> Counterexample | None:
    """The first packet by port that was not emitted as ``expected``, with a waveform of the arrival that it follows from; None where each
    port's packets are those that were expected."""
    found = []
    for port in sorted({port for _, port, _ in (*expected, *seen)}):
        mine, theirs = ([(time, frame) for time, at, frame in each if at == port] for each in (expected, seen))
        different = first_difference(f"port {port}", mine, theirs)
        if different is not None:
            found.append(different)
    if not found:
        return None
    time, against = min(found, key=lambda item: item[0])
    before = [arrival for arrival in packets if arrival[1].time < time]

    def record(path: Path) -> None:
        def go_on(machine: SplitMachine) -> None:
            with machine.model.traced(path, 0, MOST):
                for port, packet in packets[len(before) :]:
                    if packet.time == time:
                        machine.inject(port, packet.copy())

        run_split(split, before, core, probe="trace", ended=go_on)

    return with_waveform(against, folder, name, record)
