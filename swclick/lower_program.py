"""A packet program as C: every value a named variable, all effects after all values, so that every read sees the packet as it came."""

from __future__ import annotations

from collections.abc import Mapping

from elements.program.program import ANNOTATIONS, Access, Edit, Exit, Program
from elements.program.values import Value, make
from swclick.find_common_case import find_common_case
from swclick.inline import ALWAYS, NEVER
from swclick.lower_value import ValueLowering
from swclick.lower_wide import NARROW, saturated


def lower_program(program: Program, number: int) -> str:
    """The C function ``eN_run`` of element ``number``, which changes the packet and its state.

    It returns the number of the exit taken, with the packet moved as the exit says, or -1 for none. Where copies leave (a program that is
    not exclusive) it sets ``taken[i]`` for each exit, moves nothing, and returns how many are taken.
    """
    case = find_common_case(program)
    if case is None:
        return _function("run", program, number, _body(program, number, {}), ALWAYS)
    taken = "" if program.exclusive else ", taken"
    general = _function("general", program, number, _body(program, number, None), NEVER)
    bases = {"data": "v->data", "network": "v->data + v->network"}
    pointers = "".join(f"    const uint8_t *const near_{layer} = {bases[layer]};\n" for layer in sorted(case.near))
    rest = f"keep(p, v); int way = e{number}_general(m, p{taken}); look(p, v); return way;"
    start = f"    if (__builtin_expect(!({case.condition}), 0)) {{ {rest} }}\n{pointers}"
    body = start + _body(case.program, number, case.near) if case.condition != "0" else f"    {rest}"
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


def _body(program: Program, number: int, near: Mapping[str, int] | None) -> str:
    values = ValueLowering(program, number, near)
    effects = _effects(program, values.names) if near is None else _seen_effects(program, values.names, near)
    return "\n".join([*values.lines, *effects, *_ways(program, values.names, "p" if near is None else "v")])


def _effects(program: Program, names: Mapping[Value, str]) -> list[str]:
    lines = [_store(access, names) for access in program.accesses]
    grown = min((way.shift for way in program.exits), default=0)
    if grown < 0:
        lines.append(f"    make_headroom(p, {-grown});")
    lines += [f"    int32_t at_{layer} = start_{layer}(p);" for layer in sorted({edit.layer for edit in program.edits})]
    lines += [f"    store(p, at_{edit.layer}, {edit.offset}, {names[edit.value]});" for edit in program.edits]
    return [*lines, *_notes(program, names, "p")]


def _seen_effects(program: Program, names: Mapping[Value, str], near: Mapping[str, int]) -> list[str]:
    lines = [_store(access, names) for access in program.accesses]
    grown = min((way.shift for way in program.exits), default=0)
    if grown < 0:
        lines.append(f"    seen_headroom(p, v, {-grown});")
    bases = {"data": "v->data", "network": "v->data + v->network"}
    lines += [f"    uint8_t *const to_{layer} = {bases[layer]};" for layer in sorted({e.layer for e in program.edits} & set(near))]
    for edit in program.edits:
        if _is_there(edit, near, grown):
            lines.append(f"    {_edit(edit, names)}")
        else:
            base = "(int64_t)v->network + " if edit.layer == "network" else ""
            lines.append(f"    far_store(p, v, {base}{edit.offset}, {names[edit.value]});")
    return [*lines, *_notes(program, names, "v")]


def _notes(program: Program, names: Mapping[Value, str], place: str) -> list[str]:
    """Annotations and length."""
    lines = []
    for name, value in program.annotations:
        if name not in ANNOTATIONS:
            raise ValueError(f"there is no annotation {name}")
        lines.append(f"    {place}->{name} = {names[value]};")
    if program.end.op != "length":
        lines.append(f"    {place}->length = {names[program.end]};")
    return lines


def _is_there(edit: Edit, near: Mapping[str, int], grown: int) -> bool:
    """Whether the byte is known to be the packet's, or in front of it where headroom was made."""
    if edit.layer not in near:
        return False
    return (grown if edit.layer == "data" else 0) <= edit.offset < near[edit.layer]


def _edit(edit: Edit, names: Mapping[Value, str]) -> str:
    """One that leaves the byte as it is under a condition is not done then."""
    place, value = f"to_{edit.layer}[{edit.offset}]", edit.value
    same = make("load", 8, (), (edit.layer, edit.offset))
    if value.op == "mux" and value.operands[2] is same:
        return f"if ({names[value.operands[0]]}) {place} = {names[value.operands[1]]};"
    return f"{place} = {names[value]};"


def _store(access: Access, names: Mapping[Value, str]) -> str:
    state, value = access.state, names[access.value]
    index = saturated(access.index, names[access.index])
    guard = f"{names[access.when]} && {index} < {state.depth}"
    place = f"self->{state.name}[{'0' if state.depth == 1 else index}]"
    if state.width > NARROW:
        return f"    if ({guard}) memcpy({place}, {value}, sizeof {place});"
    return f"    if ({guard}) {place} = {value};"


def _ways(program: Program, names: Mapping[Value, str], place: str) -> list[str]:
    if not program.exclusive:
        count = "".join(f" + (int)(taken[{index}] = {names[way.when]})" for index, way in enumerate(program.exits))
        return [f"    return 0{count};"]
    lines = []
    for index, way in enumerate(program.exits):
        lines.append(f"    if ({names[way.when]}) {{ {move_text(way, place)}return {index}; }}")
    return [*lines, "    return -1;"]


def move_text(way: Exit, packet: str) -> str:
    """The statements that put the headers of ``packet`` where ``way`` says: that of a view if it is called v,
    where what is in front of the data has been made."""
    text = ""
    if way.network == "none":
        text += f"{packet}->network = NO_NETWORK; "
    elif way.network != "keep":
        text += f"{packet}->network = {way.network}; "
    move = "seen_move" if packet == "v" else "move_start"
    return text + (f"{move}({packet}, {way.shift}); " if way.shift else "")
