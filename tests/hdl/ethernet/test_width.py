"""Width converters and the packet memory, under stalls on either side."""

from __future__ import annotations

import gc
from itertools import pairwise
from typing import Any

import pytest

from hdl.ethernet.packet_fifo import PacketFifo
from hdl.ethernet.width import BeatsToBytes, BytesToBeats
from tests.hdl.ethernet.harness import receive_frames, send_frames, simulate, some_frames

STALLS = [(0.0, 0.0), (0.4, 0.0), (0.0, 0.6), (0.4, 0.6)]


@pytest.mark.parametrize("stalls", STALLS)
@pytest.mark.parametrize("width", [16, 64, 256])
def test_bytes_become_beats_and_beats_bytes(width: int, stalls: tuple[float, float]) -> None:
    frames = [bytes(n) for n in (1, width // 8 - 1, width // 8, width // 8 + 1)] + some_frames(12, high=90)
    for dut in (BytesToBeats(width), BeatsToBytes(width)):
        seen: list[bytes] = []

        async def send(ctx: Any, dut: Any = dut) -> None:
            await send_frames(ctx, dut.sink, frames, stalls[0])
            await ctx.tick().repeat(400)

        async def collect(ctx: Any, dut: Any = dut, seen: list[bytes] = seen) -> None:
            await receive_frames(ctx, dut.source, seen, stalls[1])

        simulate(dut, send, background=[collect])
        assert seen == frames


def test_lanes_beyond_the_end_are_zero_and_abort_stays_with_its_frame() -> None:
    dut = BytesToBeats(64)
    good: list[bytes] = []
    bad: list[bytes] = []
    frames = some_frames(20, high=40)
    wrong = (3, 4, 11)

    async def send(ctx: Any) -> None:
        await send_frames(ctx, dut.sink, frames, abort=dut.abort, bad=wrong)
        await ctx.tick().repeat(20)

    async def collect(ctx: Any) -> None:
        await receive_frames(ctx, dut.source, good, abort=dut.source_abort, aborted=bad)

    async def lanes(ctx: Any) -> None:
        async for _, _, valid, payload in ctx.tick().sample(dut.source.valid, dut.source.payload):
            if valid:
                assert int(payload.data) >> 8 * int(payload.keep).bit_length() == 0

    simulate(dut, send, background=[collect, lanes])
    assert good == [frame for number, frame in enumerate(frames) if number not in wrong]
    assert bad == [frames[number] for number in wrong]


def without_stalls(width: int, frames: list[bytes]) -> list[int]:
    """How many cycles the output of `BeatsToBytes` is empty in front of each of ``frames`` but the first, where none stalls. The frames
    come one behind another and leave as they came; within one the output is never empty."""
    dut = BeatsToBytes(width)
    seen: list[bytes] = []
    left: list[tuple[int, bool]] = []

    async def send(ctx: Any) -> None:
        await send_frames(ctx, dut.sink, frames)
        await ctx.tick().repeat(80)

    async def collect(ctx: Any) -> None:
        await receive_frames(ctx, dut.source, seen)

    async def gaps(ctx: Any) -> None:
        number = 0
        async for _, _, valid, last in ctx.tick().sample(dut.source.valid, dut.source.payload.last):
            number += 1
            if valid:
                left.append((number, bool(last)))

    simulate(dut, send, background=[collect, gaps])
    assert seen == frames
    empty = [later - before - 1 for (before, _), (later, _) in pairwise(left)]
    ends = [last for _, last in left[:-1]]
    assert not any(cycles for cycles, last in zip(empty, ends, strict=True) if not last)
    return [cycles for cycles, last in zip(empty, ends, strict=True) if last]


def counted(*lengths: int) -> list[bytes]:
    """Frames of so many bytes, each byte another than those beside it, in its frame and in the others."""
    return [bytes((50 * number + place) % 251 for place in range(length)) for number, length in enumerate(lengths)]


def test_beats_become_bytes_without_a_gap() -> None:
    assert without_stalls(64, counted(61, 64)) == [0]


@pytest.mark.parametrize("width", [16, 64])
def test_behind_a_last_beat_of_one_byte_the_output_is_empty_for_a_cycle_and_no_longer(width: int) -> None:
    assert without_stalls(width, counted(65, 1, 66, 64)) == [1, 1, 0]


def through_memory(
    frames: list[bytes], stalls: tuple[float, float], depth: int, drop: bool, bad: tuple[int, ...] = ()
) -> tuple[list[bytes], int]:
    dut = PacketFifo(64, depth, drop=drop)
    seen: list[bytes] = []
    dropped = 0

    async def send(ctx: Any) -> None:
        await send_frames(ctx, dut.sink, frames, stalls[0], abort=dut.abort, bad=bad)
        await ctx.tick().repeat(30 * depth)

    async def collect(ctx: Any) -> None:
        await receive_frames(ctx, dut.source, seen, stalls[1])

    async def count(ctx: Any) -> None:
        nonlocal dropped
        async for _, _, one in ctx.tick().sample(dut.dropped):
            dropped += int(one)

    simulate(dut, send, background=[collect, count])
    return seen, dropped


@pytest.mark.parametrize("stalls", STALLS)
def test_a_memory_keeps_order_and_forgets_what_is_bad(stalls: tuple[float, float]) -> None:
    frames = some_frames(40, high=120)
    bad = (0, 5, 6, 20, 39)
    seen, dropped = through_memory(frames, stalls, 32, False, bad)
    assert seen == [frame for number, frame in enumerate(frames) if number not in bad]
    assert dropped == 0


def test_a_memory_that_may_not_wait_drops_whole_packets() -> None:
    frames = some_frames(60, high=120)
    seen, dropped = through_memory(frames, (0.0, 0.9), 32, True)
    assert len(seen) + dropped == len(frames)
    assert 0 < dropped < len(frames)
    rest = iter(frames)
    assert all(frame in rest for frame in seen), "what came out is not a subsequence of what went in"


@pytest.mark.parametrize("depth", [2, 4])
@pytest.mark.parametrize("drop", [False, True])
@pytest.mark.parametrize("stalls", STALLS)
def test_the_smallest_memories_lose_nothing_but_what_they_have_no_room_for(depth: int, drop: bool, stalls: tuple[float, float]) -> None:
    """Packets of one beat and of as many as there are, some of which are to be forgotten in the cycle in which another one leaves."""
    frames = some_frames(80, seed=depth, low=1, high=8 * depth)
    bad = tuple(range(0, 80, 3))
    kept = [frame for number, frame in enumerate(frames) if number not in bad]
    seen, dropped = through_memory(frames, stalls, depth, drop, bad)
    assert len(seen) + dropped == len(kept)
    rest = iter(kept)
    assert all(frame in rest for frame in seen), "what came out is not a subsequence of what went in"
    assert drop or seen == kept


@pytest.mark.parametrize("drop", [False, True])
def test_a_packet_longer_than_the_memory_is_dropped_and_nothing_else(drop: bool) -> None:
    frames = [bytes(range(40)), bytes(129), bytes(128), bytes(range(50))]
    seen, dropped = through_memory(frames, (0.7, 0.0), 16, drop)
    assert seen == [frames[0], frames[2], frames[3]]
    assert dropped == 1


def test_a_packet_leaves_without_a_gap_and_only_when_it_is_whole() -> None:
    dut = PacketFifo(64, 32, drop=True)
    frame = bytes(range(200))
    out: list[int] = []

    async def send(ctx: Any) -> None:
        ctx.set(dut.source.ready, 1)
        await send_frames(ctx, dut.sink, [frame], 0.8)
        assert out == []
        await ctx.tick().repeat(40)

    async def watch(ctx: Any) -> None:
        number = 0
        async for _, _, valid in ctx.tick().sample(dut.source.valid):
            number += 1
            if valid:
                out.append(number)

    simulate(dut, send, background=[watch])
    assert out == list(range(out[0], out[0] + 25))


# What was refused is never elaborated, which Amaranth warns of when it is collected.
@pytest.mark.filterwarnings("ignore::amaranth.hdl.UnusedElaboratable")
def test_the_depth_is_checked() -> None:
    with pytest.raises(ValueError, match=r"a packet memory has a power of two of beats, at least 2, not 12"):
        PacketFifo(64, 12, drop=True)
    gc.collect()
