"""Programs that do nothing but send a packet where the first of many conditions that it meets says, as classifiers and filters do."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
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
    """Of a program that is exclusive, changes nothing and moves no packet; None of others, and where there are not so many conditions.
    Exits that do alike count as the first of them."""
    unchanged = make("length", program.end.width, (), ("data",))
    if program.edits or program.annotations or program.accesses or program.end is not unchanged:
        return None
    if any(way.shift or way.network != "keep" for way in program.exits):
        return None
    alike = [next(i for i, each in enumerate(program.exits) if replace(each, when=way.when) == way) for way in program.exits]
    whens = [way.when for way in program.exits]
    candidates = _candidates(whens)
    if len(candidates) < FEWEST:
        return None
    logic, conditions, ways = _Logic(whens), list[Value](), list[int]()
    for condition in candidates:
        if condition in logic.known:
            continue
        there = logic.follows(condition, holds=True)
        taken = _taken([logic.known.get(when, there.get(when)) for when in whens])
        if taken is None:
            break
        conditions.append(condition)
        ways.append(NOWHERE if taken == NOWHERE else alike[taken])
        logic.known |= logic.follows(condition, holds=False)
    if len(conditions) < FEWEST:
        return None
    new = assume(whens, dict.fromkeys(conditions, FALSE))
    exits = tuple(replace(way, when=new[way.when]) for way in program.exits)
    return FirstMatch(tuple(conditions), tuple(ways), replace(program, exits=exits))


def _candidates(whens: list[Value]) -> list[Value]:
    """What must not be so where the most must not be, in that order: the conditions in front of the last."""
    negated = (conjuncts(value) for value in walk(whens) if value.op == "not" and value.width == 1)
    return [each.operands[0] for each in max(negated, key=len, default=[]) if each.op == "not"]


def _taken(whens: list[bool | None]) -> int | None:
    """The one exit that is taken, `NOWHERE` for none; None where that is not known."""
    return None if None in whens else next((index for index, when in enumerate(whens) if when), NOWHERE)


class _Logic:
    """What is ``known`` of values of 1 bit, by what is known of others, through ``and``, ``or`` and ``not`` alone."""

    def __init__(self, roots: list[Value]) -> None:
        self.known = {TRUE: True, FALSE: False}
        self._users: dict[Value, list[Value]] = defaultdict(list)
        for value in walk(roots):
            for operand in value.operands if value.width == 1 and value.op in ("and", "or", "not") else ():
                self._users[operand].append(value)

    def follows(self, condition: Value, *, holds: bool) -> dict[Value, bool]:
        """What is known beside that where ``condition`` ``holds``, or does not; each value that it says something of is looked at once."""
        new, waiting = {condition: holds}, [condition]
        while waiting:
            for user in self._users[waiting.pop()]:
                found = None if user in new or user in self.known else self._of(user, new)
                if found is not None:
                    new[user] = found
                    waiting.append(user)
        return new

    def _of(self, value: Value, new: Mapping[Value, bool]) -> bool | None:
        facts = [new.get(operand, self.known.get(operand)) for operand in value.operands]
        if value.op == "not":
            return None if facts[0] is None else not facts[0]
        decides = value.op == "or"
        if decides in facts:
            return decides
        return None if None in facts else not decides
