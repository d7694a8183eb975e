"""A crossing between clocks is faster than a line of 1 Gb/s, both ways, and keeps the order."""

from __future__ import annotations

import pytest
from amaranth.sim import Simulator, SimulatorContext

from boards.versa_ecp5.cdc import StreamCrossing

BEATS = 60
LINE_NS = 64
"""What a beat of 64 bits takes on the line."""
CORE, LINE = 16, 8
"""Nanoseconds of a cycle."""


@pytest.mark.parametrize(("source", "target"), [(LINE, CORE), (CORE, LINE)], ids=["received", "sent"])
def test_beats_cross_in_order_and_faster_than_a_line_has_them(source: int, target: int) -> None:
    crossing = StreamCrossing(64, "source", "target")
    simulator = Simulator(crossing)
    simulator.add_clock(source * 1e-9, domain="source")
    simulator.add_clock(target * 1e-9, phase=3e-9, domain="target")
    seen: list[tuple[int, int]] = []

    async def put(context: SimulatorContext) -> None:
        context.set(crossing.sink.valid, 1)
        for number in range(BEATS):
            context.set(crossing.sink.payload.data, number)
            await context.tick("source").until(crossing.sink.ready)
        context.set(crossing.sink.valid, 0)

    async def take(context: SimulatorContext) -> None:
        context.set(crossing.source.ready, 1)
        cycle = 0
        while len(seen) < BEATS:
            cycle += 1
            _, _, valid, data = await context.tick("target").sample(crossing.source.valid, crossing.source.payload.data)
            if valid:
                seen.append((data, cycle * target))

    simulator.add_testbench(put)
    simulator.add_testbench(take)
    simulator.run()
    assert [data for data, _ in seen] == list(range(BEATS))
    # The first fill the crossing, which tells nothing.
    assert (seen[-1][1] - seen[8][1]) / (BEATS - 9) < LINE_NS / 2
