"""Slots of time: an owner's packets begin in its own slots, where they fit, and when they do depends on nobody else."""

from __future__ import annotations

import random
from collections import deque
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hdl.time_slots import TimeSlots
from tests.hdl.streams import simulate

CYCLES = 12
MOST = CYCLES - 2
ORDER = (0, 1, 0, 2)


class Run:
    """Queues of packets' costs that are taken in slots: the cycle, tenant and cost of each grant."""

    def __init__(self, arrivals: list[list[tuple[int, int]]], cycles: int, order: tuple[int, ...] = ORDER, away: float = 0.0) -> None:
        tenants = len(arrivals)
        dut = TimeSlots("here", tenants, order, CYCLES, MOST)
        self.granted: list[tuple[int, int, int]] = []
        self.owners: list[int] = []
        queues = [deque(each) for each in arrivals]

        async def bench(ctx: Any) -> None:
            chance, looked, idle_until = random.Random(3), None, 0
            for cycle in range(cycles):
                owner = ctx.get(dut.owner)
                self.owners.append(owner)
                assert owner == order[cycle // CYCLES % len(order)]
                ctx.set(dut.waiting, sum(1 << t for t, queue in enumerate(queues) if queue and queue[0][0] <= cycle))
                # The cost of what was looked at stays; before, it is anything.
                ctx.set(dut.cost, looked[1] if looked else chance.randrange(1, MOST))
                idle = cycle >= idle_until and chance.random() >= away
                ctx.set(dut.idle, idle)
                if ctx.get(dut.grant):
                    assert idle
                    assert looked is not None
                    assert looked[0] == owner, "a packet begins in another's slot"
                    queues[owner].popleft()
                    self.granted.append((cycle, *looked))
                    idle_until = cycle + looked[1]
                    looked = None
                if ctx.get(dut.look):
                    assert ctx.get(dut.waiting) >> owner & 1
                    looked = owner, queues[owner][0][1]
                if cycle % CYCLES == CYCLES - 1:
                    looked = None
                await ctx.tick()

        simulate(dut, bench)
        self.left = [len(queue) for queue in queues]

    def of(self, tenant: int) -> list[tuple[int, int]]:
        return [(cycle, cost) for cycle, owner, cost in self.granted if owner == tenant]


def flow(pauses: list[tuple[int, int]]) -> list[tuple[int, int]]:
    cycle, queue = 0, []
    for pause, cost in pauses:
        cycle += pause
        queue.append((cycle, cost))
    return queue


FLOWS = st.lists(st.tuples(st.integers(0, 30), st.integers(1, MOST)), max_size=12).map(flow)


@settings(max_examples=40, deadline=None)
@given(mine=FLOWS, theirs=FLOWS, others=FLOWS)
def test_a_tenant_s_grants_are_to_the_cycle_the_same_whatever_others_do(
    mine: list[tuple[int, int]], theirs: list[tuple[int, int]], others: list[tuple[int, int]]
) -> None:
    for victim in range(3):
        alone: list[list[tuple[int, int]]] = [[], [], []]
        beside = [theirs, theirs, others]
        alone[victim] = beside[victim] = mine
        assert Run(alone, 400).of(victim) == Run(beside, 400).of(victim)


@settings(max_examples=25, deadline=None)
@given(flows=st.lists(FLOWS, min_size=3, max_size=3), away=st.sampled_from([0.0, 0.3]))
def test_everything_begins_in_its_owner_s_slot_and_ends_in_it(flows: list[list[tuple[int, int]]], away: float) -> None:
    run = Run(flows, 48 * 40, away=away)
    # Where the sender is always there nothing is left.
    assert away or not any(run.left)
    ends = 0
    for cycle, _, cost in run.granted:
        assert cycle >= ends
        ends = cycle + cost
        assert (ends - 1) // CYCLES == cycle // CYCLES, "a packet takes cycles of the next slot"


def test_idle_slots_stay_idle() -> None:
    run = Run([[], [(0, 3)] * 40, []], 48 * 6)
    assert {cycle // CYCLES % 4 for cycle, _, _ in run.granted} == {1}
    # In a slot: looked at in its first cycle, begun in the next; and then one every three cycles.
    assert [cycle % CYCLES for cycle, _, _ in run.granted[:4]] == [1, 4, 7, 1]


def test_what_does_not_fit_waits_for_the_owner_s_next_slot() -> None:
    run = Run([[(0, 6), (0, 6), (0, 2)], [], []], 100)
    assert run.of(0) == [(1, 6), (25, 6), (31, 2)]


def test_the_longest_fits_in_every_slot_of_its_owner() -> None:
    run = Run([[(0, MOST)] * 10, [(0, MOST)] * 10, [(0, MOST)] * 10], 48 * 3)
    assert [(cycle // CYCLES, cycle % CYCLES, tenant) for cycle, tenant, _ in run.granted] == [
        (slot, 1, ORDER[slot % 4]) for slot in range(12)
    ]


def test_short_ones_begin_every_second_cycle() -> None:
    run = Run([[(0, 1)] * 40], 24, order=(0,))
    assert [cycle for cycle, _, _ in run.granted] == [1, 3, 5, 7, 9, 13, 15, 17, 19, 21]


@pytest.mark.parametrize(("cycles", "most"), [(12, 11), (2, 1), (100, 4000)])
def test_a_slot_that_is_too_short_is_refused(cycles: int, most: int) -> None:
    with pytest.raises(ValueError, match=rf"^a packet may take {most} cycles, and a slot of {cycles} has room for {cycles - 2}$"):
        TimeSlots("here", 1, (0,), cycles, most)
