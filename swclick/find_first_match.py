"""Programs that do nothing but send a packet where the first of many conditions that it meets says, as classifiers and filters do."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

from elements.program.combine import walk
from elements.program.program import Program
from elements.program.substitute import assume
from elements.program.values import FALSE, TRUE, Value, make
from swclick.conjuncts import conjuncts

FEWEST: Final = 12
"""Conditions: of fewer, one after the other is as fast, as a processor learns which is met."""
NOWHERE: Final = -1


@dataclass(frozen=True)
class FirstMatch:
    """``conditions`` (1 bit) in their order; a packet for which the first that is set is the one at a place takes the exit that ``ways``
    has there, a number or `NOWHERE`; ``rest`` says what becomes of one for which none is set."""

    conditions: tuple[Value, ...]
    ways: tuple[int, ...]
    rest: Program


def find_first_match(program: Program) -> FirstMatch | None:
    """Of a program that is exclusive and changes nothing; None of others, and where there are not so many conditions. Exits that do alike
    count as the first of them."""
    unchanged = make("length", program.end.width, (), ("data",))
    if program.edits or program.annotations or program.accesses or program.end is not unchanged:
        return None
    alike = [next(i for i, each in enumerate(program.exits) if replace(each, when=way.when) == way) for way in program.exits]
    whens = [way.when for way in program.exits]
    conditions, ways = list[Value](), list[int]()
    for condition in _candidates(whens):
        if condition not in walk(whens):
            continue
        taken = _taken(_under(whens, condition, TRUE))
        if taken is None:
            break
        conditions.append(condition)
        ways.append(NOWHERE if taken == NOWHERE else alike[taken])
        whens = _under(whens, condition, FALSE)
    if len(conditions) < FEWEST:
        return None
    exits = tuple(replace(way, when=when) for way, when in zip(program.exits, whens, strict=True))
    return FirstMatch(tuple(conditions), tuple(ways), replace(program, exits=exits))


def _candidates(whens: list[Value]) -> list[Value]:
    """What must not be so where the most must not be, in that order: the conditions in front of the last."""
    negated = (conjuncts(value) for value in walk(whens) if value.op == "not")
    return [each.operands[0] for each in max(negated, key=len, default=[]) if each.op == "not"]


def _under(whens: list[Value], condition: Value, fact: Value) -> list[Value]:
    new = assume(whens, {condition: fact})
    return [new[when] for when in whens]


def _taken(whens: list[Value]) -> int | None:
    """The one exit that is taken, `NOWHERE` for none; None where that is not known."""
    if any(when is not TRUE and when is not FALSE for when in whens):
        return None
    return next((index for index, when in enumerate(whens) if when is TRUE), NOWHERE)
