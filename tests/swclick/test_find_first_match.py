"""Programs that only send packets where the first of many conditions says are known as that, and others are not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import pytest

from elements.program.combine import any_of
from elements.program.program import Access, Edit, Exit, Program, State
from elements.program.values import FALSE, TRUE, Value, bit_and, bit_not, const, eq, make
from swclick.find_first_match import FEWEST, NOWHERE, _Logic, find_first_match

END = make("length", 16, (), ("data",))
BYTES = [make("load", 8, (), ("data", place)) for place in range(4 * FEWEST)]


def condition(place: int) -> Value:
    return bit_and(eq(BYTES[place], const(place + 1, 8)), eq(BYTES[place + 1], const(0, 8)))


def first_of(conditions: Sequence[Value], ports: Sequence[int | None], last: int | None = None) -> Program:
    """Each condition in its order leads to the port at its place, and what meets none to the last; None is none."""
    whens: dict[int, Value] = {}
    before = FALSE
    for here, port in zip([*conditions, TRUE], [*ports, last], strict=True):
        if port is not None:
            whens[port] = any_of(whens.get(port, FALSE), bit_and(here, bit_not(before)))
        before = any_of(before, here)
    return Program(tuple(Exit(port, when, 0, "keep") for port, when in sorted(whens.items())), (), (), END, (), ())


MANY = [condition(place) for place in range(FEWEST + 5)]
PORTS = [None if place % 3 == 2 else place % 3 for place in range(len(MANY))]


def test_the_ways_of_all_conditions_are_found() -> None:
    found = find_first_match(first_of(MANY, PORTS, last=0))
    assert found is not None
    assert found.conditions == tuple(MANY)
    assert found.ways == tuple(NOWHERE if port is None else port for port in PORTS)
    assert [way.when for way in found.rest.exits] == [TRUE, FALSE]


def test_what_is_met_by_none_may_go_nowhere() -> None:
    found = find_first_match(first_of(MANY, PORTS))
    assert found is not None
    # The last condition is no other's hindrance: it is asked for where none before it is met.
    assert found.conditions == tuple(MANY[: len(found.conditions)])
    assert len(found.conditions) >= len(MANY) - 2


def test_a_condition_that_is_there_twice_counts_once() -> None:
    found = find_first_match(first_of([*MANY, MANY[0]], [*PORTS, 1], last=0))
    assert found is not None
    assert found.conditions == tuple(MANY)


def test_exits_that_do_alike_are_the_first_of_them() -> None:
    program = first_of(MANY, [0, 1] * (len(MANY) // 2) + [0] * (len(MANY) % 2), last=0)
    alike = replace(program, exits=tuple(replace(way, port=0) for way in program.exits))
    found = find_first_match(alike)
    assert found is not None
    assert set(found.ways) == {0}


STATE = State("count", 8)
SENDS = first_of(MANY, PORTS, last=1)
CHANGES = {
    "a byte": replace(SENDS, edits=(Edit("data", 0, const(1, 8)),)),
    "an annotation": replace(SENDS, annotations=(("paint", const(1, 8)),)),
    "its state": replace(SENDS, accesses=(Access(STATE, const(0, 1), TRUE, const(1, 8)),)),
    "the end": replace(SENDS, end=const(9, 16)),
    "where its packet begins": replace(SENDS, exits=tuple(replace(way, shift=14) for way in SENDS.exits)),
    "its network header": replace(SENDS, exits=tuple(replace(way, network=20) for way in SENDS.exits)),
}


@pytest.mark.parametrize("program", CHANGES.values(), ids=CHANGES)
def test_what_changes_something_is_none(program: Program) -> None:
    assert find_first_match(program) is None


def test_numbers_are_no_conditions() -> None:
    """Of what is not one bit, `not` and `or` say nothing of whether it is met."""
    some, all_bits = FALSE, BYTES[0]
    for each in BYTES[: FEWEST + 3]:
        some, all_bits = any_of(some, eq(each, const(1, 8))), all_bits | each
    exits = (Exit(0, some, 0, "keep"), Exit(1, bit_and(bit_not(some), eq(bit_not(all_bits), const(254, 8))), 0, "keep"))
    found = find_first_match(replace(SENDS, exits=exits))
    assert found is None or all(each.width == 1 for each in found.conditions)


def test_hundreds_of_conditions_are_found_by_a_look_at_each_value_that_follows(monkeypatch: pytest.MonkeyPatch) -> None:
    looked = 0
    of = _Logic._of

    def counted(self: _Logic, value: Value, new: Mapping[Value, bool]) -> bool | None:
        nonlocal looked
        looked += 1
        return of(self, value, new)

    monkeypatch.setattr(_Logic, "_of", counted)
    field = make("load", 8, (), ("data", 0))
    wide = [bit_and(eq(field, const(n % 256, 8)), eq(BYTES[1], const(n // 256, 8))) for n in range(300)]
    found = find_first_match(first_of(wide, [n % 2 for n in range(300)], last=1))
    assert found is not None
    assert len(found.conditions) >= 299
    # For each: what is in front of each of those behind it, twice.
    assert looked < 8 * 300 * 300


def test_few_conditions_are_none() -> None:
    assert find_first_match(first_of(MANY[: FEWEST - 1], PORTS[: FEWEST - 1], last=1)) is None
    assert find_first_match(first_of([], [], last=1)) is None


def test_where_it_is_not_known_what_the_first_does_it_is_none() -> None:
    program = first_of(MANY, PORTS, last=1)
    unknown = eq(BYTES[-1], const(1, 8))
    exits = tuple(replace(way, when=bit_and(way.when, unknown)) for way in program.exits)
    assert find_first_match(replace(program, exits=exits)) is None
