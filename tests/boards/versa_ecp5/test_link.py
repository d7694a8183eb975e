"""The sending and receiving chains of the link, behind the MAC."""

from __future__ import annotations

import gc
import zlib
from typing import Any

import pytest
from amaranth.hdl import Module
from amaranth.lib import wiring

from boards.versa_ecp5.link import BOARD, HOST, LinkReceive, LinkSend
from hdl.ethernet.mac_tx import MacTx
from hdl.ethernet.packet_fifo import PacketFifo
from hdl.ethernet.width import BeatsToBytes
from tests.hdl.ethernet.harness import receive_frames, send_frames, simulate, some_frames


@pytest.mark.parametrize("stall", [0.0, 0.6])
def test_short_and_long_frames_leave_whole_behind_the_addresses(stall: float) -> None:
    m = Module()
    m.submodules.memory = memory = PacketFifo(64, 32, drop=False)
    m.submodules.spread = spread = BeatsToBytes(64)
    m.submodules.link = link = LinkSend()
    m.submodules.mac = mac = MacTx()
    wiring.connect(m, memory.source, spread.sink)
    wiring.connect(m, spread.source, link.sink)
    wiring.connect(m, link.source, mac.sink)
    frames = [bytes(range(1, 1 + size)) for size in (16, 1, 8, 9, 47, 48, 49, 100)]
    line: list[int] = []
    sent: list[bytes] = []

    async def send(ctx: Any) -> None:
        await send_frames(ctx, memory.sink, frames, stall)
        await ctx.tick().repeat(1500)

    async def watch(ctx: Any) -> None:
        async for _, _, gmii in ctx.tick().sample(mac.gmii):
            if gmii.valid:
                line.append(int(gmii.data))
            elif line:
                sent.append(bytes(line))
                line.clear()

    simulate(m, send, background=[watch])
    wanted = [(HOST + BOARD + frame).ljust(60, b"\0") for frame in frames]
    assert [frame[8:-4] for frame in sent] == wanted
    assert [frame[-4:] for frame in sent] == [zlib.crc32(frame).to_bytes(4, "little") for frame in wanted]


def test_addresses_come_off_and_strangers_end_with_an_abort() -> None:
    dut = LinkReceive()
    crossing = [b"\x88\xb5" + frame for frame in some_frames(10)]
    registers = [kind + frame for kind in (b"\x88\xb6", b"\x88\xb7") for frame in some_frames(3)]
    strange = [b"\x08\x00abc", b"\x88\xb4abc", b"\x88\xb8", b"\x89\xb5abc", b"\x00\xb6abc", b"\x88"]
    spoiled = [b"\x88\xb5 with a wrong check sequence"]
    frames = crossing + strange + spoiled + registers
    wrong = len(crossing) + len(strange)
    good: list[bytes] = []
    bad: list[bytes] = []
    refused = 0

    async def send(ctx: Any) -> None:
        await send_frames(ctx, dut.sink, [bytes(12) + frame for frame in frames], abort=dut.abort, bad=[wrong])
        await ctx.tick().repeat(5)

    async def collect(ctx: Any) -> None:
        await receive_frames(ctx, dut.source, good, abort=dut.source_abort, aborted=bad)

    async def count(ctx: Any) -> None:
        nonlocal refused
        async for _, _, one in ctx.tick().sample(dut.refused):
            refused += int(one)

    simulate(dut, send, background=[collect, count])
    assert good == crossing + registers
    assert bad == strange + spoiled
    assert refused == len(strange)


# What was refused is never elaborated, which Amaranth warns of when it is collected.
@pytest.mark.filterwarnings("ignore::amaranth.hdl.UnusedElaboratable")
def test_addresses_have_six_bytes() -> None:
    with pytest.raises(ValueError, match="a MAC address has six bytes"):
        LinkSend(host=bytes(5))
    gc.collect()
