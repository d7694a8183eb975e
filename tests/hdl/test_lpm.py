"""Longest prefixes: the image walked, and the hardware, against a search through every route."""

from __future__ import annotations

import random
from typing import Any

import pytest
from amaranth.sim import Simulator
from hypothesis import given, settings
from hypothesis import strategies as st

from elements.program.program import Table
from hdl.lpm import LongestPrefixMatch, lpm_latency
from hdl.tree_bitmap import build

WIDTH = 32
Route = tuple[int, int, int]


def linear(routes: list[Route], key: int, width: int = WIDTH) -> int | None:
    """The value of the longest prefix that the key has, by looking at all of them."""
    fitting = [(length, value) for prefix, length, value in routes if prefix >> (width - length) == key >> (width - length)]
    return max(fitting)[1] if fitting else None


@st.composite
def tables(draw: st.DrawFn) -> list[Route]:
    """Routes that lie within each other: prefixes of a few addresses, and of their neighbours."""
    roots = draw(st.lists(st.integers(0, (1 << WIDTH) - 1), min_size=1, max_size=4))
    found: dict[tuple[int, int], int] = {}
    for number in range(draw(st.integers(1, 25))):
        length = draw(st.integers(0, WIDTH))
        bits = draw(st.sampled_from(roots)) ^ 1 << draw(st.integers(0, WIDTH - 1))
        found[bits >> (WIDTH - length) << (WIDTH - length) if length else 0, length] = number
    return [(prefix, length, value) for (prefix, length), value in found.items()]


def keys_for(routes: list[Route], chance: random.Random, count: int) -> list[int]:
    """Addresses at both edges of prefixes, just outside, within, and anywhere."""
    keys = []
    for _ in range(count):
        prefix, length, _ = chance.choice(routes)
        span = 1 << (WIDTH - length)
        offset = chance.choice([0, span - 1, span, -1, chance.randrange(span)])
        keys.append(chance.choice([(prefix + offset) % (1 << WIDTH), chance.randrange(1 << WIDTH)]))
    return keys


@settings(max_examples=40, deadline=None, derandomize=True)
@given(first=tables(), second=tables(), seed=st.integers(0, 1 << 30))
def test_a_walk_of_the_image_finds_the_longest_prefix_of_its_own_table(first: list[Route], second: list[Route], seed: int) -> None:
    image = build([Table("routes", "lpm", WIDTH, 8, tuple(first)), Table("routes", "lpm", WIDTH, 8, tuple(second))])
    chance = random.Random(seed)
    for number, routes in enumerate((first, second)):
        for key in keys_for(first + second, chance, 40):
            assert image.lookup(number, key, WIDTH) == linear(routes, key), f"table {number}, key {key:#010x}, seed {seed}"


def some_routes(chance: random.Random, count: int) -> list[Route]:
    found: dict[tuple[int, int], int] = {}
    while len(found) < count:
        length = chance.choice([0, 1, 8, 9, 12, 13, 16, 17, 20, 24, 25, 29, 31, 32])
        bits = chance.randrange(4) << 30 | chance.randrange(1 << 10) << 18 | chance.randrange(1 << 6)
        found[bits >> (WIDTH - length) << (WIDTH - length), length] = chance.randrange(256)
    return [(prefix, length, value) for (prefix, length), value in found.items()]


SHORT: list[Route] = [(0, 0, 3), (0x40000000, 2, 5), (0x0A000000, 8, 7)]
"""No prefix that is longer than what the first memory tells apart."""


@pytest.mark.parametrize(
    "routes",
    [
        {0: some_routes(random.Random(11), 40), 2: some_routes(random.Random(12), 14)},
        {0: SHORT, 2: some_routes(random.Random(13), 14)},
        {2: SHORT},
        {2: some_routes(random.Random(14), 30)},
        {0: [], 2: SHORT},
    ],
    ids=["both are deep", "one is short", "the only one is short", "the only one is deep", "one is empty"],
)
def test_the_hardware_answers_a_key_a_cycle_each_tenant_from_its_own_table(routes: dict[int, list[Route]]) -> None:
    chance = random.Random(11)
    dut = LongestPrefixMatch({tenant: Table("routes", "lpm", WIDTH, 8, tuple(each)) for tenant, each in routes.items()}, 8)
    both = [route for each in routes.values() for route in each]
    # Not all that ask have a table.
    asked = [(chance.choice([0, 0, 2, 2, 1, 3]), key) for key in keys_for(both, chance, 250)]
    answers: list[tuple[int, int]] = []

    async def bench(ctx: Any) -> None:
        for tenant, key in [*asked, *[(0, 0)] * lpm_latency(WIDTH)]:
            ctx.set(dut.tenant, tenant)
            ctx.set(dut.key, key)
            _, _, hit, value = await ctx.tick().sample(dut.hit, dut.value)
            answers.append((int(hit), int(value)))

    simulator = Simulator(dut)
    simulator.add_clock(1e-8)
    simulator.add_testbench(bench)
    simulator.run()
    # What is sampled with the edge that takes key n is the answer to the key that was taken ``latency`` edges before.
    for (tenant, key), (hit, value) in zip(asked, answers[dut.latency :], strict=True):
        wanted = linear(routes.get(tenant, []), key)
        assert (value if hit else None) == wanted, f"tenant {tenant}, key {key:#010x}"
        assert hit or value == 0
