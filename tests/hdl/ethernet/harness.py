"""Drives a block of bytes or beats in Amaranth's simulator."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from typing import Any

from amaranth.hdl import Elaboratable
from amaranth.sim import Simulator

from hdl.watch import Watched

Frame = tuple[bytes, bool]


def simulate(dut: Elaboratable, *benches: Callable[[Any], Any], background: Sequence[Callable[[Any], Any]] = ()) -> None:
    """Run until every bench has ended; a rule that is broken is an ``AssertionError`` that names stream and rule."""
    simulator = Simulator(Watched(dut))
    simulator.add_clock(8e-9)
    for bench in benches:
        simulator.add_testbench(bench)
    for bench in background:
        simulator.add_testbench(bench, background=True)
    simulator.run()


async def send_frames(
    ctx: Any, stream: Any, frames: Sequence[bytes], stall: float = 0.0, seed: int = 1, abort: Any = None, bad: Sequence[int] = ()
) -> None:
    """Frames as beats; between two beats a pause with probability ``stall``. Those numbered in ``bad`` end with ``abort``."""
    chance = random.Random(seed)
    lanes = len(stream.payload.keep)
    # Nothing is valid in the first cycle after reset.
    await ctx.tick()
    for number, frame in enumerate(frames):
        for start in range(0, len(frame), lanes):
            while chance.random() < stall:
                await ctx.tick()
            part = frame[start : start + lanes]
            last = start + lanes >= len(frame)
            ctx.set(stream.payload.data, int.from_bytes(part, "little"))
            ctx.set(stream.payload.keep, (1 << len(part)) - 1)
            ctx.set(stream.payload.last, last)
            ctx.set(stream.valid, 1)
            if abort is not None:
                ctx.set(abort, last and number in bad)
            await ctx.tick().until(stream.ready)
            ctx.set(stream.valid, 0)


async def receive_frames(
    ctx: Any,
    stream: Any,
    into: list[bytes],
    stall: float = 0.0,
    seed: int = 2,
    cycles: int | None = None,
    abort: Any = None,
    aborted: list[bytes] | None = None,
) -> None:
    """Frames from beats, for ``cycles`` or for ever, and the stream's rules with them; those that end with ``abort`` go to ``aborted``."""
    chance = random.Random(seed)
    lanes = len(stream.payload.keep)
    frame, offered = b"", None
    while cycles is None or cycles > 0:
        if cycles is not None:
            cycles -= 1
        ready = chance.random() >= stall
        ctx.set(stream.ready, ready)
        _, _, valid, payload, wrong = await ctx.tick().sample(stream.valid, stream.payload, stream.valid if abort is None else abort)
        beat = (int(payload.data), int(payload.keep), int(payload.last))
        assert offered is None or (valid and beat == offered), "a beat that was offered changed"
        offered = beat if valid and not ready else None
        if not (valid and ready):
            continue
        kept = beat[1].bit_length()
        assert beat[1] == (1 << kept) - 1 and kept, "keep is not a run from lane 0"
        assert kept == lanes or beat[2], "a beat that is not the last is not full"
        frame += beat[0].to_bytes(lanes, "little")[:kept]
        if beat[2]:
            target = aborted if abort is not None and wrong and aborted is not None else into
            target.append(frame)
            frame = b""


def some_frames(count: int, seed: int = 7, low: int = 1, high: int = 200) -> list[bytes]:
    chance = random.Random(seed)
    return [chance.randbytes(chance.randint(low, high)) for _ in range(count)]
