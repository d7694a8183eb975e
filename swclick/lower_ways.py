"""A packet program as C that asks for one way out after the other, and on each does only what is left to do there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from elements.program.program import Program
from elements.program.substitute import assume
from elements.program.values import FALSE, TRUE, Value, bit_not
from swclick.find_common_case import CommonCase
from swclick.lower_effects import effects, move_text
from swclick.lower_switch import find_switch, is_only_a_choice, lower_switch
from swclick.lower_value import ValueLowering


def lower_ways(program: Program, number: int | str, case: CommonCase) -> list[str]:
    """The statements of a program that is exclusive, of a packet in a view: they return the number of the exit taken, or -1 for none."""
    lines: list[str] = []
    # Not asked for again on any way, or there would be as many questions as exits squared.
    all_taken = replace(program, exits=tuple(replace(way, when=TRUE) for way in program.exits))
    steps, rest = _steps(program)
    may_switch, switched = is_only_a_choice(program), 0
    for place, step in enumerate(steps):
        if place < switched:
            continue
        if may_switch and (switch := find_switch([(each.index, tuple(each.conditions)) for each in steps[place:]])) is not None:
            lines += lower_switch(switch, ValueLowering(program, number, case))
            switched = place + len(switch.ways)
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


def _done(program: Program, values: ValueLowering, case: CommonCase) -> list[str]:
    return [*values.lines(program.roots()), *effects(program, values.names, case)]


def conjuncts(value: Value) -> list[Value]:
    """Values, each of 1 bit, all of which are set where ``value`` is; in the order of its operands."""
    found: dict[Value, None] = {}
    waiting = [value]
    while waiting:
        each = waiting.pop()
        inner = each.operands[0] if each.op == "not" else None
        if each.op == "and":
            waiting += reversed(each.operands)
        elif inner is not None and inner.op == "or":
            waiting += [bit_not(operand) for operand in reversed(inner.operands)]
        elif each is not TRUE:
            found[each] = None
    return list(found)


def known(conditions: list[Value]) -> dict[Value, Value]:
    """Facts that follow where all of these are set."""
    facts = dict.fromkeys(conditions, TRUE)
    return {**facts, **{bit_not(condition): FALSE for condition in conditions}}


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
