"""Frames enter whole, known and in order, or are dropped, whole, and counted once."""

from __future__ import annotations

import random
from typing import Any

import pytest

from hdl.identity import Rule
from hdl.ingress import Ingress
from hdl.stream import Beat
from tests.hdl.streams import STALLS, Packet, receive, send, simulate, wait_for

RULES = (Rule(0, 100, None, None), Rule(1, 200, None, None))
COUNTS = ("accepted", "malformed", "overflow", "unknown")
LONGEST = 120


def frame(vlan: int, size: int, chance: random.Random) -> bytes:
    return (bytes(12) + b"\x81\x00" + vlan.to_bytes(2, "big") + chance.randbytes(max(0, size - 16)))[:size]


async def count(ctx: Any, dut: Ingress, counts: dict[str, int]) -> None:
    async for _, _, *strobes in ctx.tick().sample(*(getattr(dut, name) for name in COUNTS)):
        assert sum(map(int, strobes)) <= 1
        for name, strobe in zip(COUNTS, strobes, strict=True):
            counts[name] += int(strobe)


def through(
    dut: Ingress, frames: list[bytes], away: float, slow: float, shim: list[bytes] | None = None
) -> tuple[list[Packet], dict[str, int]]:
    seen: list[Packet] = []
    counts = dict.fromkeys(COUNTS, 0)

    async def source(ctx: Any) -> None:
        for number, each in enumerate(frames):
            if shim is not None:
                ctx.set(dut.shim, int.from_bytes(shim[number], "little"))
            await send(ctx, dut.sink, [Packet(each)], away, seed=number)
        for _ in range(4):
            await ctx.tick()
        await wait_for(ctx, lambda: len(seen) == counts["accepted"], 4000, "the last frame")

    async def sink(ctx: Any) -> None:
        await receive(ctx, dut.source, seen, slow, seed=3, known=("meta",))

    async def watch(ctx: Any) -> None:
        await count(ctx, dut, counts)

    simulate(dut, source, background=[sink, watch])
    return seen, counts


@pytest.mark.parametrize(("away", "slow"), STALLS)
@pytest.mark.parametrize("width", [64, 256])
def test_known_frames_pass_and_others_are_counted(width: int, away: float, slow: float) -> None:
    dut = Ingress(width, 1, 512, LONGEST, RULES)
    chance = random.Random(width)
    frames = [frame(chance.choice([100, 200, 300]), chance.choice([13, 14, 17, 18, 63, 64, 65, 100, LONGEST]), chance) for _ in range(16)]
    seen, counts = through(dut, frames, away, slow)
    owned = [each for each in frames if len(each) >= 18 and int.from_bytes(each[14:16], "big") in (100, 200)]
    assert [packet.data for packet in seen] == owned
    layout = dut.source.payload.meta.shape()
    for packet in seen:
        tenant = 0 if packet.data[15] == 100 else 1
        wanted = layout.const({"length": len(packet.data), "tenant": tenant, "port": 1, "device": 1}).as_bits()
        assert dict(packet.known)["meta"] == wanted
    short = sum(len(each) < 14 for each in frames)
    assert counts == {"accepted": len(owned), "malformed": short, "overflow": 0, "unknown": len(frames) - len(owned) - short}


def test_what_does_not_fit_is_dropped_whole_and_what_follows_is_not() -> None:
    dut = Ingress(64, 0, 16, LONGEST, RULES)
    chance = random.Random(5)
    # Enough for the pointers to wrap several times.
    frames = [frame(100, 80, chance) for _ in range(20)]
    seen, counts = through(dut, frames, 0.1, 0.8)
    assert counts["overflow"] > 3
    assert counts["accepted"] == len(seen) == 20 - counts["overflow"] > 3
    rest = iter(frames)
    assert all(packet.data in rest for packet in seen), "what came out is not a subsequence of what went in"


BAD = {
    "too long": [(0xFF, 0)] * 15 + [(0x01, 1)],
    "a hole within": [(0xFF, 0), (0xFF, 0), (0xEF, 0), (0xFF, 1)],
    "a short beat within": [(0xFF, 0), (0xFF, 0), (0x7F, 0), (0xFF, 1)],
    "an empty last beat": [(0xFF, 0), (0xFF, 0), (0xFF, 0), (0, 1)],
    "a hole in the last beat": [(0xFF, 0), (0xFF, 0), (0xFF, 0), (0x05, 1)],
}


@pytest.mark.parametrize("beats", BAD.values(), ids=BAD)
def test_broken_framing_is_dropped_and_the_next_frame_is_not(beats: list[tuple[int, int]]) -> None:
    dut = Ingress(64, 0, 64, LONGEST, RULES)
    good = frame(100, 40, random.Random(1))
    seen: list[Packet] = []
    counts = dict.fromkeys(COUNTS, 0)

    async def source(ctx: Any) -> None:
        data = frame(100, 8 * len(beats), random.Random(2))
        for number, (keep, last) in enumerate(beats):
            await ctx.tick()
            part = int.from_bytes(data[8 * number : 8 * number + 8], "little")
            ctx.set(dut.sink.payload, Beat(64).const({"data": part, "keep": keep, "last": last}))
            ctx.set(dut.sink.valid, 1)
        await ctx.tick()
        ctx.set(dut.sink.valid, 0)
        await send(ctx, dut.sink, [Packet(good)], 0.3, seed=1)
        await wait_for(ctx, lambda: bool(seen), 50, "the good frame")

    async def sink(ctx: Any) -> None:
        await receive(ctx, dut.source, seen, 0.3, seed=3)

    async def watch(ctx: Any) -> None:
        await count(ctx, dut, counts)

    # The source breaks the rules, as no source of this project does, but a port might: so nothing watches it.
    simulate(dut, source, background=[sink, watch], watched=False)
    assert [packet.data for packet in seen] == [good]
    assert counts == {"accepted": 1, "malformed": 1, "overflow": 0, "unknown": 0}


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
    dut = Ingress(64, 2, 64, LONGEST, RULES, host_edges={0: 2, 1: 0})
    cases = [
        (shim(0, 1, 50), 50, "accepted"),
        (shim(0, 2, 33), 50, "accepted"),
        (shim(0, 3, 50), 50, "unknown"),
        (shim(0, 0, 50), 50, "unknown"),
        (shim(1, 1, 50), 50, "unknown"),
        (shim(2, 1, 50), 50, "unknown"),
        (shim(0, 1, 50, version=2), 50, "unknown"),
        (shim(0, 1, 51), 50, "malformed"),
        (shim(0, 1, 0), 50, "malformed"),
        (shim(0, 1, 1), 1, "accepted"),
    ]
    frames = [random.Random(n).randbytes(size) for n, (_, size, _) in enumerate(cases)]
    seen, counts = through(dut, frames, 0.2, 0.3, [each for each, _, _ in cases])
    # Bytes behind the shim's length are padding.
    assert [packet.data for packet in seen] == [frames[0], frames[1][:33], frames[9]]
    assert counts == {name: sum(what == name for _, _, what in cases) for name in COUNTS}
    layout = dut.source.payload.meta.shape()
    told = {"tenant": 0, "port": 2, "from_host": 1, "paint": 9, "dst_ip": 0x0A000001, "vlan_tci": 0x0FFF, "device": 5}
    told |= {"fix_ip_src": 1, "packet_type": 3}
    for packet, edge in zip(seen, (1, 2, 1), strict=True):
        assert dict(packet.known)["meta"] == layout.const({**told, "edge": edge, "length": len(packet.data)}).as_bits()
