"""One value of several: that of the condition which holds, or of the packet's tenant."""

from __future__ import annotations

import random

import pytest

from elements.program.combine import walk
from elements.program.evaluate import Evaluation
from elements.program.values import Value, const, make
from hdl.choose import by_tenant, choose
from hdl.composition import meta

CONDITIONS = [make("hit", 1, (), (n,)) for n in range(6)]
OTHERWISE = const(99, 8)


class _Packet:
    """Of ``tenant``; the condition numbered ``held`` holds and no other."""

    def __init__(self, tenant: int, held: int) -> None:
        self.tenant = tenant
        self.held = held

    def leaf(self, value: Value, operands: tuple[int, ...]) -> int:
        return self.tenant if value is meta("tenant") else int(CONDITIONS.index(value) == self.held)


@pytest.mark.parametrize("seed", range(20))
def test_the_choice_is_that_of_the_condition_that_holds(seed: int) -> None:
    chance = random.Random(seed)
    choices = [(condition, const(chance.randrange(3), 8)) for condition in CONDITIONS[: chance.randint(1, 6)]]
    chosen = choose(choices, OTHERWISE)
    values = Evaluation([chosen])
    for held, (_, value) in enumerate(choices):
        assert values.run(_Packet(0, held))[chosen] == value.constant


def test_no_choice_is_what_is_given_for_it() -> None:
    assert choose([], OTHERWISE) is OTHERWISE


def test_alike_choices_need_no_condition() -> None:
    value = make("load", 8, (), ("data", 0))
    assert choose([(condition, value) for condition in CONDITIONS], OTHERWISE) is value


def test_the_most_frequent_choice_needs_no_condition() -> None:
    often, seldom = const(1, 8), const(2, 8)
    chosen = choose([(condition, seldom if n == 3 else often) for n, condition in enumerate(CONDITIONS)], OTHERWISE)
    assert [value for value in walk([chosen]) if value.op == "hit"] == [CONDITIONS[3]]


@pytest.mark.parametrize("seed", range(20))
def test_a_tenant_gets_its_own(seed: int) -> None:
    chance = random.Random(seed)
    mine = {tenant: const(chance.randrange(3), 8) for tenant in chance.sample(range(256), chance.randint(1, 9))}
    found = by_tenant(mine)
    values = Evaluation([found])
    for tenant, value in mine.items():
        assert values.run(_Packet(tenant, 0))[found] == value.constant


def test_tenants_with_the_same_are_told_apart_by_nothing() -> None:
    value = make("load", 8, (), ("data", 0))
    assert by_tenant(dict.fromkeys(range(8), value)) is value
