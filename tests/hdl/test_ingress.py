"""Frames enter whole, known and in order, each into its tenant's segment, or are dropped, whole, and counted once."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hdl.identity import Rule
from hdl.ingress import Ingress
from hdl.meta import Meta
from hdl.stream import Beat
from tests.hdl.stores import Reader
from tests.hdl.streams import STALLS, Packet, beats, packed, simulate, wait_for

MAC = bytes.fromhex("020000000a00")
RULES = (Rule(0, 100, None, None), Rule(1, 200, None, None), Rule(2, None, int.from_bytes(MAC, "big"), None))
TENANTS = 3
COUNTS = ("accepted", "malformed", "overflow", "unknown")
LONGEST = 120
META = Meta()
Wire = list[tuple[int, int, int]]
"""A frame beat by beat: data, keep, last."""


def length(note: int) -> int:
    return int(META.from_bits(note).length)


def frame(vlan: int, size: int, chance: random.Random, mac: bytes = bytes(6)) -> bytes:
    return (mac + bytes(6) + b"\x81\x00" + vlan.to_bytes(2, "big") + chance.randbytes(max(0, size - 16)))[:size]


def wire(data: bytes, width: int) -> Wire:
    return [(beat["data"], beat["keep"], beat["last"]) for beat in beats(Packet(data), width // 8)]


def owner(data: bytes) -> int | None:
    """Whose a frame with sound framing is, by what the rules mean."""
    if len(data) >= 14 and data[:6] == MAC:
        return 2
    tagged = len(data) >= 16 and data[12:14] == b"\x81\x00"
    return {100: 0, 200: 1}.get(int.from_bytes(data[14:16], "big") & 0xFFF) if tagged else None


@dataclass(frozen=True)
class Sent:
    """A frame on the wire, what is to be counted for it, and (where that is ``accepted``) whose it is and what is to be stored."""

    wire: Wire
    what: str
    tenant: int | None = None
    data: bytes = b""
    shim: int = 0


def sound(data: bytes, width: int) -> Sent:
    tenant = owner(data)
    what = "malformed" if not 14 <= len(data) <= LONGEST else "unknown" if tenant is None else "accepted"
    return Sent(wire(data, width), what, tenant, data)


class Run:
    """Frames into an ingress, and what is in its store out of it. What comes out is what was sent, but for what was lost to overflow."""

    def __init__(self, dut: Ingress, sent: Sequence[Sent], away: float, slow: float, *, gap: int = 0, stuck: int = 0) -> None:
        self.counts = dict.fromkeys(COUNTS, 0)
        self.reader = Reader(dut.read, dut.width // 8, length, slow, seed=3)
        self.stored: list[int] = []

        async def source(ctx: Any) -> None:
            chance, layout = random.Random(1), Beat(dut.width)
            await ctx.tick()
            for each in sent:
                ctx.set(dut.shim, each.shim)
                for data, keep, last in each.wire:
                    while chance.random() < away:
                        await ctx.tick()
                    ctx.set(dut.sink.payload, layout.const({"data": data, "keep": keep, "last": last}))
                    ctx.set(dut.sink.valid, 1)
                    assert ctx.get(dut.sink.ready)
                    await ctx.tick()
                    ctx.set(dut.sink.valid, 0)
                for _ in range(gap):
                    await ctx.tick()
            for _ in range(6):
                await ctx.tick()
            await wait_for(ctx, lambda: len(self.reader.seen) == self.counts["accepted"], 4000, "the last frame")

        async def look(ctx: Any) -> None:
            for _ in range(stuck):
                await ctx.tick()
            await self.reader.look(ctx)

        async def watch(ctx: Any) -> None:
            within: int | None = None
            signals = (dut.store.put_valid, dut.store.put, *(getattr(dut, name) for name in COUNTS))
            async for _, _, valid, put, *strobes in ctx.tick().sample(*signals):
                for name, strobe in zip(COUNTS, strobes, strict=True):
                    self.counts[name] += int(strobe)
                if not valid:
                    continue
                # What reaches the store is one frame after the other, each with one owner, whatever is on the wire.
                assert bool(put.first) == (within is None)
                assert within in (None, int(put.tenant))
                within = None if put.last else int(put.tenant)
                if put.last and put.good:
                    self.stored.append(int(put.tenant))

        # Sources of this project do not break the rules, but a port might: so nothing watches the stream.
        simulate(dut, source, background=[look, self.reader.get, watch], watched=False)
        for what in ("malformed", "unknown"):
            assert self.counts[what] == sum(each.what == what for each in sent)
        good = [each for each in sent if each.what == "accepted"]
        assert self.counts["accepted"] + self.counts["overflow"] == len(good)
        assert self.stored == [each.tenant for each in good]
        for tenant in range(dut.tenants):
            rest = iter([each.data for each in good if each.tenant == tenant])
            assert all(data in rest for data in self.reader.of(tenant)), "what came out is not a part of what went in, in order"
        for each in self.reader.seen:
            assert len(each.data) == length(each.note)
            assert int(META.from_bits(each.note).tenant) == each.tenant


SIZES = (13, 14, 15, 16, 17, 18, 19, 24, 25, 32, 33, 48, 63, 64, 65, 100, LONGEST, LONGEST + 1)


@pytest.mark.parametrize(("away", "slow"), STALLS)
@pytest.mark.parametrize("width", [64, 128, 256])
def test_known_frames_pass_and_others_are_counted(width: int, away: float, slow: float) -> None:
    dut = Ingress(width, 1, 512, LONGEST, RULES, tenants=TENANTS)
    chance = random.Random(width)
    frames = [frame(chance.choice([100, 200, 300]), chance.choice(SIZES), chance, chance.choice([MAC, bytes(6)])) for _ in range(24)]
    run = Run(dut, [sound(each, width) for each in frames], away, slow)
    assert run.counts["overflow"] == 0
    assert run.counts["accepted"] > 6
    for each in run.reader.seen:
        fields = {"length": len(each.data), "tenant": owner(each.data), "port": 1, "device": 1}
        assert each.note == packed(META, fields)


@pytest.mark.parametrize("width", [64, 128, 256])
def test_the_shortest_frames_pass_back_to_back(width: int) -> None:
    dut = Ingress(width, 0, 64, LONGEST, RULES, tenants=TENANTS)
    chance = random.Random(2)
    frames = [frame(100 + 100 * (n % 2), (14, 15, 16, 17, 18)[n % 5], chance, MAC if n % 3 else bytes(6)) for n in range(30)]
    run = Run(dut, [sound(each, width) for each in frames], 0.0, 0.0)
    assert run.counts["accepted"] == 20 + sum(len(each) >= 16 and each[:6] != MAC for each in frames)


def test_what_does_not_fit_is_dropped_whole_and_what_follows_is_not() -> None:
    dut = Ingress(64, 0, 16, LONGEST, RULES, tenants=TENANTS)
    chance = random.Random(5)
    # Enough for the pointers to wrap several times.
    run = Run(dut, [sound(frame(100, 80, chance), 64) for _ in range(20)], 0.1, 0.8)
    assert run.counts["overflow"] > 3
    assert run.counts["accepted"] > 3


@pytest.mark.parametrize("keep", [0, 1, 255], ids=["of empty beats", "of a byte each", "of full beats"])
def test_a_frame_that_goes_on_round_its_segment_takes_nothing_of_what_waits_there(keep: int) -> None:
    """Beats that keep nothing are never too many bytes, and are put, as long as there is room."""
    dut = Ingress(64, 0, 16, LONGEST, RULES, tenants=TENANTS)
    chance = random.Random(7)
    few = [sound(frame(100, 40, chance), 64) for _ in range(4)]
    begins = wire(frame(100, 16, chance), 64)
    endless = Sent([(*beat[:2], 0) for beat in begins] + [(chance.getrandbits(64), keep, 0)] * (5 * 16) + [(0, 255, 1)], "malformed")
    run = Run(dut, [*few[:2], endless, *few[2:3], endless, few[3]], 0.0, 0.0, stuck=110)
    assert run.counts == {"accepted": 4, "malformed": 2, "overflow": 0, "unknown": 0}
    assert run.reader.of(0) == [each.data for each in few]


def test_who_floods_its_segment_loses_its_own_frames_alone() -> None:
    dut = Ingress(64, 0, 16, LONGEST, RULES, tenants=TENANTS)
    chance = random.Random(6)
    flood, few = [sound(frame(100, 64, chance), 64) for _ in range(12)], [sound(frame(200, 40, chance), 64) for _ in range(3)]
    run = Run(dut, [*flood, *few], 0.0, 0.1, stuck=150)
    assert run.counts == {"accepted": 2 + 3, "malformed": 0, "overflow": 10, "unknown": 0}
    assert run.reader.of(1) == [each.data for each in few]


def test_a_frame_is_stored_with_its_beats_the_held_ones_and_three_cycles() -> None:
    for width, size in ((64, 40), (128, 40), (256, 40), (64, 14)):
        dut = Ingress(width, 0, 64, LONGEST, RULES, tenants=TENANTS)

        async def bench(ctx: Any, dut: Ingress = dut, width: int = width, size: int = size) -> None:
            await ctx.tick()
            each = wire(frame(100, size, random.Random(1), MAC), width)
            for data, keep, last in each:
                ctx.set(dut.sink.payload, Beat(width).const({"data": data, "keep": keep, "last": last}))
                ctx.set(dut.sink.valid, 1)
                await ctx.tick()
            ctx.set(dut.sink.valid, 0)
            cycles = 0
            while not ctx.get(dut.read.waiting):
                await ctx.tick()
                cycles += 1
            assert cycles + 1 == dut.held + 3
            assert dut.held == {64: 1, 128: 0, 256: 0}[width]

        simulate(dut, bench)


BAD = {
    "too long": [(0xFF, 0)] * 15 + [(0x01, 1)],
    "much too long": [(0xFF, 0)] * 40 + [(0xFF, 1)],
    "a hole within": [(0xFF, 0), (0xFF, 0), (0xEF, 0), (0xFF, 1)],
    "a short beat within": [(0xFF, 0), (0xFF, 0), (0x7F, 0), (0xFF, 1)],
    "an empty beat within": [(0xFF, 0), (0, 0), (0xFF, 0), (0xFF, 1)],
    "empty beats before": [(0, 0), (0, 0), (0, 0), (0xFF, 0), (0xFF, 0), (0xFF, 1)],
    "an empty last beat": [(0xFF, 0), (0xFF, 0), (0xFF, 0), (0, 1)],
    "a hole in the last beat": [(0xFF, 0), (0xFF, 0), (0xFF, 0), (0x05, 1)],
    "a hole in the third and last": [(0xFF, 0), (0xFF, 0), (0xF0, 1)],
    "a hole in the second and last": [(0xFF, 0), (0xDF, 1)],
    "nothing": [(0, 1)],
    "a beat": [(0xFF, 1)],
    "a byte": [(0x01, 1)],
    "thirteen bytes": [(0xFF, 0), (0x1F, 1)],
}


@pytest.mark.parametrize("away", [0.0, 0.4])
@pytest.mark.parametrize("keeps", BAD.values(), ids=BAD)
def test_broken_framing_is_dropped_and_the_frames_around_it_are_not(keeps: list[tuple[int, int]], away: float) -> None:
    chance = random.Random(1)
    data = frame(100, 8 * len(keeps), chance, MAC)
    bad = Sent([(beat[0], keep, last) for beat, (keep, last) in zip(wire(data.ljust(8 * len(keeps)), 64), keeps, strict=True)], "malformed")
    good = [sound(frame(vlan, size, chance, mac), 64) for vlan, size, mac in ((200, 14, MAC), (100, 40, bytes(6)), (200, 18, bytes(6)))]
    sent = [good[0], bad, good[1], bad, bad, good[2], bad, good[0]]
    run = Run(Ingress(64, 0, 64, LONGEST, RULES, tenants=TENANTS), sent, away, 0.3)
    assert run.counts == {"accepted": 4, "malformed": 4, "overflow": 0, "unknown": 0}


@st.composite
def broken(draw: st.DrawFn, width: int) -> Sent:
    """A frame whose framing is broken somewhere, and with it what its first bytes seem to say."""
    lanes, every = width // 8, (1 << width // 8) - 1
    chance = random.Random(draw(st.integers(0, 99)))
    keeps = draw(st.lists(st.sampled_from([every, every, every, 0, every >> 1, every & ~2, 1]), max_size=8))
    last = draw(st.sampled_from([every, 0, 5, 1, every >> 1, every << 1 & every]))
    data = frame(draw(st.sampled_from([100, 200, 300])), lanes * (len(keeps) + 1), chance, draw(st.sampled_from([MAC, bytes(6)])))
    found = [
        (int.from_bytes(data[lanes * n : lanes * (n + 1)], "little"), keep, int(n == len(keeps))) for n, keep in enumerate([*keeps, last])
    ]
    if all(keep == every for keep in keeps) and last and not last & (last + 1):
        return sound(data[: lanes * len(keeps) + last.bit_count()], width)
    return Sent(found, "malformed")


@st.composite
def well_formed(draw: st.DrawFn, width: int) -> Sent:
    chance = random.Random(draw(st.integers(0, 99)))
    vlan, mac = draw(st.sampled_from([100, 200, 300])), draw(st.sampled_from([MAC, bytes(6)]))
    return sound(frame(vlan, draw(st.sampled_from(SIZES)), chance, mac), width)


def mixtures(width: int) -> st.SearchStrategy[list[Sent]]:
    return st.lists(st.one_of(well_formed(width), broken(width)), min_size=1, max_size=16)


@pytest.mark.parametrize("width", [64, 128])
@settings(max_examples=20, deadline=None)
@given(data=st.data(), away=st.sampled_from([0.0, 0.0, 0.4]), gap=st.integers(0, 3), depth=st.sampled_from([8, 64]))
def test_whatever_follows_whatever(width: int, data: st.DataObject, away: float, gap: int, depth: int) -> None:
    sent = data.draw(mixtures(width))
    Run(Ingress(width, 0, depth, LONGEST, RULES, tenants=TENANTS), sent, away, 0.3, gap=gap)


def shim(tenant: int, edge: int, length: int, version: int = 1) -> bytes:
    return (
        b"\x88\xb5"
        + bytes((version, tenant))
        + edge.to_bytes(2, "big")
        + bytes((0x75, 9))
        + b"\x0a\0\0\x01\x0f\xff"
        + length.to_bytes(2, "big")
    )


def test_the_host_s_frames_are_who_their_shim_says_where_there_is_such_a_crossing() -> None:
    dut = Ingress(64, 2, 64, LONGEST, RULES, host_edges={0: 2, 1: 0, 3: 1}, tenants=4)
    cases = [
        (shim(0, 1, 50), 50, "accepted"),
        (shim(0, 2, 33), 50, "accepted"),
        (shim(0, 3, 50), 50, "unknown"),
        (shim(0, 0, 50), 50, "unknown"),
        (shim(1, 1, 50), 50, "unknown"),
        (shim(2, 1, 50), 50, "unknown"),
        (shim(3, 1, 50), 50, "accepted"),
        (shim(0, 1, 50, version=2), 50, "unknown"),
        (shim(0, 1, 51), 50, "malformed"),
        (shim(0, 1, 0), 50, "malformed"),
        (shim(0, 1, 1), 1, "accepted"),
    ]
    sent = []
    for number, (each, size, what) in enumerate(cases):
        data = random.Random(number).randbytes(size)
        # Bytes behind the shim's length are padding.
        kept = data[: int.from_bytes(each[14:16], "big")]
        sent.append(Sent(wire(data, 64), what, each[3] if what == "accepted" else None, kept, int.from_bytes(each, "little")))
    run = Run(dut, sent, 0.2, 0.3)
    assert run.counts == {name: sum(what == name for _, _, what in cases) for name in COUNTS}
    told = {"port": 2, "from_host": 1, "paint": 9, "dst_ip": 0x0A000001, "vlan_tci": 0x0FFF, "device": 5, "fix_ip_src": 1, "packet_type": 3}
    notes = [each.note for each in run.reader.seen if each.tenant == 0]
    assert notes == [packed(META, told | {"edge": edge, "length": size}) for edge, size in ((1, 50), (2, 33), (1, 1))]
    assert run.reader.of(0) == [sent[0].data, sent[1].data, sent[10].data]
    assert run.reader.of(3) == [sent[6].data]
