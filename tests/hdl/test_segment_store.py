"""Packets wait whole in their own tenant's segment; who fills his segment loses his own packets, and nobody else any."""

from __future__ import annotations

import random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hdl.segment_store import SegmentStore
from tests.hdl.stores import Reader, Stored, put_all
from tests.hdl.streams import STALLS, simulate, wait_for

NOTE_BITS = 24
"""The length in bytes, and a number above it."""


def length(note: int) -> int:
    return note & 0xFFFF


def packet(tenant: int, size: int, number: int, start: int = 0, good: bool = True) -> Stored:
    return Stored(tenant, random.Random(number).randbytes(size), size | (number & 0xFF) << 16, start, good)


class Model:
    """What a store of ``depth`` beats and ``packets`` packets a segment does with each beat, told cycle by cycle."""

    def __init__(self, tenants: int, depth: int, packets: int) -> None:
        self.depth, self.packets = depth, packets
        # Beats and packets that are held, those of the packet that is coming in, and whether it has found no room.
        self.beats, self.notes = [0] * tenants, [0] * tenants
        self.coming, self.full = 0, False

    def beat(self, put: Any) -> str:
        """``stored``, ``lost`` or nothing for a beat."""
        owner = int(put.tenant)
        if put.first:
            self.coming, self.full = 0, False
        self.full |= bool(put.write) and self.beats[owner] + self.coming >= self.depth
        self.coming += int(put.write)
        if not put.last or not put.good:
            return ""
        if self.full or self.notes[owner] >= self.packets:
            return "lost"
        self.beats[owner] += self.coming
        self.notes[owner] += 1
        return "stored"


class Run:
    """Packets into a store and out of it: what was stored and lost of each, and what was read."""

    def __init__(self, dut: SegmentStore, sent: list[Stored], away: float, slow: float, *, stuck: int = 0) -> None:
        self.reader = Reader(dut.read, dut.width // 8, length, slow, seed=7)
        self.outcome: list[str] = []
        model = Model(dut.tenants, 1 << dut.place_bits, 1 << dut.packet_bits)

        async def source(ctx: Any) -> None:
            await put_all(ctx, dut.put, dut.put_valid, sent, away, seed=1)
            await ctx.tick()
            await wait_for(ctx, lambda: len(self.reader.seen) == self.outcome.count("stored"), 4000, "the last packet")

        async def look(ctx: Any) -> None:
            for _ in range(stuck):
                await ctx.tick()
            await self.reader.look(ctx)

        async def watch(ctx: Any) -> None:
            read = dut.read
            signals = (dut.put_valid, dut.put, dut.stored, dut.lost, read.get, read.get_tenant, read.pop, read.pop_tenant)
            async for _, _, valid, put, stored, lost, get, get_tenant, pop, pop_tenant in ctx.tick().sample(*signals):
                said = "stored" if stored else "lost" if lost else ""
                assert not (stored and lost)
                # What is read in a cycle makes room from the next one on.
                assert said == (model.beat(put) if valid else "")
                if valid and put.last:
                    self.outcome.append(said)
                if get:
                    model.beats[int(get_tenant)] -= 1
                if pop:
                    model.notes[int(pop_tenant)] -= 1

        simulate(dut, source, background=[look, self.reader.get, watch])
        self.stored = [each for each, what in zip(sent, self.outcome, strict=True) if what == "stored"]
        for tenant in range(dut.tenants):
            mine = [(each.data, each.note) for each in self.stored if each.tenant == tenant]
            assert [(each.data, each.note) for each in self.reader.seen if each.tenant == tenant] == mine


@pytest.mark.parametrize(("away", "slow"), STALLS)
@pytest.mark.parametrize(("width", "tenants", "depth", "packets"), [(64, 3, 64, 16), (128, 1, 8, 4), (64, 2, 4, 1)])
def test_what_is_stored_is_read_whole_and_in_its_tenant_s_order(
    width: int, tenants: int, depth: int, packets: int, away: float, slow: float
) -> None:
    chance = random.Random(tenants)
    lanes = width // 8
    # Up to what a segment holds, and a beat more.
    sent = [
        packet(chance.randrange(tenants), chance.randint(1, min(8, depth + 1) * lanes), n, good=chance.random() < 0.8) for n in range(40)
    ]
    run = Run(SegmentStore(width, tenants, depth, packets, NOTE_BITS), sent, away, slow)
    assert len(run.stored) >= 5
    assert all(each.good for each in run.stored)


SIZES = st.integers(1, 40)
PACKETS = st.lists(st.tuples(st.integers(0, 2), SIZES, st.booleans(), st.integers(0, 30)), min_size=1, max_size=30)


@settings(max_examples=25, deadline=None)
@given(packets=PACKETS, stuck=st.integers(0, 120), stall=st.sampled_from([0.0, 0.2, 0.7]))
def test_whatever_comes_and_whenever_it_is_read(packets: list[tuple[int, int, bool, int]], stuck: int, stall: float) -> None:
    start, sent = 0, []
    for number, (tenant, size, good, pause) in enumerate(packets):
        sent.append(packet(tenant, size, number, start, good))
        start += -(-size // 8) + pause
    Run(SegmentStore(64, 3, 8, 4, NOTE_BITS), sent, 0.0, stall, stuck=stuck)


@pytest.mark.parametrize(("depth", "packets"), [(8, 64), (64, 2)])
def test_who_fills_its_segment_loses_its_own_packets_alone(depth: int, packets: int) -> None:
    flood = [packet(0, 24, n) for n in range(20)]
    few = [packet(1, 24, 100), packet(1, 40, 101)]
    run = Run(SegmentStore(64, 2, depth, packets, NOTE_BITS), [*flood, *few], 0.0, 0.1, stuck=120)
    assert run.outcome[:2] == ["stored"] * 2
    assert set(run.outcome[2:20]) == {"lost"}
    assert run.outcome[20:] == ["stored"] * 2


def test_a_packet_as_long_as_the_segment_fits_and_one_a_beat_longer_does_not() -> None:
    run = Run(
        SegmentStore(64, 2, 8, 4, NOTE_BITS),
        [packet(0, 72, 1), packet(0, 64, 2), packet(0, 1, 3), packet(1, 64, 4)],
        0,
        0.1,
        stuck=40,
    )
    assert run.outcome == ["lost", "stored", "lost", "stored"]


def test_a_packet_that_is_not_good_or_was_lost_leaves_no_trace() -> None:
    sent = [packet(0, 64, 1, good=False), packet(0, 64, 2), packet(0, 8, 3), packet(0, 64, 4, good=False), packet(1, 16, 5)]
    run = Run(SegmentStore(64, 2, 8, 4, NOTE_BITS), sent, 0.2, 0.2, stuck=60)
    assert run.outcome == ["", "stored", "lost", "", "stored"]


def test_a_packet_is_waiting_two_cycles_after_its_last_beat_and_a_beat_leaves_a_cycle() -> None:
    dut = SegmentStore(64, 2, 8, 4, NOTE_BITS)
    each = packet(1, 40, 9)

    async def bench(ctx: Any) -> None:
        await put_all(ctx, dut.put, dut.put_valid, [each])
        # The last beat was taken in the cycle before this one.
        assert ctx.get(dut.read.waiting) == 0
        await ctx.tick()
        assert ctx.get(dut.read.waiting) == 0b10
        ctx.set(dut.read.get_tenant, 1)
        data = b""
        ctx.set(dut.read.get, 1)
        for _ in range(5):
            await ctx.tick()
            data += ctx.get(dut.read.data).to_bytes(8, "little")
        assert data == each.data

    simulate(dut, bench)


@pytest.mark.parametrize("stuck", [16, 20, 24])
def test_room_that_comes_within_a_packet_comes_too_late_for_it(stuck: int) -> None:
    # The first one fills the segment; while the second comes in, slower than that, the first is read.
    run = Run(SegmentStore(64, 2, 8, 4, NOTE_BITS), [packet(0, 64, 1), packet(0, 64, 2), packet(0, 64, 3)], 0.6, 0.0, stuck=stuck)
    assert run.outcome == ["stored", "lost", "stored"]
