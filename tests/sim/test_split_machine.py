"""The split machine by itself: frames through hardware alone, order and bytes kept, with its sources and sinks stalling at random."""

from __future__ import annotations

import random

import pytest

from elements.reference.packet import Packet
from sim.split_machine import SplitMachine
from tests.hdl.test_watch import core


class Nothing:
    """A software half that nothing reaches."""

    emitted: list[tuple[str, Packet]]
    log: list[str]

    def __init__(self) -> None:
        self.emitted = []
        self.log = []

    def settle(self, now: int = 0) -> None:
        assert not self.emitted

    def inject(self, source: str, packet: Packet) -> None:
        raise AssertionError(f"a packet crossed to {source}")

    def clear(self) -> None:
        self.emitted.clear()


@pytest.mark.slow
def test_frames_leave_by_the_other_port_as_they_came() -> None:
    hardware = core()
    emitted = []
    for seed in (1, 2):
        machine = SplitMachine(hardware, Nothing(), ("a", "b"), (), seed)
        chance = random.Random(4)
        offered = []
        for _ in range(60):
            vlan, port = chance.choice([100, 200, 300]), chance.randrange(2)
            frame = bytes(12) + b"\x81\x00" + vlan.to_bytes(2, "big") + chance.randbytes(chance.choice([2, 40, 44, 45, 300]))
            machine.inject(port, Packet.of(frame))
            if vlan != 300:
                offered.append((1 - port, frame))
        assert machine.emitted == offered
        assert machine.journeys.offered == 60
        assert machine.journeys.crossed == 0
        emitted.append((machine.emitted, machine.model.cycles))
        machine.model.close()
    # Other stalls, other times; the same frames.
    assert emitted[0][0] == emitted[1][0]
