"""Every budget that a policy can have binds the cut, and one that cannot be kept ends in what it lacks and which elements weigh most."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import pytest

from graph.diagnostics import ClickError, Location
from graph.policy import MachinePolicy, Quota
from partition.cost import CROSSING_NS, Cost
from partition.plan import Plan, Question
from partition.solve import solve
from tests.partition.cuts import question

WORK = Cost(luts=100, ffs=50, bram_bits=1000, entries=0, ns=10.0)
WHERE = Location(None, "policy.toml", 2, 1)
BETWEEN = " where the other budgets named are kept"


def line(
    *elements: str,
    machine: MachinePolicy | None = None,
    quota: Quota | None = None,
    software: Sequence[str] = (),
    pins: Mapping[str, bool] | None = None,
    costs: Mapping[str, Cost] | None = None,
) -> Question:
    """Tenant a's elements in a line between the operator's own; every packet passes all, and each is `WORK` or what ``costs`` says."""
    names = [element.partition(" ")[0] for element in elements]
    return question(
        " -> ".join(["in :: FromDevice(0)", *elements, "end :: Discard;"]),
        costs={**dict.fromkeys(names, WORK), **(costs or {})},
        rates={(name, 0): 1.0 for name in ("in", *names)},
        machine=machine,
        quotas={"a": quota or Quota()},
        software=dict.fromkeys(software, "it is written for software only"),
        pins=pins,
    )


def hard(plan: Plan) -> str:
    """Which of the tenants' elements are hardware."""
    return " ".join(sorted(name for name in plan.hardware if name.startswith(("a_", "b_"))))


def refusal(asked: Question) -> str:
    """What is said where there is no placement."""
    with pytest.raises(ClickError) as refused:
        solve(asked)
    return str(refused.value)


THREE = ("a_x :: Paint(1)", "a_y :: Paint(2)", "a_z :: Paint(3)")


def test_without_budgets_all_that_can_be_is_hardware() -> None:
    plan = solve(line(*THREE))
    assert (hard(plan), plan.host_ns, plan.luts, plan.ffs, plan.bram_bits) == ("a_x a_y a_z", 0, 300, 150, 3000)


@pytest.mark.parametrize("machine", [MachinePolicy(luts=299), MachinePolicy(ffs=149), MachinePolicy(bram_bits=2999)])
def test_a_machine_that_is_too_small_for_one_of_three_takes_two(machine: MachinePolicy) -> None:
    plan = solve(line(*THREE, machine=machine))
    assert len(hard(plan).split()) == 2
    # The one that is left out stands at an end of the line or within it: two cut edges either way.
    assert plan.host_ns == 10 + 2 * CROSSING_NS


@pytest.mark.parametrize("quota", [Quota(luts=199), Quota(bram_bits=1999)])
def test_a_tenant_s_quota_binds_it_alone(quota: Quota) -> None:
    text = "in :: FromDevice(0) -> a_x :: Paint(1) -> a_y :: Paint(2) -> b_x :: Paint(3) -> b_y :: Paint(4) -> end :: Discard;"
    names = ("a_x", "a_y", "b_x", "b_y")
    plan = solve(question(text, costs=dict.fromkeys(names, WORK), rates={(n, 0): 1.0 for n in ("in", *names)}, quotas={"a": quota}))
    assert len(plan.hardware & {"a_x", "a_y"}) == 1
    assert plan.hardware >= {"b_x", "b_y"}


def test_the_second_alike_element_costs_nothing_again() -> None:
    """Three that are alike fit where one does, and one that differs does not fit beside them."""
    alike = solve(line("a_x :: Paint(1)", "a_y :: Paint(1)", "a_z :: Paint(1)", machine=MachinePolicy(luts=100, ffs=50)))
    assert (hard(alike), alike.luts, alike.ffs) == ("a_x a_y a_z", 100, 50)
    apart = solve(line("a_x :: Paint(1)", "a_y :: Paint(1)", "a_z :: Paint(2)", machine=MachinePolicy(luts=100, ffs=50)))
    assert (hard(apart), apart.luts) == ("a_x a_y", 100)


def test_a_quota_counts_alike_elements_each_as_if_the_tenant_were_alone() -> None:
    plan = solve(line("a_x :: Paint(1)", "a_y :: Paint(1)", quota=Quota(luts=100)))
    assert len(hard(plan).split()) == 1


def test_memory_is_not_shared() -> None:
    plan = solve(line("a_x :: Paint(1)", "a_y :: Paint(1)", machine=MachinePolicy(bram_bits=1999)))
    assert len(hard(plan).split()) == 1


@pytest.mark.parametrize(("ns", "hardware"), [(2 * CROSSING_NS - 1, ""), (2 * CROSSING_NS + 1, "a_y")])
def test_a_crossing_costs_its_time_each_way(ns: float, hardware: str) -> None:
    """Between two elements that are software, one is hardware where that saves more than the way there and back takes."""
    asked = line(*THREE, software=("a_x", "a_z"), costs={"a_y": replace(WORK, ns=ns)})
    plan = solve(asked)
    assert hard(plan) == hardware
    assert plan.crossings == (4 if hardware else 2)
    assert plan.host_ns == (20 + 4 * CROSSING_NS if hardware else 20 + ns + 2 * CROSSING_NS)


def test_host_time_is_kept_within_its_budget_where_pins_alone_would_not() -> None:
    """A pin leaves 30 ns of work to software; what is beside it is free to be software too, which a budget of the machine decides."""
    free = line(*THREE, pins={"a_y": False}, machine=MachinePolicy(host_ns=250))
    assert hard(solve(free)) == "a_x a_z"
    small = line(*THREE, pins={"a_y": False}, machine=MachinePolicy(host_ns=249))
    assert "the machine needs 250 ns of host time a packet offered, 1 ns more than its budget of 249\n" in refusal(small)


def two_ways(machine: MachinePolicy, quotas: dict[str, Quota]) -> Question:
    """Each tenant has two elements and half of the packets. Where one of the four has no room in hardware, it is one of b's: they are the
    faster ones in software."""
    names = ("a_x", "a_y", "b_x", "b_y")
    text = (
        "in :: FromDevice(0) -> to :: PaintSwitch; to [0] -> a_x :: Paint(1) -> a_y :: Paint(2) -> end :: Discard;"
        "to [1] -> b_x :: Paint(3) -> b_y :: Paint(4) -> end;"
    )
    costs = {n: replace(WORK, ns=20.0 if n.startswith("a") else 10.0) for n in names}
    rates = {("in", 0): 1.0, ("to", 0): 0.5, ("to", 1): 0.5, **{(n, 0): 0.5 for n in names}}
    return question(text, costs=costs, rates=rates, machine=machine, quotas=quotas)


def test_a_share_of_the_host_s_time_decides_whose_elements_stay_in_hardware() -> None:
    small = MachinePolicy(luts=300, host_ns=1000)
    plan = solve(two_ways(small, {}))
    assert plan.hardware >= {"a_x", "a_y"}
    assert plan.host_ns == 0.5 * (10 + 2 * CROSSING_NS)
    # 125 ns are what b takes with one element in software: 0.124 of 1000 ns are not enough for it, so it is a's turn.
    plan = solve(two_ways(small, {"b": Quota(cpu_share=0.124)}))
    assert plan.hardware >= {"b_x", "b_y"}
    assert plan.host_ns == 0.5 * (20 + 2 * CROSSING_NS)
    assert solve(two_ways(small, {"b": Quota(cpu_share=0.125)})).hardware >= {"a_x", "a_y"}


def test_a_share_of_a_tenant_s_crossing_packets_decides_whose_elements_stay_in_hardware() -> None:
    small = MachinePolicy(luts=300)
    assert solve(two_ways(small, {"b": Quota(crossing_share=1.0)})).hardware >= {"a_x", "a_y"}
    assert solve(two_ways(small, {"b": Quota(crossing_share=0.99)})).hardware >= {"b_x", "b_y"}


def test_a_packet_that_crosses_to_the_host_twice_counts_twice_and_its_ways_back_do_not() -> None:
    asked = line(*THREE, software=("a_x", "a_z"), pins={"a_y": True}, quota=Quota(crossing_share=1.0))
    assert (
        "policy.toml:10:1: error: a share of 2 of a's packets must cross to the host, 1 more than its crossing_share of 1\n"
        "  raise crossing_share, or let hardware do what most packets cross for: a_y -> a_z (1), in -> a_x (1)" in refusal(asked)
    )
    # As one stay in software it is one crossing for each packet, which a share of 1 allows, whatever comes back.
    plan = solve(line(*THREE, software=("a_x", "a_z"), quota=Quota(crossing_share=1.0)))
    assert (hard(plan), plan.crossings) == ("", 2)


def test_a_pull_connection_is_not_cut_from_hardware_to_software() -> None:
    """What a queue in hardware holds, software does not pull: with the element behind it the queue goes to software."""
    text = "in :: FromDevice(0) -> a_q :: Queue -> a_x :: Paint(1) -> end :: ToDevice(0);"
    rates = {("in", 0): 1.0, ("a_q", 0): 1.0, ("a_x", 0): 1.0}
    assert hard(solve(question(text, rates=rates))) == "a_q a_x"
    assert hard(solve(question(text, rates=rates, software={"a_x": "no"}))) == ""
    pinned = question(text, rates=rates, software={"a_x": "no"}, pins={"a_q": True})
    assert refusal(pinned) == (
        "error: no placement keeps the pins: software never pulls from hardware, and nothing goes round within hardware\n"
        "  unpin one of: a_q"
    )


def test_nothing_goes_round_within_hardware() -> None:
    text = "in :: FromDevice(0) -> a_x :: PaintSwitch; a_x [0] -> a_y :: Paint(1) -> a_x; a_x [1] -> end :: Discard;"
    rates = {("in", 0): 1.0, ("a_x", 0): 0.25, ("a_y", 0): 0.25, ("a_x", 1): 1.0}
    asked = question(text, costs={"a_x": WORK, "a_y": WORK}, rates=rates)
    assert hard(solve(asked)) == "a_x"
    assert "no placement keeps the pins" in refusal(replace(asked, pins={"a_x": True, "a_y": True}))


ALL = dict.fromkeys(("a_x", "a_y", "a_z"), True)
HEAD = "error: no placement keeps the budgets of the policy\n  each that cannot be kept is named with what it lacks\n"
HARD = "or unpin what must be hardware: a_x ({0}), a_y ({0}), a_z ({0})"
REFUSALS = {
    "LUTs": (
        line(*THREE, pins=ALL, machine=MachinePolicy(luts=299, location=WHERE)),
        "policy.toml:2:1: error: the machine has 300 LUTs that must be hardware, 1 more than its budget of 299\n"
        f"  raise luts, {HARD.format('100 LUTs')}",
    ),
    "flip-flops": (
        line(*THREE, pins=ALL, machine=MachinePolicy(ffs=1, location=WHERE)),
        "policy.toml:2:1: error: the machine has 150 flip-flops that must be hardware, 149 more than its budget of 1\n"
        f"  raise ffs, {HARD.format('50 flip-flops')}",
    ),
    "block memory": (
        line(*THREE, pins=ALL, machine=MachinePolicy(bram_bits=1000, location=WHERE)),
        "policy.toml:2:1: error: the machine has 3000 BRAM bits that must be hardware, 2000 more than its budget of 1000\n"
        f"  raise bram_bits, {HARD.format('1000 BRAM bits')}",
    ),
    "host time": (
        line(*THREE, software=("a_y",), machine=MachinePolicy(host_ns=0, location=WHERE)),
        "policy.toml:2:1: error: the machine needs 250 ns of host time a packet offered, 250 ns more than its budget of 0\n"
        "  raise host_ns, or let hardware do what weighs most: a_x -> a_y (120 ns), a_y -> a_z (120 ns), a_y (10 ns)",
    ),
    "a tenant's LUTs": (
        line(*THREE, pins=ALL, quota=Quota(luts=10)),
        "policy.toml:10:1: error: a has 300 LUTs that must be hardware, 290 more than its quota of 10\n"
        f"  raise luts, {HARD.format('100 LUTs')}",
    ),
    "a tenant's block memory": (
        line(*THREE, pins=ALL, quota=Quota(bram_bits=0)),
        "policy.toml:10:1: error: a has 3000 BRAM bits that must be hardware, 3000 more than its quota of 0\n"
        f"  raise bram_bits, {HARD.format('1000 BRAM bits')}",
    ),
    "a tenant's share of host time": (
        line(*THREE, software=("a_y",), machine=MachinePolicy(host_ns=400), quota=Quota(cpu_share=0.25)),
        "policy.toml:10:1: error: a needs 250 ns of host time a packet offered, 150 ns more than its cpu_share of 0.25, which is 100 ns\n"
        "  raise cpu_share, or let hardware do what weighs most: a_x -> a_y (120 ns), a_y -> a_z (120 ns), a_y (10 ns)",
    ),
    "a tenant's crossings": (
        line(*THREE, software=("a_y",), quota=Quota(crossing_share=0.25)),
        "policy.toml:10:1: error: a share of 1 of a's packets must cross to the host, 0.75 more than its crossing_share of 0.25\n"
        "  raise crossing_share, or let hardware do what most packets cross for: a_x -> a_y (1)",
    ),
}


@pytest.mark.parametrize("kind", list(REFUSALS))
def test_a_budget_that_cannot_be_kept_says_what_it_lacks_and_what_weighs_most(kind: str) -> None:
    asked, wanted = REFUSALS[kind]
    assert refusal(asked) == HEAD + wanted


def test_budgets_that_can_be_kept_alone_and_not_together_are_named_and_no_others() -> None:
    machine = MachinePolicy(luts=299, ffs=200, bram_bits=5000, host_ns=200, location=WHERE)
    assert refusal(line(*THREE, machine=machine, quota=Quota(luts=500, cpu_share=1.0, crossing_share=1.0))) == (
        "error: no placement keeps the budgets of the policy\n"
        "  each of them can be kept alone; those that cannot be kept together are named\n"
        f"policy.toml:2:1: error: the machine has 300 LUTs that must be hardware{BETWEEN}, 1 more than its budget of 299\n"
        "  raise luts, or let software do what weighs most: a_x (100 LUTs), a_y (100 LUTs), a_z (100 LUTs)\n"
        "policy.toml:10:1: error: a needs 250 ns of host time a packet offered"
        f"{BETWEEN}, 50 ns more than its cpu_share of 1, which is 200 ns\n"
        "  raise cpu_share, or let hardware do what weighs most: a_x -> a_y (120 ns), in -> a_x (120 ns), a_x (10 ns)"
    )


def test_elements_that_are_one_piece_of_hardware_are_named_once_and_no_more_than_five_are() -> None:
    elements = [f"a_{number} :: Paint({number // 2})" for number in range(14)]
    names = {f"a_{number}": True for number in range(14)}
    said = refusal(line(*elements, pins=names, machine=MachinePolicy(luts=699)))
    assert "error: the machine has 700 LUTs that must be hardware, 1 more than its budget of 699\n" in said
    assert said.endswith("hardware: " + ", ".join(f"a_{number} and 1 alike (100 LUTs)" for number in (0, 10, 12, 2, 4)))
