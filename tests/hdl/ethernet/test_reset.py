"""A reset in the middle of a frame leaves nothing of it: what comes behind it is as if it had never been."""

from __future__ import annotations

from typing import Any

import pytest
from amaranth.hdl import Module, ResetInserter, Signal
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out
from amaranth.sim import Simulator

from hdl.ethernet.mac_rx import MacRx
from hdl.ethernet.mac_tx import MacTx
from hdl.ethernet.packet_fifo import PacketFifo
from hdl.ethernet.width import BeatsToBytes, BytesToBeats
from hdl.stream import beat_stream
from tests.hdl.ethernet.harness import receive_frames, send_frames, some_frames

CUTS = (*range(1, 14), 20, 30, 50, 70, 74, 78, 90, 100, 104)
"""Cycles behind which the reset comes. A frame of 20 bytes through a MAC is then in its preamble, data, padding, check sequence or gap, or
behind; of what goes through the others some has left, some is whole and some is not."""


class BothHalves(wiring.Component):
    """What is sent by a MAC is received by another one; ``abort`` comes with what is."""

    def __init__(self) -> None:
        super().__init__({"sink": In(beat_stream(8)), "source": Out(beat_stream(8)), "abort": Out(1)})

    def elaborate(self, platform: object) -> Module:
        m = Module()
        m.submodules.tx = tx = MacTx()
        m.submodules.rx = rx = MacRx()
        wiring.connect(m, wiring.flipped(self.sink), tx.sink)
        wiring.connect(m, rx.source, wiring.flipped(self.source))
        m.d.comb += [rx.gmii.eq(tx.gmii), self.abort.eq(rx.abort)]
        return m


BLOCKS = {
    "bytes to beats": lambda: BytesToBeats(64),
    "beats to bytes": lambda: BeatsToBytes(64),
    "a memory that waits": lambda: PacketFifo(64, 16, drop=False),
    "a memory that drops": lambda: PacketFifo(64, 16, drop=True),
    "both halves of a MAC": BothHalves,
}


def after_a_reset(dut: Any, cut: int, frames: list[bytes]) -> tuple[list[bytes], list[bytes]]:
    """What comes out, whole and aborted, from a reset on that comes behind cycle ``cut`` of others."""
    reset = Signal()
    simulator = Simulator(ResetInserter(reset)(dut))
    simulator.add_clock(8e-9)
    good: list[bytes] = []
    bad: list[bytes] = []

    async def before(ctx: Any) -> None:
        # Some of what comes out is taken, some waits.
        for cycle in range(cut):
            ctx.set(dut.source.ready, cycle % 3 == 0)
            await ctx.tick()

    async def send(ctx: Any) -> None:
        lanes, others = len(dut.sink.payload.keep), (bytes(20), bytes(61), bytes(200))
        beats = [(other[at : at + lanes], at + lanes >= len(other)) for other in others for at in range(0, len(other), lanes)]
        for _ in range(cut):
            part, last = beats[0]
            ctx.set(dut.sink.payload, {"data": int.from_bytes(part, "little"), "keep": (1 << len(part)) - 1, "last": last})
            ctx.set(dut.sink.valid, 1)
            *_, taken = await ctx.tick().sample(dut.sink.ready)
            beats = beats[taken:] or beats
        ctx.set(dut.sink.valid, 0)
        ctx.set(reset, 1)
        await ctx.tick()
        ctx.set(reset, 0)
        # Of a memory, the first one that comes then is to be forgotten.
        await send_frames(ctx, dut.sink, frames, abort=dut.abort if isinstance(dut, PacketFifo) else None, bad=(0,))

    async def collect(ctx: Any) -> None:
        await ctx.tick().repeat(cut + 1)
        await receive_frames(ctx, dut.source, good, abort=dut.abort if isinstance(dut, BothHalves) else None, aborted=bad)

    simulator.add_testbench(send, background=True)
    simulator.add_testbench(before, background=True)
    simulator.add_testbench(collect, background=True)
    simulator.run_until(1_000 * 8e-9)
    return good, bad


@pytest.mark.parametrize("block", BLOCKS)
def test_what_comes_behind_a_reset_is_whole_and_alone(block: str) -> None:
    frames = some_frames(3, low=60, high=90)
    for cut in CUTS:
        dut = BLOCKS[block]()
        kept = frames[1:] if isinstance(dut, PacketFifo) else frames
        assert after_a_reset(dut, cut, frames) == (kept, []), f"a reset behind cycle {cut}"
