"""A packet program as C that asks for one way out after the other, and on each does only what is left to do there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from elements.program.program import Program
from elements.program.substitute import assume
from elements.program.values import FALSE, TRUE, Value, bit_not
from swclick.conjuncts import conjuncts, known
from swclick.find_common_case import CommonCase
from swclick.find_first_match import find_first_match
from swclick.lower_effects import effects, move_text
from swclick.lower_lanes import lower_lanes
from swclick.lower_switch import Switch, find_switch, is_only_a_choice, lower_switch
from swclick.lower_value import ValueLowering


def lower_ways(program: Program, number: int | str, case: CommonCase) -> list[str]:
    """The statements of a program that is exclusive, of a packet in a view: they return the number of the exit taken, or -1 for none."""
    steps, rest = _steps(program)
    switches = _switches(steps) if is_only_a_choice(program) else {}
    # One look into a table is for any number of ways, one comparison for four conditions.
    if 2 * sum(len(each.ways) for each in switches.values()) < len(steps) and (match := find_first_match(program)) is not None:
        return [*lower_lanes(match, program, number, case), *lower_ways(match.rest, number, case)]
    lines: list[str] = []
    # Not asked for again on any way, or there would be as many questions as exits squared.
    all_taken = replace(program, exits=tuple(replace(way, when=TRUE) for way in program.exits))
    switched = 0
    for place, step in enumerate(steps):
        if place in switches:
            lines += lower_switch(switches[place], ValueLowering(program, number, case))
            switched = place + len(switches[place].ways)
        if place < switched:
            continue
        here = _under(all_taken, {**step.facts, **known(step.conditions)})
        values = ValueLowering(program, number, case)
        lines.append("    do {")
        for condition in step.conditions:
            lines += values.lines([condition])
            lines.append(f"    if (!{values.names[condition]}) break;")
        lines += [*_done(here, values, case), f"    {move_text(program.exits[step.index], 'v')}return {step.index};", "    } while (0);"]
    if rest is None:
        return lines
    nowhere = replace(_under(all_taken, rest), exits=())
    return [*lines, *_done(nowhere, ValueLowering(program, number, case), case), "    return -1;"]


@dataclass(frozen=True)
class _Step:
    """An exit that may be taken: its number, what is asked for it, and what is known before."""

    index: int
    conditions: list[Value]
    facts: Mapping[Value, Value]


def _steps(program: Program) -> tuple[list[_Step], dict[Value, Value] | None]:
    """The exits, and what is known where none is taken, None where one always is."""
    steps: list[_Step] = []
    facts: dict[Value, Value] = {}
    for index, way in enumerate(program.exits):
        when = assume([way.when], facts)[way.when]
        if when is FALSE:
            continue
        conditions = conjuncts(when)
        steps.append(_Step(index, conditions, dict(facts)))
        if when is TRUE:
            return steps, None
        facts[when] = FALSE
        if len(conditions) == 1:
            facts |= known([bit_not(when)])
    return steps, facts


def _switches(steps: list[_Step]) -> dict[int, Switch]:
    """By the place of the first step that they stand for."""
    ways = [(each.index, tuple(each.conditions)) for each in steps]
    found: dict[int, Switch] = {}
    place = 0
    while place < len(ways):
        switch = find_switch(ways[place:])
        if switch is not None:
            found[place] = switch
        place += 1 if switch is None else len(switch.ways)
    return found


def _done(program: Program, values: ValueLowering, case: CommonCase) -> list[str]:
    return [*values.lines(program.roots()), *effects(program, values.names, case)]


def _under(program: Program, facts: Mapping[Value, Value]) -> Program:
    """The program where the facts hold. What it does on a way that is not taken is left as it is."""
    new = assume(program.roots(), facts)
    return replace(
        program,
        edits=tuple(replace(edit, value=new[edit.value]) for edit in program.edits),
        annotations=tuple((name, new[value]) for name, value in program.annotations),
        end=new[program.end],
        accesses=tuple(replace(a, index=new[a.index], when=new[a.when], value=new[a.value]) for a in program.accesses),
    )
