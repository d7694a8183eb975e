"""The token has the packet's first bytes and metadata, the body is the packet, and both come in the cycle in which they are due."""

from __future__ import annotations

import random
from itertools import accumulate
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hdl.collector import Collector
from hdl.meta import Meta
from hdl.stream import PacketBeat
from tests.hdl.streams import Packet, beats, simulate

Told = list[tuple[bytes, int]]
"""Packets' bytes, and the cycles for which nothing comes behind each."""


def check(width: int, header_bytes: int, wait: int, told: Told, slots: bool = True) -> None:
    dut = Collector(width, header_bytes, wait, slots=slots)
    lanes, layout = width // 8, PacketBeat(width, Meta())
    sent = [Packet(data, (("meta", {"length": len(data), "tenant": n % 4, "paint": n % 256}),)) for n, (data, _) in enumerate(told)]
    lengths = [-(-len(data) // lanes) for data, _ in told]
    # The first beat is in cycle 1.
    begins = list(accumulate((beat_count + pause for beat_count, (_, pause) in zip(lengths, told, strict=True)), initial=1))
    tokens: dict[int, tuple[bytes, int, int]] = {}
    body: dict[int, bytes] = {}
    delay = dut.beats + wait

    async def source(ctx: Any) -> None:
        chance = random.Random(1)
        await ctx.tick()
        for packet, (_, pause) in zip(sent, told, strict=True):
            for number, beat in enumerate(beats(packet, lanes)):
                ctx.set(dut.sink.payload, layout.const(beat))
                ctx.set(dut.sink.valid, 1)
                ctx.set(dut.first, number == 0)
                await ctx.tick()
            ctx.set(dut.sink.valid, 0)
            # What is not valid can be anything.
            ctx.set(dut.sink.payload, layout.const({"data": chance.getrandbits(width), "last": 1, "meta": {"paint": 77}}))
            ctx.set(dut.first, chance.randrange(2))
            for _ in range(pause):
                await ctx.tick()
        for _ in range(delay + 3):
            await ctx.tick()

    async def watch(ctx: Any) -> None:
        cycle, signals = 0, (dut.token, dut.meta, dut.header, dut.body)
        async for _, _, token, meta, header, beat in ctx.tick().sample(*signals):
            if token:
                tokens[cycle] = int(header).to_bytes(dut.header_bytes, "little"), int(meta.length), int(meta.paint)
            if beat.valid:
                body[cycle] = int(beat.data).to_bytes(lanes, "little")
            cycle += 1

    simulate(dut, source, background=[watch])
    assert tokens == {
        begin + dut.beats: (data[: dut.header_bytes].ljust(dut.header_bytes, b"\0"), len(data), n % 256)
        for n, (begin, (data, _)) in enumerate(zip(begins, told, strict=False))
    }
    assert body == {
        begin + delay + n: data[lanes * n : lanes * (n + 1)].ljust(lanes, b"\0")
        for begin, (data, _) in zip(begins, told, strict=False)
        for n in range(-(-len(data) // lanes))
    }


@pytest.mark.parametrize("wait", [1, 7, 40])
@pytest.mark.parametrize(("width", "header_bytes"), [(64, 1), (64, 34), (64, 64), (256, 34)])
def test_one_token_a_packet_and_every_beat(width: int, header_bytes: int, wait: int) -> None:
    chance = random.Random(header_bytes)
    told = [(chance.randbytes(chance.randint(1, 90)), chance.choice([0, 0, 1, 5])) for _ in range(12)]
    check(width, header_bytes, wait, [*told, (bytes(range(1, 97)), 0), (b"\x01", 0)])


def test_short_packets_see_nothing_of_those_behind_them() -> None:
    for size in (1, 7, 8, 9, 16, 17, 33):
        check(64, 34, 5, [(bytes([0x11 * (n % 15 + 1)]) * size, 0) for n in range(12)])


DATA = st.tuples(st.integers(1, 60), st.integers(0, 255)).map(lambda told: random.Random(told[1]).randbytes(told[0]))


@settings(max_examples=20, deadline=None)
@given(
    told=st.lists(st.tuples(DATA, st.integers(0, 4)), min_size=1, max_size=12),
    header_bytes=st.integers(1, 40),
    wait=st.integers(0, 25),
    slots=st.booleans(),
)
def test_whatever_follows_whatever(told: Told, header_bytes: int, wait: int, slots: bool) -> None:
    check(64, header_bytes, wait, told, slots)


def test_of_what_a_slot_cut_off_the_next_slot_s_beats_are_no_part() -> None:
    dut = Collector(64, 32, 5, slots=True)
    layout = PacketBeat(64, Meta())
    headers: list[bytes] = []
    begins: list[int] = []

    async def source(ctx: Any) -> None:
        await ctx.tick()
        # Two beats of a packet without an end, and a slot's first packet right behind them.
        for number, (data, first) in enumerate([(0x11, 1), (0x22, 0), (0x33, 1), (0x44, 0), (0x55, 0)]):
            ctx.set(
                dut.sink.payload,
                layout.const({"data": data, "keep": 255, "last": number == 4, "meta": {"length": 24 if number > 1 else 40}}),
            )
            ctx.set(dut.sink.valid, 1)
            ctx.set(dut.first, first)
            ctx.set(dut.begins, number == 2)
            await ctx.tick()
        ctx.set(dut.sink.valid, 0)
        ctx.set(dut.first, 0)
        for _ in range(14):
            await ctx.tick()

    async def watch(ctx: Any) -> None:
        cycle = 0
        async for _, _, token, header, begin in ctx.tick().sample(dut.token, dut.header, dut.body_begins):
            if token:
                headers.append(int(header).to_bytes(32, "little"))
            if begin:
                begins.append(cycle)
            cycle += 1

    simulate(dut, source, background=[watch], watched=False)
    assert [header[::8] for header in headers] == [b"\x11\x22\0\0", b"\x33\x44\x55\0"]
    assert begins == [3 + dut.beats + dut.wait]
