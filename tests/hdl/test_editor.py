"""Edits, moved starts, new lengths and drops, against the same done to bytes; every packet leaves as many cycles after its verdict."""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hdl.editor import Editor
from tests.hdl.streams import Packet, beats, simulate

EGRESSES = 2


@dataclass(frozen=True)
class Shape:
    """What an editor is made for."""

    positions: tuple[int, ...]
    shifts: tuple[int, ...]


USUAL = Shape((-4, -3, -2, -1, 0, 5, 13, 14, 33), (0, -4, 14, 16))
PLAIN = Shape((), (0,))
SHRINKING = Shape((0, 21, 40), (4, 8, 23))
FAR = Shape((*range(-20, 0), 1, 7, 8), (0, -20, -16, -3, 3, 9, 40))
SHAPES = {"usual": USUAL, "plain": PLAIN, "shrinking": SHRINKING, "far": FAR}


@dataclass(frozen=True)
class Case:
    """A frame and its verdict: ``more`` bytes than are left of it are to leave. Nothing comes for ``pause`` cycles more than are needed."""

    frame: bytes
    shift: int
    select: int
    edits: bytes
    more: int = 0
    pause: int = 0

    def length(self, shape: Shape) -> int:
        return max(0, len(self.frame) - shape.shifts[self.shift] + self.more) if len(self.frame) > shape.shifts[self.shift] else 0

    def result(self, shape: Shape) -> bytes:
        before, room = 64, 400
        whole = bytearray(before) + self.frame.ljust(room, b"\0")
        for position, byte in zip(shape.positions, self.edits, strict=True):
            # Nothing is edited behind the end.
            if position < len(self.frame):
                whole[position + before] = byte
        start = shape.shifts[self.shift] + before
        return bytes(whole[start : start + self.length(shape)])


def check(width: int, shape: Shape, cases: list[Case]) -> None:
    dut = Editor(width, shape.positions, shape.shifts, EGRESSES)
    lanes = width // 8
    wanted: list[tuple[int, bytes, tuple[int, ...]]] = []
    seen: list[tuple[int, bytes, tuple[int, ...]]] = []

    async def source(ctx: Any) -> None:
        chance, cycle = random.Random(3), 1
        anything = dut.verdict_shape.from_bits
        await ctx.tick()
        for number, case in enumerate(cases):
            length = case.length(shape)
            fields = {"tenant": number, "select": case.select, "length": length, "shift_index": case.shift, "shim": 1000 + number}
            fields["bytes"] = int.from_bytes(case.edits, "little")
            if case.select:
                wanted.append((cycle + dut.latency, case.result(shape), (number, case.select, length, 1000 + number)))
            coming = list(beats(Packet(case.frame), lanes))
            # Behind a packet that grows is as much room as it grows.
            free = max(0, -(-length // lanes) - len(coming)) + case.pause
            for index in range(len(coming) + free):
                here = index < len(coming)
                ctx.set(dut.verdict_valid, index == 0)
                ctx.set(
                    dut.verdict, dut.verdict_shape.const(fields) if index == 0 else anything(chance.getrandbits(dut.verdict_shape.size))
                )
                ctx.set(dut.body.valid, here)
                ctx.set(dut.body.data, coming[index]["data"] if here else chance.getrandbits(width))
                await ctx.tick()
                cycle += 1
            ctx.set(dut.verdict_valid, 0)
            ctx.set(dut.body.valid, 0)
        for _ in range(dut.latency + 80):
            await ctx.tick()

    async def sink(ctx: Any) -> None:
        cycle, begun, data = 0, 0, b""
        signals = (dut.out.valid, dut.first, dut.empty, dut.out.payload, dut.overrun)
        async for _, _, valid, first, empty, out, overrun in ctx.tick().sample(*signals):
            assert not overrun
            assert not (empty and valid)
            if empty:
                # One without bytes has no beat, and is said to be there.
                seen.append((cycle, b"", (int(out.tenant), int(out.select), int(out.length), int(out.shim))))
            # Gapless, and `first` with the first beat.
            assert valid or not data
            if valid:
                assert bool(first) == (not data)
                begun = cycle if first else begun
                data += int(out.beat.data).to_bytes(lanes, "little")[: int(out.beat.keep).bit_count()]
                if out.beat.last:
                    seen.append((begun, data, (int(out.tenant), int(out.select), int(out.length), int(out.shim))))
                    data = b""
            cycle += 1

    simulate(dut, source, background=[sink])
    assert seen == wanted


def case(shape: Shape, chance: random.Random, low: int, high: int) -> Case:
    size = chance.randint(low, high)
    behind_edits = size > max((*shape.positions, 0))
    more = chance.choice([0, 0, -1, -9, 1, 8, 30]) if behind_edits else chance.choice([0, -1])
    edits = chance.randbytes(len(shape.positions))
    select = chance.choice([0, 1, 2, 3, 3])
    return Case(chance.randbytes(size), chance.randrange(len(shape.shifts)), select, edits, more, chance.choice([0, 0, 0, 1, 4]))


@pytest.mark.parametrize("width", [64, 256])
@pytest.mark.parametrize("shape", SHAPES.values(), ids=SHAPES)
def test_what_leaves_is_the_edited_frame_and_nothing_of_dropped_ones(width: int, shape: Shape) -> None:
    chance = random.Random(width)
    check(width, shape, [case(shape, chance, 1, 90) for _ in range(24)])


@pytest.mark.parametrize("width", [64, 256])
@pytest.mark.parametrize("shape", SHAPES.values(), ids=SHAPES)
def test_frames_of_a_beat_or_two_back_to_back(width: int, shape: Shape) -> None:
    chance = random.Random(width)
    found = [case(shape, chance, 1, width // 8 + 2) for _ in range(30)]
    check(width, shape, [Case(each.frame, each.shift, each.select, each.edits, min(0, each.more)) for each in found])


@pytest.mark.parametrize("shift", range(len(FAR.shifts)))
def test_every_shift_of_every_size(shift: int) -> None:
    chance = random.Random(shift)
    check(64, FAR, [Case(chance.randbytes(size), shift, 1, chance.randbytes(len(FAR.positions))) for size in range(1, 60)])


@settings(max_examples=30, deadline=None)
@given(data=st.data(), shape=st.sampled_from(sorted(SHAPES)), seed=st.integers(0, 1000))
def test_whatever_follows_whatever(data: st.DataObject, shape: str, seed: int) -> None:
    ranges = data.draw(st.lists(st.sampled_from([(1, 8), (1, 20), (30, 60)]), min_size=1, max_size=10))
    chance = random.Random(seed)
    check(64, SHAPES[shape], [case(SHAPES[shape], chance, low, high) for low, high in ranges])


def test_one_that_comes_before_its_room_is_there_is_reported() -> None:
    dut = Editor(64, USUAL.positions, USUAL.shifts, EGRESSES)

    async def source(ctx: Any) -> None:
        overrun = False
        verdict = dut.verdict_shape.const({"select": 1, "length": 12, "shift_index": 1})
        for _ in range(2):
            await ctx.tick()
            ctx.set(dut.verdict, verdict)
            ctx.set(dut.verdict_valid, 1)
            ctx.set(dut.body.valid, 1)
        await ctx.tick()
        ctx.set(dut.verdict_valid, 0)
        ctx.set(dut.body.valid, 0)
        for _ in range(dut.latency + 2):
            await ctx.tick()
            overrun |= bool(ctx.get(dut.overrun))
        assert overrun

    # What comes too early breaks the packet before it: its stream is not watched.
    simulate(dut, source, watched=False)


def test_what_leaves_when_a_slot_begins_is_cut_off_and_reported() -> None:
    dut = Editor(64, USUAL.positions, USUAL.shifts, EGRESSES)
    seen: list[tuple[int, int, int]] = []

    async def source(ctx: Any) -> None:
        await ctx.tick()
        for number in range(12):
            # A packet that says more than it has, and the next slot's, which is of two beats.
            begins = {0: (1, 80), 4: (1, 16)}.get(number)
            ctx.set(dut.verdict, dut.verdict_shape.const({"select": 1, "length": begins[1] if begins else 9, "tenant": number}))
            ctx.set(dut.verdict_valid, begins is not None)
            ctx.set(dut.body.valid, number in (0, 1, 2, 4, 5))
            ctx.set(dut.body.data, 0x0101010101010101 * (number + 1))
            ctx.set(dut.begins, number == 3)
            await ctx.tick()

    async def watch(ctx: Any) -> None:
        cycle = 0
        async for _, _, valid, out, overrun in ctx.tick().sample(dut.out.valid, dut.out.payload, dut.overrun):
            if valid or overrun:
                seen.append((cycle, int(out.tenant) if valid else -1, int(overrun)))
            cycle += 1

    # A packet that is cut off has no last beat: its stream is not watched.
    simulate(dut, source, background=[watch], watched=False)
    begin = 1 + dut.latency
    cut, whole = [(begin + n, 0, int(n == 2)) for n in range(3)], [(begin + n, 4, 0) for n in (4, 5)]
    assert seen == [*cut, *whole]
