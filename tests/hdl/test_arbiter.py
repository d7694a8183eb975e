"""Whole packets by turns of tenants, without gaps, with room for growth; in slots of time each tenant's as if it were alone."""

from __future__ import annotations

import random
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import pytest
from amaranth.hdl import Module
from amaranth.lib import stream, wiring
from amaranth.lib.wiring import In, Out
from hypothesis import given, settings
from hypothesis import strategies as st

from hdl.arbiter import TenantArbiter
from hdl.meta import Meta
from hdl.segment_store import Put, SegmentStore
from hdl.stream import PacketBeat
from hdl.turns import Turns
from tests.hdl.stores import Stored, put_all
from tests.hdl.streams import packed, simulate

PORTS = 3
LONGEST = 96
META = Meta()


class Fed(wiring.Component):
    """An arbiter with its stores, of ``depth`` beats a segment."""

    def __init__(self, width: int, turns: Turns, growth: tuple[int, ...], ports: int = PORTS, depth: int = 64) -> None:
        self.width = width
        self.turns = turns
        self.growth = growth
        self.ports = ports
        self.depth = depth
        self.max_frame = LONGEST
        puts = {f"put{i}": In(Put(width, META.size)) for i in range(ports)}
        valids = {f"put_valid{i}": In(1) for i in range(ports)}
        source = Out(stream.Signature(PacketBeat(width, META), always_ready=True))
        super().__init__({**puts, **valids, "lost": Out(ports), "source": source, "first": Out(1), "begins": Out(1)})

    def elaborate(self, platform: object) -> Module:
        m = Module()
        m.submodules.arbiter = arbiter = TenantArbiter(self.width, self.ports, self.turns, self.growth, LONGEST)
        for i in range(self.ports):
            store = SegmentStore(self.width, len(self.growth), self.depth, 64, META.size)
            m.submodules[f"store{i}"] = store
            m.d.comb += [store.put.eq(getattr(self, f"put{i}")), store.put_valid.eq(getattr(self, f"put_valid{i}"))]
            m.d.comb += self.lost[i].eq(store.lost)
            wiring.connect(m, store.read, getattr(arbiter, f"store{i}"))
        wiring.connect(m, arbiter.source, wiring.flipped(self.source))
        m.d.comb += [self.first.eq(arbiter.first), self.begins.eq(arbiter.begins)]
        return m


def packet(tenant: int, port: int, size: int, number: int, start: int = 0) -> Stored:
    note = packed(META, {"length": size, "tenant": tenant, "port": port, "dst_ip": number})
    return Stored(tenant, random.Random(number).randbytes(size), note, start)


class Run:
    """Packets by every port's store: what left, in which cycle each began, and in which it ended."""

    def __init__(self, dut: Fed, sent: Sequence[list[Stored]], cycles: int, away: float = 0.0) -> None:
        self.sent = sent
        self.seen: list[tuple[int, int, Stored]] = []
        self.begins: list[int] = []
        lanes = dut.width // 8

        def source(port: int) -> Any:
            async def bench(ctx: Any) -> None:
                put, valid = getattr(dut, f"put{port}"), getattr(dut, f"put_valid{port}")
                await put_all(ctx, put, valid, sent[port], away, seed=port)

            return bench

        async def sink(ctx: Any) -> None:
            data, begun = b"", 0
            for cycle in range(cycles):
                signals = (dut.source.valid, dut.first, dut.source.payload, dut.lost, dut.begins)
                _, _, valid, first, beat, lost, begins = await ctx.tick().sample(*signals)
                if begins:
                    self.begins.append(cycle)
                assert not lost
                # Gapless: a packet that has begun goes on in every cycle until its last beat.
                assert bool(valid) or not data, "a gap within a packet"
                assert bool(first) == bool(valid and not data)
                if not valid:
                    continue
                begun = cycle if first else begun
                data += int(beat.data).to_bytes(lanes, "little")[: int(beat.keep).bit_count()]
                if beat.last:
                    note = int(beat.meta.as_bits())
                    self.seen.append((begun, cycle, Stored(int(beat.meta.tenant), data, note)))
                    data = b""

        simulate(dut, *(source(port) for port in range(dut.ports)), sink)

    def check(self, growth: tuple[int, ...]) -> None:
        """Everything left, whole, in the order of its tenant and port, and with room behind it for what it may grow."""
        seen = [each for _, _, each in self.seen]
        for port, packets in enumerate(self.sent):
            for tenant in range(len(growth)):
                wanted = [(each.data, each.note) for each in packets if each.tenant == tenant]
                assert [(e.data, e.note) for e in seen if e.tenant == tenant and META.from_bits(e.note).port == port] == wanted
        for (_, end, before), (begun, _, _) in zip(self.seen, self.seen[1:], strict=False):
            assert begun - end > growth[before.tenant], "no room for growth"

    def times(self, tenant: int) -> list[tuple[int, int, Stored]]:
        return [each for each in self.seen if each[2].tenant == tenant]


def some_packets(seed: int, tenants: int, count: int, high: int = LONGEST) -> list[list[Stored]]:
    chance = random.Random(seed)
    return [
        [packet(chance.randrange(tenants), port, chance.randint(1, high), 100 * port + n) for n in range(count)] for port in range(PORTS)
    ]


GROWTH = (0, 2, 1)


@pytest.mark.parametrize("away", [0.0, 0.5])
@pytest.mark.parametrize("width", [64, 256])
@pytest.mark.parametrize("slot", [None, 16, 40])
def test_packets_leave_whole_in_their_tenant_s_and_port_s_order(slot: int | None, width: int, away: float) -> None:
    run = Run(Fed(width, Turns((1, 2, 1), slot), GROWTH), some_packets(1, 3, 8), 1400 if slot else 500, away)
    run.check(GROWTH)


PACKETS = st.lists(st.tuples(st.integers(0, 2), st.integers(1, LONGEST), st.integers(0, 30)), max_size=10)


def timed(port: int, told: list[tuple[int, int, int]]) -> list[Stored]:
    start, found = 2, []
    for number, (tenant, size, pause) in enumerate(told):
        start += pause
        found.append(packet(tenant, port, size, 100 * port + number, start))
        start += -(-size // 8)
    return found


@settings(max_examples=8, deadline=None)
@given(told=st.lists(PACKETS, min_size=PORTS, max_size=PORTS), slot=st.sampled_from([None, 16, 23]))
def test_whatever_comes_whenever_leaves(told: list[list[tuple[int, int, int]]], slot: int | None) -> None:
    run = Run(Fed(64, Turns((1, 1, 2), slot), GROWTH), [timed(port, each) for port, each in enumerate(told)], 1500 if slot else 600)
    run.check(GROWTH)


@settings(max_examples=8, deadline=None)
@given(told=st.lists(PACKETS, min_size=PORTS, max_size=PORTS), slot=st.sampled_from([16, 23]), victim=st.integers(0, 2))
def test_in_slots_of_time_a_tenant_s_beats_are_to_the_cycle_as_if_it_were_alone(
    told: list[list[tuple[int, int, int]]], slot: int, victim: int
) -> None:
    beside = [timed(port, each) for port, each in enumerate(told)]
    alone = [[each for each in packets if each.tenant == victim] for packets in beside]
    runs = [Run(Fed(64, Turns((1, 1, 2), slot), GROWTH), sent, 900) for sent in (alone, beside)]
    assert runs[0].times(victim) == runs[1].times(victim)


def test_in_shares_a_tenant_s_packets_wait_for_others() -> None:
    """What the test before this one says of slots is not so of shares: it can fail."""
    beside = [[packet(port % 2, port, LONGEST, 10 * port + n) for n in range(5)] for port in range(PORTS)]
    alone = [[each for each in packets if each.tenant == 0] for packets in beside]
    runs = [Run(Fed(64, Turns((1, 1)), (0, 0)), sent, 300) for sent in (alone, beside)]
    assert runs[0].times(0) != runs[1].times(0)


def test_slots_are_told_apart_where_their_beats_are() -> None:
    turns = Turns((1, 2, 1), 23)
    run = Run(Fed(64, turns, GROWTH), some_packets(7, 3, 6), 900)
    # From the second slot on; behind a reset the first one begins.
    starts = [cycle for cycle in run.begins if cycle > 1]
    assert [b - a for a, b in pairwise(starts)] == [23] * (len(starts) - 1)
    for begun, end, each in run.seen:
        slot = sum(start <= begun for start in starts)
        assert turns.order[slot % len(turns.order)] == each.tenant
        assert slot == sum(start <= end for start in starts)


def test_ports_of_one_tenant_take_turns() -> None:
    run = Run(Fed(64, Turns((1,), 40), (0,)), [[packet(0, port, 64, 10 * port + n) for n in range(6)] for port in range(PORTS)], 400)
    assert [int(META.from_bits(each.note).port) for _, _, each in run.seen] == [0, 1, 2] * 6


def test_shares_are_gapless_between_packets_and_by_weight() -> None:
    sent = [[packet(t, t, 64, 100 * t + n) for n in range(63)] for t in range(2)]
    run = Run(Fed(64, Turns((1, 3)), (0, 0), ports=2, depth=512), sent, 1200)
    begun = [begin for begin, _, _ in run.seen]
    # Once packets have come that fast: one behind the other without a cycle between.
    assert begun[-1] - begun[20] == 8 * (len(begun) - 21)
    assert len(run.seen) == 126


def test_the_longest_packet_with_its_growth_fits_in_a_slot_that_is_just_long_enough() -> None:
    most = LONGEST // 8 + 2
    run = Run(Fed(64, Turns((1, 1, 1), most + 2), GROWTH), [[packet(t, t, LONGEST, t)] * 4 for t in range(PORTS)], 300)
    assert len(run.seen) == 12
    assert {(begun - run.times(1)[0][0]) % (3 * (most + 2)) for begun, _, _ in run.times(1)} == {0}
    with pytest.raises(ValueError, match=rf"^a packet may take {most} cycles, and a slot of {most + 1} has room for {most - 1}$"):
        Run(Fed(64, Turns((1, 1, 1), most + 1), GROWTH), [[]] * PORTS, 1)


def test_a_packet_is_there_three_cycles_after_it_waits_or_two_in_its_slot() -> None:
    # Beats in cycles 1 to 5, waiting in cycle 7.
    for slot, begun in ((None, 10), (40, 9)):
        run = Run(Fed(64, Turns((1,), slot), (0,)), [[packet(0, 0, 40, 1)], [], []], 60)
        assert [(first, last) for first, last, _ in run.seen] == [(begun, begun + 4)]
