"""A port's way out: order within a tenant, drops that are counted and whole, bytes shared by weight, or slots that are one's own."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hdl.editor import EditedBeat
from hdl.egress import EgressPort
from hdl.turns import Pace, Turns
from tests.hdl.streams import STALLS, Packet, beats, simulate, wait_for

LONGEST = 96


@dataclass(frozen=True)
class Edited:
    """A packet for a port: whose, its bytes, a number for its shim, and the cycle in which its first beat comes at the earliest."""

    tenant: int
    data: bytes
    shim: int
    start: int = 0


def edited(tenant: int, size: int, number: int, start: int = 0) -> Edited:
    return Edited(tenant, random.Random(number).randbytes(size), number, start)


def some_packets(seed: int, count: int, tenants: int, low: int = 1, high: int = 90) -> list[Edited]:
    chance = random.Random(seed)
    return [edited(chance.randrange(tenants), chance.randint(low, high), 100 * seed + n) for n in range(count)]


def port(
    turns: Turns,
    depth: int = 64,
    packets: int = 16,
    *,
    width: int = 64,
    shim: bool = False,
    pace: Pace | None = None,
    longest: int = LONGEST,
) -> EgressPort:
    return EgressPort("here", width, 1, turns, depth, packets, pace=pace or Pace(256 * 8 // width, 0), longest=longest, shim=shim)


class Run:
    """Packets through a port; what came out and when it began, and what the strobes said. ``cycles``: for so long, not until all is out."""

    def __init__(self, dut: EgressPort, sent: Sequence[Edited], away: float, slow: float, *, stuck: int = 0, cycles: int = 0) -> None:
        tenants, lanes = len(dut.turns.weights), dut.width // 8
        self.seen: list[tuple[int, Edited]] = []
        self.counts = {name: [0] * tenants for name in ("queued", "dropped", "sent")}
        self.sent_bytes = [0] * tenants
        self.begun: list[int] = []

        async def source(ctx: Any) -> None:
            chance, cycle, layout = random.Random(1), 1, EditedBeat(dut.width, 1)
            await ctx.tick()
            for packet in sent:
                while cycle < packet.start or chance.random() < away:
                    await ctx.tick()
                    cycle += 1
                known = (("select", 1), ("tenant", packet.tenant), ("length", len(packet.data)), ("shim", packet.shim))
                if not packet.data:
                    ctx.set(dut.sink.payload, {"tenant": packet.tenant, "select": 1})
                    ctx.set(dut.empty, 1)
                    await ctx.tick()
                    cycle += 1
                    ctx.set(dut.empty, 0)
                    continue
                for number, beat in enumerate(beats(Packet(packet.data, known), lanes, nested=True)):
                    ctx.set(dut.sink.payload, layout.const(beat))
                    ctx.set(dut.sink.valid, 1)
                    ctx.set(dut.first, number == 0)
                    await ctx.tick()
                    cycle += 1
                    ctx.set(dut.sink.valid, 0)
                    # Whatever stands there in cycles without a beat.
                    ctx.set(dut.first, chance.randrange(2))
            await ctx.tick()
            while cycle < cycles:
                await ctx.tick()
                cycle += 1
            if not cycles:
                await wait_for(ctx, lambda: len(self.seen) == sum(self.counts["queued"]), 6000, "the last packet")

        async def ready(ctx: Any) -> None:
            chance = random.Random(2)
            for _ in range(stuck):
                await ctx.tick()
            while True:
                ctx.set(dut.source.ready, chance.random() >= slow)
                await ctx.tick()

        async def watch(ctx: Any) -> None:
            signals = (dut.queued, dut.dropped, dut.sent, dut.sent_length, dut.sent_tenant, dut.source.valid, dut.source.ready)
            cycle, data, begun = 0, b"", 0
            more = (dut.source.payload, dut.tenant, dut.shim)
            async for _, _, queued, dropped, sent, length, sender, valid, ready, beat, tenant, shim in ctx.tick().sample(*signals, *more):
                for name, strobes in (("queued", queued), ("dropped", dropped), ("sent", sent)):
                    assert int(strobes).bit_count() <= 1
                    for number in range(tenants):
                        self.counts[name][number] += int(strobes) >> number & 1
                if sent:
                    assert int(sent) == 1 << int(sender)
                    self.sent_bytes[int(sender)] += int(length)
                    self.begun.append(cycle)
                if valid and ready:
                    begun = begun if data else cycle
                    data += int(beat.data).to_bytes(lanes, "little")[: int(beat.keep).bit_count()]
                    if beat.last:
                        self.seen.append((begun, Edited(int(tenant), data, int(shim))))
                        data = b""
                cycle += 1

        simulate(dut, source, background=[ready, watch])

    def of(self, tenant: int) -> list[bytes]:
        return [packet.data for _, packet in self.seen if packet.tenant == tenant]

    def times(self, tenant: int) -> list[tuple[int, bytes]]:
        return [(begun, packet.data) for begun, packet in self.seen if packet.tenant == tenant]


@pytest.mark.parametrize("slot", [None, 40])
def test_packets_without_bytes_are_dropped_and_counted_as_their_tenant_s(slot: int | None) -> None:
    sent = [edited(tenant, size, number) for number, (tenant, size) in enumerate([(0, 20), (1, 0), (1, 0), (0, 9), (0, 0), (1, 1)])]
    run = Run(port(Turns((1, 1), slot)), sent, 0, 0)
    assert run.counts == {"queued": [2, 1], "dropped": [1, 2], "sent": [2, 1]}
    assert [run.of(tenant) for tenant in range(2)] == [[p.data for p in sent if p.tenant == tenant and p.data] for tenant in range(2)]


@pytest.mark.parametrize(("away", "slow"), STALLS)
@pytest.mark.parametrize("shim", [False, True])
@pytest.mark.parametrize("slot", [None, 16, 40])
def test_each_tenant_s_packets_leave_in_order(slot: int | None, shim: bool, away: float, slow: float) -> None:
    sent = some_packets(3, 14, 3)
    run = Run(port(Turns((1, 1, 2), slot), 128, shim=shim), sent, away, slow)
    for tenant in range(3):
        mine = [packet.data for packet in sent if packet.tenant == tenant]
        assert run.of(tenant) == mine
        assert run.counts["queued"][tenant] == run.counts["sent"][tenant] == len(mine)
        assert run.sent_bytes[tenant] == sum(map(len, mine))
    assert run.counts["dropped"] == [0, 0, 0]
    if shim:
        assert {(packet.data, packet.shim) for _, packet in run.seen} == {(packet.data, packet.shim) for packet in sent}


@pytest.mark.parametrize(("depth", "slots"), [(16, 16), (128, 2)])
@pytest.mark.parametrize("slot", [None, 16])
def test_a_full_segment_drops_its_own_tenant_s_packets_only(slot: int | None, depth: int, slots: int) -> None:
    many, few = some_packets(4, 20, 1, 30, 60), [edited(1, 40, 900), edited(1, 60, 901)]
    run = Run(port(Turns((1, 1), slot), depth, slots), [*many, *few], 0.1, 0.2, stuck=400)
    assert run.counts["dropped"][0] == len(many) - run.counts["queued"][0] > 3
    assert run.counts["dropped"][1] == 0
    assert run.of(1) == [packet.data for packet in few]
    rest = iter([packet.data for packet in many])
    assert all(data in rest for data in run.of(0)), "what came out is not a part of what went in, in order"


def test_packets_of_a_number_that_is_no_tenant_s_go_nowhere() -> None:
    run = Run(port(Turns((1, 1, 1))), [edited(3, 20, 1), edited(2, 20, 2), edited(255, 20, 3)], 0.0, 0.0)
    assert [packet.tenant for _, packet in run.seen] == [2]
    assert run.counts == {"queued": [0, 0, 1], "dropped": [0, 0, 0], "sent": [0, 0, 1]}


def test_bytes_are_shared_by_weight_whatever_the_packets_sizes() -> None:
    small, large = [edited(0, 64, n) for n in range(100)], [edited(1, 256, 100 + n) for n in range(50)]
    mixed = [each for pair in zip(small[::2], small[1::2], large, strict=True) for each in pair]
    run = Run(port(Turns((1, 2)), 512, 128, width=256, longest=256), mixed, 0.0, 0.1, stuck=700)
    # While both have packets: until the tenant of weight 2 has sent its last, it gets two bytes of three.
    bytes_of = [0, 0]
    for _, packet in run.seen:
        bytes_of[packet.tenant] += len(packet.data)
        if packet.tenant == 1 and bytes_of[1] == 50 * 256:
            break
    share = bytes_of[1] / sum(bytes_of)
    assert abs(share - 2 / 3) < 0.1, bytes_of


def test_packets_leave_without_a_gap_in_shares() -> None:
    run = Run(port(Turns((1, 1)), 256, 64), [edited(n % 2, 64, n) for n in range(24)], 0.0, 0.0, stuck=230)
    begun = [begin for begin, _ in run.seen]
    assert begun == list(range(begun[0], begun[0] + 24 * 8, 8))


PACKETS = st.lists(st.tuples(st.integers(0, 2), st.integers(1, LONGEST), st.integers(0, 40)), min_size=1, max_size=14)


def timed(told: list[tuple[int, int, int]]) -> list[Edited]:
    start, found = 2, []
    for number, (tenant, size, pause) in enumerate(told):
        start += pause
        found.append(edited(tenant, size, number, start))
        start += -(-size // 8)
    return found


@settings(max_examples=20, deadline=None)
@given(told=PACKETS, victim=st.integers(0, 2), pace=st.sampled_from([Pace(32, 0), Pace(100, 4)]), depth=st.sampled_from([16, 64]))
def test_in_slots_of_time_a_tenant_s_packets_leave_to_the_cycle_as_if_it_were_alone(
    told: list[tuple[int, int, int]], victim: int, pace: Pace, depth: int
) -> None:
    beside = timed(told)
    alone = [packet for packet in beside if packet.tenant == victim]
    slot = pace.cycles(LONGEST) + 2
    runs = [Run(port(Turns((1, 2, 1), slot), depth, pace=pace), sent, 0.0, 0.0, cycles=900) for sent in (alone, beside)]
    assert runs[0].times(victim) == runs[1].times(victim)
    for name in ("queued", "dropped", "sent"):
        assert runs[0].counts[name][victim] == runs[1].counts[name][victim]


def test_in_shares_a_tenant_s_packets_wait_for_others() -> None:
    """What the test before this one says of slots is not so of shares: it can fail."""
    beside = [edited(n % 2, LONGEST, n) for n in range(10)]
    runs = [
        Run(port(Turns((1, 1)), 128), [each for each in sent if each.tenant in (0, who)], 0, 0) for who, sent in ((0, beside), (1, beside))
    ]
    assert [begun - runs[0].seen[0][0] for begun, _ in runs[0].times(0)] != [begun - runs[1].seen[0][0] for begun, _ in runs[1].times(0)]


def test_in_slots_of_time_packets_begin_at_the_port_s_pace() -> None:
    pace = Pace(100, 4)
    run = Run(port(Turns((1,), 200), 64, pace=pace, longest=LONGEST), [edited(0, 40, n) for n in range(6)], 0.0, 0.0)
    paces = [b - a for a, b in zip(run.begun, run.begun[1:], strict=False)]
    # Beginnings are as far from each other as a packet takes, but where the slot has no room for another.
    assert pace.cycles(40) == 18
    assert paces == [18] * 5


def test_the_longest_packet_fits_in_a_slot_that_is_just_long_enough() -> None:
    pace = Pace(32, 24)
    most = pace.cycles(LONGEST)
    run = Run(port(Turns((1, 1), most + 2), pace=pace), [edited(n % 2, LONGEST, n) for n in range(8)], 0.0, 0.0)
    assert len(run.seen) == 8
    with pytest.raises(ValueError, match=rf"^a packet may take {most} cycles, and a slot of {most + 1} has room for {most - 1}$"):
        Run(port(Turns((1, 1), most + 1), pace=pace), [], 0.0, 0.0)


@pytest.mark.parametrize(("slot", "cycles"), [(None, 4), (60, 3)])
def test_a_packet_leaves_its_own_beats_and_some_cycles_after_it_came(slot: int | None, cycles: int) -> None:
    run = Run(port(Turns((1,), slot)), [edited(0, 40, 1)], 0.0, 0.0)
    # Its first beat comes in cycle 1.
    assert [begun for begun, _ in run.seen] == [1 + 5 + cycles]
