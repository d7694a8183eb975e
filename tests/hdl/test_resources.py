"""What is alike in two tenants stands in one place, in each tenant's own order."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, cast

from elements.definition.element import Element
from elements.program.program import State, Table
from hdl.resources import Share, share


@dataclass
class _Access:
    state: State


@dataclass
class _Program:
    tables: list[Table] = field(default_factory=list)
    accesses: list[_Access] = field(default_factory=list)


class CounterLike:
    """An element with what `share` asks for: a program with its tables and its state."""

    def __init__(self, *resources: State | Table) -> None:
        tables = [r for r in resources if isinstance(r, Table)]
        self.program = _Program(tables, [_Access(r) for r in resources if isinstance(r, State)])

    def trace(self) -> _Program:
        return self.program


class MeterLike(CounterLike):
    """Another class: its state is never the other's."""


def one(name: str, element: CounterLike) -> tuple[str, Element]:
    return name, cast(Any, element)


def count() -> State:
    return State("packets", 48)


def routes() -> Table:
    return Table("routes", "lpm", 32, 8, ())


def users(shares: list[Share]) -> list[dict[int, str]]:
    return [{number: name for number, (name, _) in each.users.items()} for each in shares]


def test_alike_resources_of_two_tenants_share_a_bank_in_order() -> None:
    a = [one("a/c", CounterLike(count())), one("a/rt", CounterLike(routes())), one("a/d", CounterLike(count()))]
    b = [one("b/c", CounterLike(count())), one("b/d", CounterLike(count()))]
    assert users(share({0: a, 1: b})) == [{0: "a/c", 1: "b/c"}, {0: "a/rt"}, {0: "a/d", 1: "b/d"}]


def test_a_tenant_never_has_two_resources_in_one_bank() -> None:
    shares = share({0: [one(f"a/{n}", CounterLike(count())) for n in range(3)], 1: [one("b/0", CounterLike(count()))]})
    assert users(shares) == [{0: "a/0", 1: "b/0"}, {0: "a/1"}, {0: "a/2"}]


def test_other_classes_widths_and_kinds_do_not_share() -> None:
    wide = State("packets", 64)
    a = [one("a/c", CounterLike(count())), one("a/t", CounterLike(routes()))]
    b = [one("b/m", MeterLike(count())), one("b/w", CounterLike(wide)), one("b/t", CounterLike(Table("routes", "lpm", 32, 16, ())))]
    assert all(len(each.users) == 1 for each in share({0: a, 1: b}))


def test_resources_depend_on_earlier_ones_only_whichever_tenant_is_asked() -> None:
    counter, table = CounterLike(count()), CounterLike(routes())
    tenants = {
        0: [one("a/c", counter), one("a/t", table)],
        1: [one("b/t", table), one("b/c", counter)],
        2: [one("c/t", table), one("c/c", counter), one("c/t2", table)],
    }
    shares = share(tenants)
    for number, elements in tenants.items():
        places = [next(i for i, each in enumerate(shares) if each.users.get(number, ("",))[0] == name) for name, _ in elements]
        assert places == sorted(places), f"tenant {number}"
