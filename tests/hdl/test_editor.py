"""Edits, moved starts, new lengths and drops, against the same done to bytes."""

from __future__ import annotations

import random
from collections.abc import Callable, Sized
from dataclasses import dataclass
from typing import Any

import pytest

from hdl.editor import Editor
from tests.hdl.streams import Packet, receive, send, simulate, wait_for

POSITIONS = (-4, -3, -2, -1, 0, 5, 13, 14, 33)
SHIFTS = (0, -4, 14, 16)


@dataclass(frozen=True)
class Case:
    frame: bytes
    shift: int
    select: int
    edits: bytes

    @property
    def length(self) -> int:
        return len(self.frame) - SHIFTS[self.shift]

    @property
    def result(self) -> bytes:
        whole = bytearray(4) + self.frame.ljust(34, b"\0")
        for position, byte in zip(POSITIONS, self.edits, strict=True):
            whole[position + 4] = byte
        start = SHIFTS[self.shift] + 4
        return bytes(whole[start : start + self.length])


def some_cases(seed: int, count: int) -> list[Case]:
    chance = random.Random(seed)
    return [
        Case(chance.randbytes(chance.randint(17, 90)), chance.randrange(len(SHIFTS)), chance.randrange(4), chance.randbytes(len(POSITIONS)))
        for _ in range(count)
    ]


def longer_than(some: Sized, count: int) -> Callable[[], bool]:
    """Whether there are more than ``count`` of them by now."""
    return lambda: len(some) > count


@pytest.mark.parametrize("width", [64, 256])
@pytest.mark.parametrize(("away", "late"), [(0.1, 3), (0.5, 20)])
def test_what_leaves_is_the_edited_frame_and_nothing_of_dropped_ones(width: int, away: float, late: int) -> None:
    dut = Editor(width, POSITIONS, SHIFTS, 2, body_depth=64, verdict_depth=16)
    cases = some_cases(width + late, 14)
    wanted = [case for case in cases if case.select]
    begun: list[int] = []
    seen: list[Packet] = []

    async def body(ctx: Any) -> None:
        for number, case in enumerate(cases):
            while ctx.get(dut.hold):
                await ctx.tick()
            begun.append(number)
            await send(ctx, dut.body, [Packet(case.frame)], away, seed=number)
        await wait_for(ctx, lambda: len(seen) == len(wanted), 200, "the last frame")

    async def verdicts(ctx: Any) -> None:
        chance = random.Random(late)
        for number, case in enumerate(cases):
            await wait_for(ctx, longer_than(begun, number), 1000, "the frame of a verdict")
            for _ in range(chance.randrange(late)):
                await ctx.tick()
            fields = {"tenant": number, "select": case.select, "length": case.length, "shift_index": case.shift}
            fields |= {"bytes": int.from_bytes(case.edits, "little"), "shim": number}
            ctx.set(dut.verdict, dut.verdict_shape.const(fields))
            ctx.set(dut.verdict_valid, 1)
            await ctx.tick()
            ctx.set(dut.verdict_valid, 0)

    async def sink(ctx: Any) -> None:
        await receive(ctx, dut.out, seen, 0.0, seed=2, known=("tenant", "select", "length", "shim"))

    async def room(ctx: Any) -> None:
        async for _, _, overrun in ctx.tick().sample(dut.overrun):
            assert not overrun

    simulate(dut, body, verdicts, background=[sink, room])
    assert [packet.data for packet in seen] == [case.result for case in wanted]
    told = [(n, case.select, case.length, n) for n, case in enumerate(cases) if case.select]
    assert [tuple(value for _, value in packet.known) for packet in seen] == told
