"""Which conditions can hold at once, of many."""

import pytest

from elements.logic.terms import Term, Terms
from elements.program.exclusive import both_hold
from elements.program.values import FALSE, Value, bit_or, const, eq, make

BYTE = make("load", 8, (), ("data", 0))
OTHER = make("has", 1, (), ("data", 1))


def switch(count: int) -> list[Value]:
    """The byte has each value from 0 on."""
    return [eq(BYTE, const(value, 8)) for value in range(count)]


def test_two_that_can_hold_at_once_are_named() -> None:
    assert both_hold([]) is None
    assert both_hold([OTHER]) is None
    assert both_hold(switch(200)) is None
    assert both_hold([FALSE, *switch(20)]) is None
    assert both_hold([*switch(20), FALSE, eq(BYTE, const(7, 8))]) == (7, 21)
    assert both_hold([OTHER, FALSE, bit_or(OTHER, eq(BYTE, const(3, 8)))]) == (0, 2)


def test_many_conditions_are_not_compared_in_pairs(monkeypatch: pytest.MonkeyPatch) -> None:
    made = []
    all_of = Terms.all_of

    def counted(terms: Terms, *given: Term) -> Term:
        made.append(given)
        return all_of(terms, *given)

    monkeypatch.setattr(Terms, "all_of", counted)
    assert both_hold(switch(100)) is None
    assert 0 < len(made) <= 200
