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

CUTS = (1, 3, 7, 8, 9, 12, 40, 61, 64, 70, 90)
"""Cycles in which a frame comes before the reset: within preamble, data, padding, check sequence and gap."""


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
    """What comes out, whole and aborted, behind a reset in cycle ``cut`` of a frame that nobody waits for."""
    reset = Signal()
    simulator = Simulator(ResetInserter(reset)(dut))
    simulator.add_clock(8e-9)
    good: list[bytes] = []
    bad: list[bytes] = []
    begun = Signal()

    async def send(ctx: Any) -> None:
        lanes = len(dut.sink.payload.keep)
        ctx.set(dut.sink.payload, {"data": (1 << 8 * lanes) - 1, "keep": (1 << lanes) - 1, "last": 0})
        ctx.set(dut.sink.valid, 1)
        await ctx.tick().repeat(cut)
        ctx.set(dut.sink.valid, 0)
        ctx.set(reset, 1)
        await ctx.tick()
        ctx.set(reset, 0)
        ctx.set(begun, 1)
        await send_frames(ctx, dut.sink, frames)
        await ctx.tick().repeat(300)

    async def collect(ctx: Any) -> None:
        await ctx.tick().until(begun)
        await receive_frames(ctx, dut.source, good, abort=getattr(dut, "abort", None) if isinstance(dut, BothHalves) else None, aborted=bad)

    simulator.add_testbench(send)
    simulator.add_testbench(collect, background=True)
    simulator.run()
    return good, bad


@pytest.mark.parametrize("block", BLOCKS)
def test_what_comes_behind_a_reset_is_whole_and_alone(block: str) -> None:
    frames = some_frames(3, low=60, high=90)
    for cut in CUTS:
        assert after_a_reset(BLOCKS[block](), cut, frames) == (frames, []), f"a reset in cycle {cut}"
