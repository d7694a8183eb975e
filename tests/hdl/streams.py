"""Sources and sinks of streams for Amaranth's simulator: parallel scripts, stalls at random, every stream of the block watched."""

from __future__ import annotations

import random
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from amaranth.hdl import Const, Elaboratable
from amaranth.sim import Simulator

from hdl.watch import Watched

Bench = Callable[[Any], Awaitable[None]]
STALLS = ((0.1, 0.1), (0.5, 0.1), (0.1, 0.5), (0.6, 0.6))
"""Shares of cycles in which the source and the sink are away; never none."""


@dataclass(frozen=True)
class Packet:
    """The bytes of a packet, and what its stream says of it (field of the payload to number, or to fields of its own)."""

    data: bytes
    known: tuple[tuple[str, Any], ...] = ()


def simulate(dut: Elaboratable, *benches: Bench, background: Sequence[Bench] = (), watched: bool = True) -> None:
    """Run until every bench has ended; a rule that is broken is an ``AssertionError`` that names stream and rule."""
    simulator = Simulator(Watched(dut) if watched else dut)
    simulator.add_clock(8e-9)
    for bench in benches:
        simulator.add_testbench(bench)
    for bench in background:
        simulator.add_testbench(bench, background=True)
    simulator.run()


def beats(packet: Packet, lanes: int, nested: bool = False) -> Iterator[dict[str, Any]]:
    """The packet's beats, as fields of a payload; ``nested``: data, keep and last are fields of its field ``beat``."""
    for start in range(0, len(packet.data), lanes):
        part = packet.data[start : start + lanes]
        beat = {"data": int.from_bytes(part, "little"), "keep": (1 << len(part)) - 1, "last": int(start + lanes >= len(packet.data))}
        yield ({"beat": beat} if nested else beat) | dict(packet.known)


async def send(ctx: Any, stream: Any, packets: Sequence[Packet], stall: float, seed: int) -> None:
    """Packets as beats; before each the source is away for some cycles."""
    chance = random.Random(seed)
    layout = stream.payload.shape()
    nested = "beat" in layout.members
    lanes = len((stream.payload.beat if nested else stream.payload).keep)
    # Nothing is valid in the first cycle after reset.
    await ctx.tick()
    for packet in packets:
        for beat in beats(packet, lanes, nested):
            while chance.random() < stall:
                await ctx.tick()
            ctx.set(stream.payload, layout.const(beat))
            ctx.set(stream.valid, 1)
            await ctx.tick().until(stream.ready)
            ctx.set(stream.valid, 0)


async def receive(ctx: Any, stream: Any, into: list[Packet], stall: float, seed: int, known: Sequence[str] = ()) -> None:
    """Packets from beats, for ever; of the payload's other fields those in ``known`` are kept, as numbers."""
    chance = random.Random(seed)
    nested = "beat" in stream.payload.shape().members
    lanes = len((stream.payload.beat if nested else stream.payload).keep)
    data = b""
    while True:
        ready = isinstance(stream.ready, Const) or chance.random() >= stall
        if not isinstance(stream.ready, Const):
            ctx.set(stream.ready, ready)
        _, _, valid, payload = await ctx.tick().sample(stream.valid, stream.payload)
        beat = payload.beat if nested else payload
        if valid and ready:
            data += int(beat.data).to_bytes(lanes, "little")[: int(beat.keep).bit_count()]
            if beat.last:
                into.append(Packet(data, tuple((name, number(payload[name])) for name in known)))
                data = b""


def number(value: Any) -> int:
    """A sampled field as a number, whether it has fields of its own or not."""
    return int(value.as_bits()) if hasattr(value, "as_bits") else int(value)


def packed(layout: Any, fields: Mapping[str, Any]) -> int:
    """``fields`` of ``layout`` as one number."""
    return int(layout.const(dict(fields)).as_bits())


def some_data(chance: random.Random, count: int, low: int = 1, high: int = 200) -> list[bytes]:
    """``count`` packets' bytes, of random lengths."""
    return [chance.randbytes(chance.randint(low, high)) for _ in range(count)]


async def wait_for(ctx: Any, done: Callable[[], bool], cycles: int, what: str) -> None:
    """Until ``done``, or fail after ``cycles``."""
    for _ in range(cycles):
        if done():
            return
        await ctx.tick()
    raise AssertionError(f"{what} took more than {cycles} cycles")
