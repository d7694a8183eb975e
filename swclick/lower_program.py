"""A packet program as C: every value a named variable, all effects after all values, so that every read sees the packet as it came."""

from __future__ import annotations

from collections.abc import Mapping

from elements.program.program import Program
from elements.program.values import Value
from swclick.find_common_case import CommonCase, find_common_case
from swclick.inline import ALWAYS, PART
from swclick.lower_effects import effects, move_text
from swclick.lower_value import ValueLowering
from swclick.lower_ways import lower_ways


def lower_program(program: Program, number: int | str) -> str:
    """The C functions that change a packet and its element's state: ``eN_general`` for every packet, ``eN_fast`` for those of the common
    case, whose header is in a view and of which ``eN_usual`` is true, and ``eN_run``, which chooses.

    They return the number of the exit taken, with the packet moved as the exit says, or -1 for none. Where copies leave (a program that is
    not exclusive) they set ``taken[i]`` for each exit, move nothing, and return how many are taken.
    """
    case = find_common_case(program)
    taken = "" if program.exclusive else ", taken"
    general = _function("general", program, number, _body(program, number, None), "PLAIN")
    usual = case.condition if case is not None else "1"
    asked = f"static {ALWAYS} int e{number}_usual(const struct view *v)\n{{\n    (void)v;\n    return __builtin_expect({usual}, 1);\n}}\n"
    if case is None:
        fast = _body(program, number, CommonCase(program))
    else:
        bases = {"data": "v->data", "network": "v->data + v->network"}
        fast = "".join(f"    const uint8_t *const near_{layer} = {bases[layer]};\n" for layer in sorted(case.near))
        fast += _body(case.program, number, case) if usual != "0" else "    return -1;"
    run = f"""    if (e{number}_usual(v)) return e{number}_fast(m, p, v{taken});
    keep(p, v);
    int way = e{number}_general(m, p{taken});
    look(p, v);
    return way;"""
    return general + asked + _function("fast", program, number, fast, PART) + _function("run", program, number, run, PART)


def _function(name: str, program: Program, number: int | str, body: str, kind: str) -> str:
    parameters = "struct machine *m, struct packet *p" + ("" if name == "general" else ", struct view *v")
    return f"""
static {kind} int e{number}_{name}({parameters}{"" if program.exclusive else ", uint8_t *taken"})
{{
    struct e{number} *self = &m->e{number};
    (void)self; (void)p;
{body}
}}
"""


def _body(program: Program, number: int | str, case: CommonCase | None) -> str:
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
