"""A packet program as C: every value a named variable, all effects after all values, so that every read sees the packet as it came."""

from __future__ import annotations

from collections.abc import Mapping

from elements.program.program import ANNOTATIONS, Access, Exit, Program
from elements.program.values import Value
from swclick.lower_value import ValueLowering
from swclick.lower_wide import NARROW, saturated


def lower_program(program: Program, number: int) -> str:
    """The C function ``eN_run`` of element ``number``, which changes the packet and its state.

    It returns the number of the exit taken, with the packet moved as the exit says, or -1 for none. Where copies leave (a program that is
    not exclusive) it sets ``taken[i]`` for each exit, moves nothing, and returns how many are taken.
    """
    values = ValueLowering(program, number)
    lines = [*values.lines, *_effects(program, values.names), *_ways(program, values.names)]
    body = "\n".join(lines)
    parameters = "struct machine *m, struct packet *p" + ("" if program.exclusive else ", uint8_t *taken")
    return f"""
static int e{number}_run({parameters})
{{
    struct e{number} *self = &m->e{number};
    (void)self;
{body}
}}
"""


def _effects(program: Program, names: Mapping[Value, str]) -> list[str]:
    lines = [_store(access, names) for access in program.accesses]
    grown = min((way.shift for way in program.exits), default=0)
    if grown < 0:
        lines.append(f"    make_headroom(p, {-grown});")
    for layer in sorted({edit.layer for edit in program.edits}):
        lines.append(f"    int32_t at_{layer} = start_{layer}(p);")
    for edit in program.edits:
        lines.append(f"    store(p, at_{edit.layer}, {edit.offset}, {names[edit.value]});")
    for name, value in program.annotations:
        if name not in ANNOTATIONS:
            raise ValueError(f"there is no annotation {name}")
        lines.append(f"    p->{name} = {names[value]};")
    if program.end.op != "length":
        lines.append(f"    p->length = {names[program.end]};")
    return lines


def _store(access: Access, names: Mapping[Value, str]) -> str:
    state, value = access.state, names[access.value]
    index = saturated(access.index, names[access.index])
    guard = f"{names[access.when]} && {index} < {state.depth}"
    place = f"self->{state.name}[{'0' if state.depth == 1 else index}]"
    if state.width > NARROW:
        return f"    if ({guard}) memcpy({place}, {value}, sizeof {place});"
    return f"    if ({guard}) {place} = {value};"


def _ways(program: Program, names: Mapping[Value, str]) -> list[str]:
    if not program.exclusive:
        count = "".join(f" + (int)(taken[{index}] = {names[way.when]})" for index, way in enumerate(program.exits))
        return [f"    return 0{count};"]
    lines = []
    for index, way in enumerate(program.exits):
        lines.append(f"    if ({names[way.when]}) {{ {move_text(way, 'p')}return {index}; }}")
    return [*lines, "    return -1;"]


def move_text(way: Exit, packet: str) -> str:
    """The statements that put the headers of ``packet`` where ``way`` says."""
    text = ""
    if way.network == "none":
        text += f"{packet}->network = NO_NETWORK; "
    elif way.network != "keep":
        text += f"{packet}->network = {way.network}; "
    return text + (f"move_start({packet}, {way.shift}); " if way.shift else "")
