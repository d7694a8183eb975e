"""The split machine by itself: frames through hardware alone, order and bytes kept, with its sources and sinks stalling at random."""

from __future__ import annotations

import random

import pytest

from elements.placement.crossings import Crossing
from elements.placement.layouts import Layout
from elements.reference.packet import Packet
from graph.diagnostics import Location
from graph.model import Edge
from sim import split_machine
from sim.split_machine import GoesRound, Journeys, SplitMachine
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


class Swallows(Nothing):
    """A software half from which nothing comes back."""

    def inject(self, source: str, packet: Packet) -> None:
        assert packet.data == b"abc"


def shim(tenant: int, number: int) -> bytes:
    """A packet of three bytes as the hardware sends it to the host."""
    return b"\x88\xb5\x01" + bytes((tenant,)) + number.to_bytes(2, "big") + bytes(8) + b"\x00\x03abc"


@pytest.fixture(scope="module")
def machine() -> SplitMachine:
    """With a crossing to software and one back, of tenant b."""
    edge = Edge("b/x", 0, "b/y", 0, Location("b", "b.click", 1, 1))
    crossings = tuple(Crossing("b", number, number == 1, False, edge, Layout(0, None), 0, None) for number in (1, 2))
    return SplitMachine(core(), Swallows(), ("a", "b"), crossings)


def offer(machine: SplitMachine, monkeypatch: pytest.MonkeyPatch, *chunks: list[bytes], idle: int = 0) -> None:
    """Send a frame where the hardware sends this to the host, chunk by chunk, and then nothing; ``idle`` is what it says of itself."""
    script = iter(chunks)
    monkeypatch.setattr(machine, "_run", lambda frames: next(script, []))
    monkeypatch.setattr(machine, "journeys", Journeys())
    monkeypatch.setattr(machine.model, "get", {"idle": idle}.__getitem__)
    monkeypatch.setattr(split_machine, "MOST_CHUNKS", 10)
    machine.inject(0, Packet.of(bytes(60)))


@pytest.mark.parametrize(
    ("frame", "why"),
    [
        (shim(1, 3), "tenant 1 has no crossing 3 to software: 88b50101000300000000000000000003"),
        (shim(0, 1), "tenant 0 has no crossing 1 to software: 88b501000001"),
        (shim(1, 2), "tenant 1 has no crossing 2 to software: 88b501010002"),
        (b"\x88\xb5\x02" + shim(1, 1)[3:], "not a crossing shim: 88b50201000100000000000000000003"),
        (b"\x08\x00" + shim(1, 1)[2:], "not a crossing shim: 0800"),
        (shim(1, 1)[:15], "not a crossing shim: 88b501"),
        (b"\x88", "not a crossing shim: 88"),
    ],
)
def test_a_shim_that_is_none_of_ours_is_refused(machine: SplitMachine, frame: bytes, why: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ValueError, match=why):
        offer(machine, monkeypatch, [frame])


def test_what_crossed_and_came_to_rest_is_a_journey(machine: SplitMachine, monkeypatch: pytest.MonkeyPatch) -> None:
    offer(machine, monkeypatch, [shim(1, 1)], idle=1)
    assert (machine.journeys.crossed, machine.journeys.by_crossing) == (1, {"b/y is software": 1})


def test_only_what_crosses_to_the_end_goes_round(machine: SplitMachine, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(GoesRound, match="a packet comes to b/y again and again"):
        offer(machine, monkeypatch, *([shim(1, 1)], []) * 5)
    with pytest.raises(RuntimeError, match="the hardware has not come to rest") as hangs:
        offer(machine, monkeypatch, [shim(1, 1)])
    assert not isinstance(hangs.value, GoesRound)
