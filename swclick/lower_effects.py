"""What a packet program does to a packet and to its element's state, as C, once every value has a name."""

from __future__ import annotations

from collections.abc import Mapping

from elements.program.program import ANNOTATIONS, Access, Edit, Exit, Program
from elements.program.values import Value, make
from swclick.find_common_case import CommonCase
from swclick.lower_wide import NARROW, saturated


def effects(program: Program, names: Mapping[Value, str], case: CommonCase | None) -> list[str]:
    """The statements, but for the way out. ``case``: as `swclick.lower_value.ValueLowering` has it."""
    lines = [_store(access, names) for access in program.accesses]
    grown = max((-way.shift for way in program.exits), default=0)
    if case is not None:
        return [*lines, *_seen(program, names, case.near, max(0, grown)), *_notes(program, names, "v")]
    if grown > 0:
        lines.append(f"    make_headroom(p, {grown});")
    lines += [f"    int32_t at_{layer} = start_{layer}(p);" for layer in sorted({edit.layer for edit in program.edits})]
    lines += [f"    store(p, at_{edit.layer}, {edit.offset}, {names[edit.value]});" for edit in program.edits]
    return [*lines, *_notes(program, names, "p")]


def _seen(program: Program, names: Mapping[Value, str], near: Mapping[str, int], grown: int) -> list[str]:
    """Edits of a packet whose header is in a view."""
    lines = [f"    seen_headroom(p, v, {grown});"] if grown else []
    bases = {"data": "v->data", "network": "v->data + v->network"}
    lines += [f"    uint8_t *const to_{layer} = {bases[layer]};" for layer in sorted({e.layer for e in program.edits} & set(near))]
    for edit in program.edits:
        least = -grown if edit.layer == "data" else 0
        if least <= edit.offset < near.get(edit.layer, 0):
            lines.append(f"    {_edit(edit, names)}")
        else:
            base = "(int64_t)v->network + " if edit.layer == "network" else ""
            lines.append(f"    far_store(p, v, {base}{edit.offset}, {names[edit.value]});")
    return lines


def _edit(edit: Edit, names: Mapping[Value, str]) -> str:
    """One that leaves the byte as it is under a condition is not done then."""
    place, value = f"to_{edit.layer}[{edit.offset}]", edit.value
    same = make("load", 8, (), (edit.layer, edit.offset))
    if value is same:
        return ""
    if value.op == "mux" and value.operands[2] is same:
        return f"if ({names[value.operands[0]]}) {place} = {names[value.operands[1]]};"
    return f"{place} = {names[value]};"


def _notes(program: Program, names: Mapping[Value, str], place: str) -> list[str]:
    """Annotations and length."""
    lines = []
    for name, value in program.annotations:
        if name not in ANNOTATIONS:
            raise ValueError(f"there is no annotation {name}")
        if (value.op, value.attributes) != ("annotation", (name,)):
            lines.append(f"    {place}->{name} = {names[value]};")
    if program.end is not make("length", 16, (), ("data",)):
        lines.append(f"    {place}->length = {names[program.end]};")
    return lines


def _store(access: Access, names: Mapping[Value, str]) -> str:
    state, value = access.state, names[access.value]
    index = saturated(access.index, names[access.index])
    guard = f"{names[access.when]} && {index} < {state.depth}"
    place = f"self->{state.name}[{'0' if state.depth == 1 else index}]"
    if state.width > NARROW:
        return f"    if ({guard}) memcpy({place}, {value}, sizeof {place});"
    return f"    if ({guard}) {place} = {value};"


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
