"""A packet program as C that asks for one way out after the other, and on each does only what is left to do there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from elements.program.program import Program
from elements.program.substitute import assume
from elements.program.values import FALSE, TRUE, Value, bit_not
from swclick.conjuncts import conjuncts, known
from swclick.find_common_case import CommonCase
from swclick.find_first_match import find_first_match
from swclick.lower_effects import effects, move_text
from swclick.lower_lanes import lower_lanes
from swclick.lower_value import ValueLowering


def lower_ways(program: Program, number: int, case: CommonCase) -> list[str]:
    """The statements of a program that is exclusive, of a packet in a view: they return the number of the exit taken, or -1 for none."""
    if (match := find_first_match(program)) is not None:
        return [*lower_lanes(match, program, number, case), *lower_ways(match.rest, number, case)]
    lines: list[str] = []
    facts: dict[Value, Value] = {}
    # Not asked for again on any way, or there would be as many questions as exits squared.
    all_taken = replace(program, exits=tuple(replace(way, when=TRUE) for way in program.exits))
    for index, way in enumerate(program.exits):
        when = assume([way.when], facts)[way.when]
        if when is FALSE:
            continue
        conditions = conjuncts(when)
        here = _under(all_taken, {**facts, **known(conditions)})
        values = ValueLowering(program, number, case)
        lines.append("    do {")
        for condition in conditions:
            lines += values.lines([condition])
            lines.append(f"    if (!{values.names[condition]}) break;")
        lines += [*_done(here, values, case), f"    {move_text(way, 'v')}return {index};", "    } while (0);"]
        if when is TRUE:
            return lines
        facts[when] = FALSE
        if len(conditions) == 1:
            facts |= known([bit_not(when)])
    nowhere = replace(_under(all_taken, facts), exits=())
    return [*lines, *_done(nowhere, ValueLowering(program, number, case), case), "    return -1;"]


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
