"""The shrinker: what is left fails, and is as small as it says."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import replace

import pytest

from sim.fuzz.case import Case
from sim.fuzz.scenario import Arrival, Volley
from sim.fuzz.shrink import Shrinker, minimise


@pytest.mark.parametrize("seed", range(20))
def test_every_item_that_is_left_is_needed(seed: int) -> None:
    rng = random.Random(seed)
    items = list(range(rng.randint(1, 60)))
    needed = set(rng.sample(items, rng.randint(1, min(5, len(items)))))
    asked: list[list[int]] = []

    def fails(some: list[int]) -> bool:
        asked.append(some)
        return needed <= set(some)

    assert minimise(items, fails) == sorted(needed)
    assert all(asked)
    assert len(asked) < 30 * (len(needed) + 1) + len(items)


def test_what_fails_only_together_with_its_neighbours_stays_in_order() -> None:
    assert minimise("abcdefgh", lambda some: "b" in some and "g" in some and some.index("b") < some.index("g")) == ["b", "g"]


def case(volleys: int, frames: int) -> Case:
    made = (Volley(t, tuple(Arrival(p % 2, bytes((t, p))) for p in range(frames))) for t in range(volleys))
    return Case({name: f"{name} :: Idle;" for name in "abc"}, "", frozenset(), 64, 1, tuple(made))


def without_elements(now: Case) -> Iterator[Case]:
    for name, text in now.tenants.items():
        if " :: " in text:
            yield replace(now, tenants={**now.tenants, name: ""})


def test_packets_go_then_tenants_then_elements() -> None:
    told: list[str] = []

    def fails(now: Case) -> bool:
        frames = [arrival.frame for volley in now.volleys for arrival in volley.arrivals]
        return bytes((3, 1)) in frames and bytes((7, 4)) in frames and "b" in now.tenants

    small = Shrinker(fails, without_elements, 60, told.append).shrink(case(12, 6))
    assert fails(small)
    assert [(v.time, [a.frame for a in v.arrivals]) for v in small.volleys] == [(3, [bytes((3, 1))]), (7, [bytes((7, 4))])]
    assert dict(small.tenants) == {"b": ""}
    assert told[:2] == ["shrunk to 2 packet(s) in 2 volley(s)", "shrunk to 1 tenant(s)"]


def test_the_two_tenants_of_two_runs_stay() -> None:
    pair = replace(case(2, 2), apart=("a", "c"))
    small = Shrinker(lambda now: True, lambda now: iter(()), 60, lambda text: None).shrink(pair)
    assert set(small.tenants) == {"a", "c"}


def test_when_time_is_up_what_there_is_fails() -> None:
    whole = case(3, 2)
    assert Shrinker(lambda now: True, without_elements, -1, lambda text: None).shrink(whole).volleys == whole.volleys
