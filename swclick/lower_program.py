"""A packet program as C: every value a named variable, all effects after all values, so that every read sees the packet as it came."""

from __future__ import annotations

from collections.abc import Mapping

from elements.program.program import Program
from elements.program.values import Value
from swclick.find_common_case import CommonCase, find_common_case
from swclick.inline import ALWAYS, NEVER
from swclick.lower_effects import effects, move_text
from swclick.lower_value import ValueLowering
from swclick.lower_ways import lower_ways


def lower_program(program: Program, number: int) -> str:
    """The C function ``eN_run`` of element ``number``, which changes the packet and its state.

    It returns the number of the exit taken, with the packet moved as the exit says, or -1 for none. Where copies leave (a program that is
    not exclusive) it sets ``taken[i]`` for each exit, moves nothing, and returns how many are taken.
    """
    case = find_common_case(program)
    if case is None:
        return _function("run", program, number, _body(program, number, CommonCase(program)), ALWAYS)
    taken = "" if program.exclusive else ", taken"
    general = _function("general", program, number, _body(program, number, None), NEVER)
    bases = {"data": "v->data", "network": "v->data + v->network"}
    pointers = "".join(f"    const uint8_t *const near_{layer} = {bases[layer]};\n" for layer in sorted(case.near))
    rest = f"keep(p, v); int way = e{number}_general(m, p{taken}); look(p, v); return way;"
    start = f"    if (__builtin_expect(!({case.condition}), 0)) {{ {rest} }}\n{pointers}"
    body = start + _body(case.program, number, case) if case.condition != "0" else f"    {rest}"
    return general + _function("run", program, number, body, ALWAYS)


def _function(name: str, program: Program, number: int, body: str, kind: str) -> str:
    parameters = "struct machine *m, struct packet *p" + (", struct view *v" if name == "run" else "")
    return f"""
static {kind} int e{number}_{name}({parameters}{"" if program.exclusive else ", uint8_t *taken"})
{{
    struct e{number} *self = &m->e{number};
    (void)self;
{body}
}}
"""


def _body(program: Program, number: int, case: CommonCase | None) -> str:
    if case is not None and program.exclusive:
        return "\n".join(lower_ways(program, number, case))
    values = ValueLowering(program, number, case)
    lines = values.lines(program.roots())
    return "\n".join([*lines, *effects(program, values.names, case), *_ways(program, values.names, "p" if case is None else "v")])


def _ways(program: Program, names: Mapping[Value, str], place: str) -> list[str]:
    if not program.exclusive:
        count = "".join(f" + (int)(taken[{index}] = {names[way.when]})" for index, way in enumerate(program.exits))
        return [f"    return 0{count};"]
    lines = []
    for index, way in enumerate(program.exits):
        lines.append(f"    if ({names[way.when]}) {{ {move_text(way, place)}return {index}; }}")
    return [*lines, "    return -1;"]
