"""Every rule of the register bus: a trace that breaks it and no other is caught; what is legal is not."""

from __future__ import annotations

from typing import Any

import pytest
from amaranth.sim import Simulator

from hdl.axi_lite_rules import RULES, AxiLiteRules

Cycle = dict[str, int]
IDLE: Cycle = {}


def played(cycles: list[Cycle]) -> list[set[int]]:
    """The rules broken in each cycle; the sticky number must be that of the first. What a cycle does not name is 0."""
    rules = AxiLiteRules(8)
    seen: list[set[int]] = []

    async def bench(ctx: Any) -> None:
        for cycle in cycles:
            for name in rules.signature.members:
                if name not in ("broken", "first"):
                    ctx.set(getattr(rules, name), cycle.get(name, 0))
            broken = ctx.get(rules.broken)
            seen.append({rule for rule in range(16) if broken >> rule & 1})
            await ctx.tick()
        assert ctx.get(rules.first) == next((min(each) for each in seen if each), 0)

    simulator = Simulator(rules)
    simulator.add_clock(1e-8)
    simulator.add_testbench(bench)
    simulator.run()
    return seen


AW, W = {"awvalid": 1, "awready": 1, "awaddr": 8}, {"wvalid": 1, "wready": 1, "wdata": 5, "wstrb": 15}
AR = {"arvalid": 1, "arready": 1, "araddr": 8}
B, R = {"bvalid": 1, "bready": 1}, {"rvalid": 1, "rready": 1, "rdata": 7}
WAIT_B, WAIT_R = {"bvalid": 1}, {"rvalid": 1, "rdata": 7}

BROKEN: list[tuple[str, int, int, list[Cycle]]] = [
    ("an address is taken back", 1, 2, [IDLE, {"awvalid": 1, "awaddr": 8}, IDLE]),
    ("data are taken back", 1, 2, [IDLE, {"wvalid": 1}, IDLE]),
    ("a read is taken back", 1, 2, [IDLE, {"arvalid": 1}, IDLE]),
    ("an address changes", 1, 2, [IDLE, {"awvalid": 1, "awaddr": 8}, {"awvalid": 1, "awaddr": 12}]),
    ("a strobe changes", 1, 2, [IDLE, {"wvalid": 1, "wstrb": 15}, {"wvalid": 1, "wstrb": 7}]),
    ("a read's address changes", 1, 2, [IDLE, {"arvalid": 1, "araddr": 8}, {"arvalid": 1, "araddr": 4}]),
    ("a write's answer falls", 2, 3, [IDLE, AW | W, WAIT_B, IDLE]),
    ("a write's answer changes", 2, 3, [IDLE, AW | W, WAIT_B, B | {"bresp": 2}]),
    ("a read's answer falls", 3, 3, [IDLE, AR, WAIT_R, IDLE]),
    ("a read's data change", 3, 3, [IDLE, AR, WAIT_R, R | {"rdata": 8}]),
    ("a write without an address is answered", 4, 2, [IDLE, W, B]),
    ("a write without data is answered", 4, 2, [IDLE, AW, B]),
    ("a write is answered in its own cycle", 4, 1, [IDLE, AW | W | B]),
    ("a write is answered twice", 4, 3, [IDLE, AW | W, B, B]),
    ("a read that was not asked is answered", 5, 1, [IDLE, R]),
    ("a read is answered twice", 5, 3, [IDLE, AR, R, R]),
    ("a write is answered EXOKAY", 6, 2, [IDLE, AW | W, B | {"bresp": 1}]),
    ("a read is answered DECERR", 6, 2, [IDLE, AR, R | {"rresp": 3}]),
    ("a request at once", 7, 0, [AW]),
    ("a refused read tells something", 8, 2, [IDLE, AR, R | {"rresp": 2}]),
]


@pytest.mark.parametrize(("rule", "at", "cycles"), [pytest.param(*rest, id=what) for what, *rest in BROKEN])
def test_a_broken_rule_is_caught_in_its_cycle_and_no_other_is(rule: int, at: int, cycles: list[Cycle]) -> None:
    expected: list[set[int]] = [set() for _ in cycles]
    expected[at] = {rule}
    assert played(cycles) == expected


def test_every_rule_is_planted() -> None:
    assert {rule for _, rule, _, _ in BROKEN} == set(RULES)


@pytest.mark.parametrize(
    "cycles",
    [
        [IDLE, AW | W, B, AW | W, WAIT_B, B],
        [IDLE, AW, IDLE, W, IDLE, B],
        [IDLE, W, AW, IDLE, WAIT_B, WAIT_B, B | AW, W, B],
        [IDLE, AR, R, AR, WAIT_R, R],
        [IDLE, AR, AR | R, R],
        [IDLE, AR | AW | W, R | B, AR, {"rvalid": 1, "rready": 1, "rresp": 2}],
        [IDLE, AW, AW | W, W | B, B | {"bresp": 2}],
        [IDLE, {"arvalid": 1, "araddr": 4}, {"arvalid": 1, "araddr": 4}, AR | {"araddr": 4}, R],
    ],
)
def test_legal_traffic_breaks_nothing(cycles: list[Cycle]) -> None:
    assert not any(played(cycles))
