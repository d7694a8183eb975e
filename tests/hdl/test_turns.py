"""A round of slots follows the weights; a pace says the same in Python and in hardware."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise
from typing import Any

import pytest
from amaranth.hdl import Module, Signal
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out
from hypothesis import given, settings
from hypothesis import strategies as st

from hdl.turns import ROUND, Pace, Turns
from tests.hdl.streams import simulate

WEIGHTS = st.lists(st.integers(1, 1000), min_size=1, max_size=12).map(tuple)


@pytest.mark.parametrize(
    ("weights", "order"),
    [((1,), (0,)), ((5, 5), (0, 1)), ((1, 2), (0, 1, 1)), ((2, 6, 2), (0, 1, 2, 1, 1)), ((1, 1, 2), (0, 1, 2, 2))],
)
def test_a_round_is_as_short_as_the_weights_allow(weights: tuple[int, ...], order: tuple[int, ...]) -> None:
    assert Turns(weights, 100).order == order


@given(weights=WEIGHTS)
def test_everybody_has_a_slot_and_as_many_as_the_weights_say(weights: tuple[int, ...]) -> None:
    order = Turns(weights, 100).order
    count = Counter(order)
    assert set(count) == set(range(len(weights)))
    assert len(order) <= ROUND
    # As near as a round of that length allows: everybody's one slot comes from those who have most.
    for tenant, weight in enumerate(weights):
        exact = weight * len(order) / sum(weights)
        assert exact - len(weights) < count[tenant] < exact * ROUND / (ROUND - len(weights)) + 1 or count[tenant] == 1
        assert all(count[other] <= count[tenant] for other, less in enumerate(weights) if less < weight)


@given(weight=st.integers(1, 20))
def test_slots_of_one_are_spread_over_the_round(weight: int) -> None:
    order = Turns((weight, 1), 100).order * 2
    places = [place for place, tenant in enumerate(order) if tenant == 1]
    assert {b - a for a, b in pairwise(places)} == {weight + 1}


class Cycles(wiring.Component):
    """``cycles`` of ``length`` at a pace, and what is ``charged`` for it in beats of 32 bytes."""

    def __init__(self, pace: Pace) -> None:
        self.pace = pace
        super().__init__({"length": In(16), "cycles": Out(32), "charged": Out(32)})

    def elaborate(self, platform: object) -> Module:
        m = Module()
        m.d.comb += [self.cycles.eq(self.pace.hardware(self.length)), self.charged.eq(self.pace.charged(self.length, 32))]
        m.d.sync += Signal().eq(1)
        return m


@settings(max_examples=15, deadline=None)
@given(
    pace=st.builds(Pace, st.integers(1, 4096), st.integers(0, 64), st.sampled_from([0, 48, 60])),
    lengths=st.lists(st.integers(0, 65535), min_size=1, max_size=9),
)
def test_hardware_paces_as_python_does(pace: Pace, lengths: list[int]) -> None:
    dut = Cycles(pace)

    async def bench(ctx: Any) -> None:
        for length in [*lengths, 65535]:
            ctx.set(dut.length, length)
            assert ctx.get(dut.cycles) == pace.cycles(length)
            assert ctx.get(dut.charged) == pace.charge(length, 32)

    simulate(dut, bench)


@pytest.mark.parametrize(("length", "cycles"), [(1, 1), (8, 1), (9, 2), (64, 8), (65, 9)])
def test_a_beat_a_cycle(length: int, cycles: int) -> None:
    assert Pace(32, 0).cycles(length) == cycles
    assert Pace(32, 24).cycles(length) == cycles + 3


def test_what_a_port_fills_up_takes_as_long_as_what_it_is_filled_up_to() -> None:
    pace = Pace(128, 24, 60)
    assert [pace.cycles(length) for length in (1, 14, 60, 61, 1600)] == [42, 42, 42, 43, 812]
    assert [pace.charge(length, 8) for length in (1, 14, 60, 61)] == [88, 88, 88, 88]


def test_a_common_factor_of_the_weights_makes_no_turn_longer() -> None:
    assert Turns((1000, 2000)) == Turns((1, 2))
