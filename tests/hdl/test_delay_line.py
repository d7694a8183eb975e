"""What a delay line is given comes out as many cycles later as stages lie between, whatever else shares its memory."""

from __future__ import annotations

import random
from typing import Any

import pytest
from amaranth.hdl import Fragment, Module, Signal
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out

from hdl.delay_line import LONGEST, SHORTEST, DelayLines
from tests.hdl.streams import simulate

LENGTHS = (SHORTEST, SHORTEST + 1, LONGEST, LONGEST + 1, LONGEST + SHORTEST - 1, 2 * LONGEST, 2 * LONGEST + 1, 60)


class _Lines(wiring.Component):
    """Two values, of 5 and 11 bits, that are carried ``length`` stages from stage ``start``."""

    def __init__(self, start: int, length: int) -> None:
        self.start = start
        self.length = length
        super().__init__({"a": In(5), "b": In(11), "late_a": Out(5), "late_b": Out(11)})

    def elaborate(self, platform: object) -> Module:
        m = Module()
        lines = DelayLines(m)
        for source, late in ((self.a, self.late_a), (self.b, self.late_b)):
            target = Signal(len(source), name=f"{source.name}_end", reset_less=True)
            m.d.comb += late.eq(target)
            lines.carry(source, self.start, target, self.start + self.length)
        lines.finish()
        return m


@pytest.mark.parametrize("length", LENGTHS)
def test_a_line_delays_by_the_stages_between(length: int) -> None:
    dut = _Lines(3, length)
    chance = random.Random(length)
    given: list[tuple[int, int]] = []
    seen: list[tuple[int, int]] = []

    async def bench(ctx: Any) -> None:
        for _ in range(3 * length + 40):
            pair = chance.getrandbits(5), chance.getrandbits(11)
            ctx.set(dut.a, pair[0])
            ctx.set(dut.b, pair[1])
            given.append(pair)
            seen.append((ctx.get(dut.late_a), ctx.get(dut.late_b)))
            await ctx.tick()

    simulate(dut, bench)
    assert seen[length:] == given[:-length]


def test_values_between_the_same_stages_share_a_memory_and_lines_of_one_length_an_address() -> None:
    m = Module()
    lines = DelayLines(m)
    for start, end in ((0, 10), (0, 10), (5, 15), (0, 12)):
        lines.carry(Signal(4), start, Signal(4), end)
    lines.finish()
    Fragment.get(m, None)
    assert sorted(m._named_submodules) == ["delay_s0_s10", "delay_s0_s12", "delay_s5_s15"]
    assert sorted(lines._addresses) == [9, 11]
