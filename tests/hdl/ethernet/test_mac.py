"""Both halves of the media access controller, byte by byte against the standard's numbers."""

from __future__ import annotations

import random
import zlib
from typing import Any

import pytest
from amaranth.hdl import Const, Module, Signal

from hdl.ethernet.crc import INITIAL, RESIDUE, crc32_next, crc32_step
from hdl.ethernet.mac_rx import MacRx
from hdl.ethernet.mac_tx import MacTx
from tests.hdl.ethernet.harness import receive_frames, simulate, some_frames

PREAMBLE = b"\x55" * 7 + b"\xd5"


def fcs(frame: bytes) -> bytes:
    return zlib.crc32(frame).to_bytes(4, "little")


def test_the_check_sequence_is_that_of_zlib() -> None:
    chance = random.Random(3)
    m = Module()
    crc, byte, after = Signal(32), Signal(8), Signal(32)
    m.d.comb += after.eq(crc32_next(crc, byte))

    async def bench(ctx: Any) -> None:
        for _ in range(20):
            frame = chance.randbytes(chance.randint(1, 100))
            register = INITIAL
            for value in frame:
                ctx.set(crc, register)
                ctx.set(byte, value)
                register = ctx.get(after)
            assert register ^ 0xFFFFFFFF == zlib.crc32(frame)
            for value in fcs(frame):
                register = crc32_step(register, value)
            assert register == RESIDUE

    m.d.sync += Signal().eq(Const(1))
    simulate(m, bench)


def line(frame: bytes, errors: tuple[int, ...] = ()) -> list[tuple[int, int, int]]:
    return [(value, 1, number in errors) for number, value in enumerate(frame)]


def receive(signals: list[tuple[int, int, int]], max_frame: int = 1518) -> tuple[list[bytes], list[bytes], dict[str, int]]:
    dut = MacRx(max_frame)
    good: list[bytes] = []
    bad: list[bytes] = []
    events = {"good": 0, "runt": 0, "oversize": 0, "bad_fcs": 0}

    async def drive(ctx: Any) -> None:
        for value, valid, error in [*signals, *[(0, 0, 0)] * 10]:
            ctx.set(dut.gmii, {"data": value, "valid": valid, "error": error})
            _, _, seen = await ctx.tick().sample(dut.events)
            for name in events:
                events[name] += int(seen[name])

    async def collect(ctx: Any) -> None:
        await receive_frames(ctx, dut.source, good, abort=dut.abort, aborted=bad)

    simulate(dut, drive, background=[collect])
    return good, bad, events


GAP = [(0, 0, 0)] * 12


def test_good_frames_come_out_without_their_check_sequence() -> None:
    frames = [*some_frames(8, low=60, high=300), bytes(60), bytes(range(250)) * 6]
    signals = [signal for frame in frames for signal in (*line(PREAMBLE + frame + fcs(frame)), *GAP)]
    good, bad, events = receive(signals)
    assert good == frames
    assert bad == []
    assert events == {"good": len(frames), "runt": 0, "oversize": 0, "bad_fcs": 0}


def test_every_broken_bit_is_found_and_the_next_frame_is_good() -> None:
    chance = random.Random(5)
    good_frame = chance.randbytes(64)
    signals = []
    for _ in range(40):
        sent = bytearray(good_frame + fcs(good_frame))
        sent[chance.randrange(len(sent))] ^= 1 << chance.randrange(8)
        signals += [*line(PREAMBLE + bytes(sent)), *GAP, *line(PREAMBLE + good_frame + fcs(good_frame)), *GAP]
    good, bad, events = receive(signals)
    assert good == [good_frame] * 40
    assert len(bad) == 40
    assert events["bad_fcs"] == 40


def test_an_error_of_the_phy_spoils_the_frame() -> None:
    frame = bytes(range(70))
    sent = PREAMBLE + frame + fcs(frame)
    good, bad, events = receive([*line(sent, errors=(30,)), *GAP, *line(sent), *GAP])
    assert (good, bad) == ([frame], [frame])
    assert events["bad_fcs"] == 1


@pytest.mark.parametrize("length", [1, 3, 4, 5, 20, 59])
def test_a_runt_is_bad_even_with_a_right_check_sequence(length: int) -> None:
    runt, frame = bytes(range(length)), bytes(60)
    good, bad, events = receive([*line(PREAMBLE + runt + fcs(runt)), *GAP, *line(PREAMBLE + frame + fcs(frame)), *GAP])
    assert good == [frame]
    assert bad == [runt]
    assert events == {"good": 1, "runt": 1, "oversize": 0, "bad_fcs": 0}


def test_fewer_bytes_than_a_check_sequence_are_an_event_and_no_frame() -> None:
    good, bad, events = receive([*line(PREAMBLE + b"abc"), *GAP])
    assert (good, bad) == ([], [])
    assert events["runt"] == 1


def test_too_long_a_frame_is_cut_and_bad() -> None:
    exact, over = bytes(100), bytes(101)
    good, bad, events = receive([*line(PREAMBLE + over + fcs(over)), *GAP, *line(PREAMBLE + exact + fcs(exact)), *GAP], max_frame=100)
    assert good == [exact]
    assert bad == [exact]
    assert events == {"good": 1, "runt": 0, "oversize": 1, "bad_fcs": 0}


def test_what_does_not_begin_as_a_frame_is_skipped() -> None:
    frame = bytes(60)
    noise = line(b"\x55\x55\x12" + PREAMBLE + frame + fcs(frame))
    good, bad, events = receive([*noise, *GAP, *line(PREAMBLE[4:] + frame + fcs(frame)), *GAP])
    assert (good, bad) == ([frame], [])
    assert sum(events.values()) == 1


def transmit(frames: list[bytes], cycles: int, pauses: dict[int, int] | None = None) -> list[tuple[int, int, int]]:
    """What is on the line; before the byte numbered ``key`` of all, a pause of ``value`` cycles."""
    dut = MacTx()
    seen: list[tuple[int, int, int]] = []

    async def drive(ctx: Any) -> None:
        total = 0
        await ctx.tick()
        for frame in frames:
            for number, value in enumerate(frame):
                await ctx.tick().repeat((pauses or {}).get(total, 0)) if (pauses or {}).get(total) else None
                total += 1
                ctx.set(dut.sink.payload, {"data": value, "keep": 1, "last": number == len(frame) - 1})
                ctx.set(dut.sink.valid, 1)
                await ctx.tick().until(dut.sink.ready)
                ctx.set(dut.sink.valid, 0)

    async def watch(ctx: Any) -> None:
        for _ in range(cycles):
            _, _, gmii = await ctx.tick().sample(dut.gmii)
            seen.append((int(gmii.data), int(gmii.valid), int(gmii.error)))

    simulate(dut, watch, background=[drive])
    return seen


def bursts(seen: list[tuple[int, int, int]]) -> tuple[list[bytes], list[int]]:
    """The frames on the line and the gaps between them."""
    frames: list[bytes] = []
    gaps: list[int] = []
    gap, frame = 0, b""
    for value, valid, _ in seen:
        if valid:
            if not frame and frames:
                gaps.append(gap)
            frame += bytes([value])
            gap = 0
            continue
        if frame:
            frames.append(frame)
        frame, gap = b"", gap + 1
    return frames, gaps


def test_frames_leave_with_preamble_padding_and_check_sequence_and_a_gap_of_twelve() -> None:
    frames = [bytes([1]), *some_frames(6, low=1, high=120), bytes(59), bytes(60), bytes(61), bytes(range(256)) * 5]
    sent, gaps = bursts(transmit(frames, 4000))
    padded = [frame.ljust(60, b"\0") for frame in frames]
    assert sent == [PREAMBLE + frame + fcs(frame) for frame in padded]
    assert gaps == [12] * (len(frames) - 1)


def test_a_frame_that_runs_dry_is_spoiled_and_the_next_is_whole() -> None:
    first, second = bytes(range(100)), bytes(range(100, 180))
    seen = transmit([first, second], 600, pauses={50: 3})
    sent, _ = bursts(seen)
    assert sum(error for _, _, error in seen) == 1
    assert sent[0][8:58] == first[:50]
    assert sent[0][-4:] != fcs(sent[0][8:-4])
    assert sent[1:] == [PREAMBLE + second + fcs(second)]


def test_what_is_sent_is_received() -> None:
    frames = some_frames(5, low=60, high=100)
    good, _, events = receive(transmit(frames, 1200))
    assert good == frames
    assert events["good"] == 5
