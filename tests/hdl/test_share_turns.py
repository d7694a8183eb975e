"""Bytes are shared by weight whatever the packets' sizes; no turn is lost while somebody waits and there is room."""

from __future__ import annotations

import random
from collections import deque
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hdl.share_turns import QUANTUM, ShareTurns
from tests.hdl.streams import simulate

LONGEST = 1600


class Run:
    """Queues of packets' lengths taken by turns for ``cycles`` cycles: each grant's cycle, tenant and bytes.

    ``arrivals``: by tenant, of the cycle in which a packet is there and its length. ``full``: the share of cycles without room.
    """

    def __init__(self, weights: tuple[int, ...], arrivals: list[list[tuple[int, int]]], cycles: int, full: float = 0.0) -> None:
        dut = ShareTurns(weights)
        self.granted: list[tuple[int, int, int]] = []
        self.lost = 0
        queues = [deque(each) for each in arrivals]

        async def bench(ctx: Any) -> None:
            chance = random.Random(5)
            for cycle in range(cycles):
                waiting = [tenant for tenant, queue in enumerate(queues) if queue and queue[0][0] <= cycle]
                room = chance.random() >= full
                ctx.set(dut.waiting, sum(1 << tenant for tenant in waiting))
                ctx.set(dut.room, room)
                taken = None
                if ctx.get(dut.grant):
                    assert room
                    chosen = ctx.get(dut.chosen)
                    assert chosen in waiting, "a turn for nobody"
                    taken = chosen, queues[chosen].popleft()[1]
                    self.granted.append((cycle, *taken))
                elif waiting and room:
                    self.lost += 1
                await ctx.tick()
                # The length is told in the cycle behind the grant, and in that one alone.
                assert ctx.get(dut.granted) == (taken is not None)
                if taken is not None:
                    assert ctx.get(dut.granted_tenant) == taken[0]
                ctx.set(dut.length, taken[1] if taken else 0xFFFF)

        simulate(dut, bench)
        self.left = [len(queue) for queue in queues]

    def bytes_of(self, tenants: int, first: int = 0, last: int = 10**9) -> list[int]:
        """Granted from cycle ``first`` on, before ``last``."""
        return [sum(size for cycle, owner, size in self.granted if owner == t and first <= cycle < last) for t in range(tenants)]


def always(size: int, count: int = 4000) -> list[tuple[int, int]]:
    return [(0, size)] * count


def mixed(seed: int, low: int, high: int, count: int = 4000) -> list[tuple[int, int]]:
    chance = random.Random(seed)
    return [(0, chance.randint(low, high)) for _ in range(count)]


@pytest.mark.parametrize("full", [0.0, 0.6])
@pytest.mark.parametrize(
    ("weights", "sizes"),
    [
        ((1, 1), ((60, 60), (LONGEST, LONGEST))),
        ((1, 3), ((LONGEST, LONGEST), (60, 60))),
        ((5, 1, 2), ((60, LONGEST), (60, 100), (14, 900))),
    ],
)
def test_bytes_are_shared_by_weight(weights: tuple[int, ...], sizes: tuple[tuple[int, int], ...], full: float) -> None:
    run = Run(weights, [mixed(n, low, high) for n, (low, high) in enumerate(sizes)], 1200, full)
    assert all(run.left)
    taken = run.bytes_of(len(weights))
    rounds = [amount / weight / QUANTUM for amount, weight in zip(taken, weights, strict=True)]
    # What separates two that always wait: a gain, and the packets that were granted before the first one's length was taken off.
    assert max(rounds) - min(rounds) <= 1 + 3 * LONGEST / QUANTUM / min(weights)
    assert min(rounds) > 5


ARRIVALS = st.lists(st.tuples(st.integers(0, 40), st.integers(14, LONGEST)), max_size=12)


@settings(max_examples=40, deadline=None)
@given(
    weights=st.lists(st.integers(1, 1000), min_size=1, max_size=4).map(tuple),
    arrivals=st.lists(ARRIVALS, min_size=4, max_size=4),
    full=st.sampled_from([0.0, 0.5]),
)
def test_whoever_waits_has_a_turn_and_nobody_else(weights: tuple[int, ...], arrivals: list[list[tuple[int, int]]], full: float) -> None:
    queues = []
    for pauses in arrivals[: len(weights)]:
        cycle, queue = 0, list[tuple[int, int]]()
        for pause, size in pauses:
            cycle += pause
            queue.append((cycle, size))
        queues.append(queue)
    run = Run(weights, queues, 900, full)
    assert not any(run.left)


def test_a_turn_that_is_not_used_is_the_next_one_s() -> None:
    run = Run((1000, 1), [[], always(64)], 400)
    assert len(run.granted) == 400
    assert run.lost == 0


def test_who_has_been_away_has_no_credit_saved() -> None:
    run = Run((4, 1), [[(300, 100)] * 500, always(100)], 700)
    before, after = run.bytes_of(2, 0, 300), run.bytes_of(2, 300, 500)
    assert before[0] == 0
    assert before[1] > 25_000
    assert abs(after[0] / sum(after) - 4 / 5) < 0.1


def test_being_away_pays_no_debts() -> None:
    # One whose long packet is there for a moment only, when it has a byte of credit, beside one that is always there.
    run = Run((1, 1), [[(6 * index, 9000) for index in range(300)], always(1000)], 1800)
    sent = run.bytes_of(2)
    assert sent[0] <= sent[1] + 4 * 9000, sent
