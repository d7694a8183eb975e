"""A schedule is legal: operands are there before their users, engines have their latency, a stage has its budget."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from elements.program.combine import walk
from elements.program.program import State, Table
from elements.program.values import Value, const, make
from hdl.composition import Bank, Composition, Engine, StateHome, meta
from hdl.schedule import Schedule, levels, schedule

LATENCY = 14


def composition(seed: list[int], banks: int, engines: int) -> Composition:
    """Values made from each other as ``seed`` chooses; each bank is updated, and each engine asked, with one of them."""
    width = 16
    values: list[Value] = [make("load", 8, (), ("data", n)) for n in range(4)]
    values = [make("zext", width, (value,), ()) for value in values] + [meta("vlan_tci"), const(7, width)]
    asked: list[Engine] = []
    kept: list[Bank] = []
    resources = [*range(banks), *range(-engines, 0)]
    for number, choice in enumerate(seed):
        a, b = values[choice % len(values)], values[(choice // 7) % len(values)]
        op = ("add", "sub", "and", "xor", "mux", "ult", "shr", "mul")[choice % 8]
        if resources and number % 3 == 2:
            resource = resources.pop()
            if resource < 0:
                table = Table("routes", "lpm", width, 8, ())
                asked.append(Engine(-1 - resource, "lpm", width, 8, {0: table}, {0: "a/rt"}, a))
                values.append(make("zext", width, (make("found", 8, (), (-1 - resource,)),), ()))
            else:
                old = make("old", width, (), (resource,))
                home = StateHome("a", f"a/c{resource}", State("count", width), False)
                when, new = make("ult", 1, (b, a), ()), (make("sub", width, (old, a), ()), a)[choice % 2]
                slot = (const(0, 1), make("slice", 1, (b,), (0,)))[choice // 2 % 2]
                kept.append(Bank(resource, width, {(0, 0): home}, when, slot, new))
                values.append(old)
            continue
        if op == "mux":
            values.append(make("mux", width, (make("eq", 1, (a, b), ()), a, values[-1]), ()))
        elif op == "ult":
            values.append(make("zext", width, (make("ult", 1, (a, b), ()),), ()))
        elif op == "mul":
            values.append(make("slice", width, (make("mul", 2 * width, (a, b), ()),), (0,)))
        elif op == "add":
            values.append(make("slice", width, (make("add", width + 1, (a, b), ()),), (0,)))
        elif op == "shr":
            values.append(make("shr", width, (a, make("slice", 4, (b,), (0,))), ()))
        else:
            values.append(make(op, width, (a, b), ()))
    bit = make("slice", 1, (values[-1],), (0,))
    return Composition(
        select=(bit, make("not", 1, (bit,), ())),
        edge=values[-2],
        edits={0: make("slice", 8, (values[-3],), (0,))},
        shifts=(0,),
        shift_index=const(0, 4),
        length=values[-4],
        annotations={},
        banks=tuple(kept),
        engines=tuple(asked),
        growth={0: 0},
        header_bytes=4,
    )


def check(made: Composition, found: Schedule, budget: int) -> None:
    depth: dict[Value, int] = {}
    engines = {engine.number: engine for engine in made.engines}
    banks = {bank.number: bank for bank in made.banks}
    in_banks = {number: {v for v in walk([bank.when, bank.value]) if _rests_on(v, number)} for number, bank in banks.items()}
    for value in walk(made.roots()):
        stage = found.stage[value]
        assert 0 <= stage < found.latency
        for operand in value.operands:
            assert found.stage[operand] <= stage, f"{operand!r} is made after its user {value!r}"
        if value.op in ("hit", "found"):
            assert stage == found.requests[int(value.attributes[0])] + LATENCY
        if value.op == "old":
            assert stage == found.banks[int(value.attributes[0])]
        here = max((depth[operand] for operand in value.operands if found.stage[operand] == stage), default=0)
        depth[value] = here + levels(value)
        inside = any(value in cone for cone in in_banks.values())
        alone = here == 0
        assert depth[value] <= budget or alone or inside or levels(value) == 0, f"{value!r} has {depth[value]} levels in stage {stage}"
    for number, engine in engines.items():
        assert found.stage[engine.key] <= found.requests[number]
    for number, bank in banks.items():
        # Read, updated and written in one stage: what rests on the old value is there, and what else it takes is there before.
        assert all(found.stage[value] == found.banks[number] for value in in_banks[number])
        assert max(found.stage[bank.when], found.stage[bank.slot], found.stage[bank.value]) <= found.banks[number]
        # The memory is asked at the start of its cycle.
        assert found.stage[bank.slot] < found.banks[number] or depth[bank.slot] == 0


def _rests_on(value: Value, bank: int) -> bool:
    return any(v.op == "old" and v.attributes[0] == bank for v in walk([value]))


@settings(max_examples=60, deadline=None, derandomize=True)
@given(
    seed=st.lists(st.integers(0, 10_000), min_size=4, max_size=40),
    banks=st.integers(0, 3),
    engines=st.integers(0, 2),
    budget=st.sampled_from([4, 8, 12]),
)
def test_a_schedule_is_legal(seed: list[int], banks: int, engines: int, budget: int) -> None:
    made = composition(seed, banks, engines)
    check(made, schedule(made, budget, {engine.number: LATENCY for engine in made.engines}), budget)


def state(when: Value, slot: Value, value: Value, shown: Value) -> Composition:
    """One bank with two variables, and ``shown`` for everybody to see."""
    homes = {(0, place): StateHome("a", f"a/c{place}", State("count", 16), False) for place in (0, 1)}
    bank = Bank(0, 16, homes, when, slot, value)
    return Composition((when,), const(0, 16), {}, (0,), const(0, 4), shown, {}, (bank,), (), {0: 0}, 4)


def test_what_is_stored_need_not_rest_on_what_was() -> None:
    old, taken = make("old", 16, (), (0,)), make("ult", 1, (meta("length"), const(9, 16)))
    made = state(taken, const(0, 1), meta("length"), make("xor", 16, (old, meta("length"))))
    found = schedule(made, 8, {})
    check(made, found, 8)
    assert found.stage[old] == found.banks[0]


def test_a_slot_that_is_computed_is_known_before_its_memory_is_asked() -> None:
    old, far = make("old", 16, (), (0,)), make("mul", 32, (meta("length"), meta("edge")))
    slot = make("ult", 1, (far, const(1000, 32)))
    for value in (meta("length"), make("sub", 16, (old, meta("length")))):
        made = state(make("ult", 1, (meta("length"), const(9, 16))), slot, value, old)
        found = schedule(made, 8, {})
        check(made, found, 8)
        assert found.stage[slot] < found.banks[0] == found.stage[old]


def test_a_larger_budget_never_makes_the_pipeline_longer() -> None:
    made = composition(list(range(3, 400, 11)), 2, 1)
    latencies = [schedule(made, budget, {0: LATENCY}).latency for budget in (4, 8, 16, 64)]
    assert latencies == sorted(latencies, reverse=True)
    assert latencies[0] > latencies[-1]


@pytest.mark.parametrize(("op", "width", "expected"), [("and", 32, 1), ("add", 16, 3), ("ult", 32, 4), ("cat", 32, 0), ("mul", 16, 7)])
def test_levels_are_those_of_the_model(op: str, width: int, expected: int) -> None:
    a, b = make("load", 8, (), ("data", 0)), make("load", 8, (), ("data", 1))
    wide = [make("zext", width, (value,), ()) for value in (a, b)]
    result = {"add": width + 1, "ult": 1, "cat": 2 * width, "mul": 2 * width}.get(op, width)
    assert levels(make(op, result, tuple(wide), ())) == expected
