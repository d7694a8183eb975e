"""The crossing's shim comes off and goes on at every width, for every length that changes how a frame's end lies in its beat."""

from __future__ import annotations

import random
from typing import Any

import pytest
from amaranth.hdl import Module
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out

from hdl.crossing import ShimPrepend, ShimStrip
from hdl.ingress import Ingress
from hdl.meta import SHIM_BYTES
from hdl.stream import Beat, beat_stream
from sim.malformed import SHIM_KINDS, Wire, beats
from tests.hdl.streams import Packet, receive, send, simulate, some_data, wait_for

WIDTHS = [64, 128, 256, 512]


def sizes(width: int) -> list[int]:
    lanes = width // 8
    return [*range(1, 4), 15, 16, 17, lanes - 1, lanes, lanes + 1, *(2 * lanes + d for d in (-17, -16, -15, -1, 0, 1) if 2 * lanes + d > 0)]


@pytest.mark.parametrize("width", WIDTHS)
def test_the_shim_comes_off_and_short_frames_leave_nothing(width: int) -> None:
    dut = ShimStrip(width)
    chance = random.Random(width)
    bodies = [chance.randbytes(size) for size in sizes(width)]
    shims = some_data(chance, len(bodies), SHIM_BYTES, SHIM_BYTES)
    shorts = [chance.randbytes(size) for size in (1, 8, 15, 16)]
    frames = [shim + body for shim, body in zip(shims, bodies, strict=True)]
    seen: list[Packet] = []
    shim_of: list[bytes] = []
    dropped = 0

    async def source(ctx: Any) -> None:
        mixed = [Packet(frame) for number, frame in enumerate(frames) for frame in ([frame, shorts[number]] if number < 4 else [frame])]
        await send(ctx, dut.sink, mixed, 0.3, seed=1)
        await wait_for(ctx, lambda: len(seen) == len(frames), 20, "the last frame")

    async def sink(ctx: Any) -> None:
        # The host's ingress never pushes back, which is what the block counts on.
        await receive(ctx, dut.source, seen, 0.0, seed=2)

    async def watch(ctx: Any) -> None:
        nonlocal dropped
        inside = False
        async for _, _, valid, last, shim, short in ctx.tick().sample(dut.source.valid, dut.source.payload.last, dut.shim, dut.short):
            dropped += int(short)
            if valid:
                now = int(shim).to_bytes(SHIM_BYTES, "little")
                if inside:
                    assert shim_of[-1] == now
                else:
                    shim_of.append(now)
                inside = not last

    simulate(dut, source, background=[sink, watch])
    assert [packet.data for packet in seen] == bodies
    assert shim_of == shims
    assert dropped == len(shorts)


class HostEntry(wiring.Component):
    """The host's way in, up to where its frames are judged: two tenants, with a crossing each."""

    def __init__(self, width: int) -> None:
        self.width = width
        super().__init__({"sink": In(beat_stream(width)), "malformed": Out(2), "unknown": Out(1), "accepted": Out(1)})

    def elaborate(self, platform: object) -> Module:
        m = Module()
        m.submodules.strip = strip = ShimStrip(self.width)
        m.submodules.ingress = ingress = Ingress(self.width, 2, 512, 300, (), {0: 1, 1: 1}, tenants=2)
        wiring.connect(m, wiring.flipped(self.sink), strip.sink)
        wiring.connect(m, strip.source, ingress.sink)
        m.d.comb += [
            ingress.shim.eq(strip.shim),
            self.malformed.eq(ingress.malformed + strip.short),
            self.unknown.eq(ingress.unknown),
            self.accepted.eq(ingress.accepted),
        ]
        return m


@pytest.mark.parametrize("away", [0.0, 0.4])
@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("kind", list(SHIM_KINDS))
def test_a_malformed_frame_of_the_host_is_counted_once_and_the_next_is_taken(kind: str, width: int, away: float) -> None:
    """Whichever beat is wrong, one of the shim among them, and however its end lies in the last."""
    dut, wire, chance = HostEntry(width), Wire(width, 300, shims=True), random.Random(f"{kind}/{width}")
    counts, sent = {"malformed": 0, "unknown": 0, "accepted": 0}, 24

    async def source(ctx: Any) -> None:
        await ctx.tick()
        for number in range(sent):
            size = chance.choice((1, 7, 8, 9, 16, 17, 24, 40, 48, 63, 64, 65, 112, 200))
            shim = b"\x88\xb5\x01" + bytes((number % 2,)) + b"\x00\x01" + bytes(8) + size.to_bytes(2, "big")
            frame = shim + chance.randbytes(size)
            for value in (*SHIM_KINDS[kind](wire, frame, chance), *beats(wire, frame)):
                while chance.random() < away:
                    await ctx.tick()
                ctx.set(dut.sink.payload, Beat(width).from_bits(value))
                ctx.set(dut.sink.valid, 1)
                await ctx.tick()
                ctx.set(dut.sink.valid, 0)
        await ctx.tick().repeat(20)

    async def watch(ctx: Any) -> None:
        async for _, _, *strobes in ctx.tick().sample(*(getattr(dut, name) for name in counts)):
            for name, strobe in zip(counts, strobes, strict=True):
                counts[name] += int(strobe)

    simulate(dut, source, background=[watch])
    assert counts == {"malformed": sent, "unknown": 0, "accepted": sent}


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize(("away", "slow"), [(0.2, 0.5), (0.6, 0.1)])
def test_the_shim_goes_on(width: int, away: float, slow: float) -> None:
    dut = ShimPrepend(width)
    chance = random.Random(width)
    bodies = [chance.randbytes(size) for size in sizes(width)]
    shims = some_data(chance, len(bodies), SHIM_BYTES, SHIM_BYTES)
    seen: list[Packet] = []

    async def source(ctx: Any) -> None:
        for number, (shim, body) in enumerate(zip(shims, bodies, strict=True)):
            ctx.set(dut.shim, int.from_bytes(shim, "little"))
            await send(ctx, dut.sink, [Packet(body)], away, seed=number)
        await wait_for(ctx, lambda: len(seen) == len(bodies), 80, "the last frame")

    async def sink(ctx: Any) -> None:
        await receive(ctx, dut.source, seen, slow, seed=2)

    simulate(dut, source, background=[sink])
    assert [packet.data for packet in seen] == [shim + body for shim, body in zip(shims, bodies, strict=True)]
