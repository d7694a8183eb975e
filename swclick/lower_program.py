"""A packet program as C: every value a named variable, all effects after all values, so that every read sees the packet as it came."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from elements.program.combine import walk
from elements.program.program import ANNOTATIONS, Exit, Program
from elements.program.values import Value

_Expression = Callable[[Value, list[str]], str]


def _mask(width: int) -> str:
    if width > 64:
        return f"((((unsigned __int128)0x{((1 << width) - 1) >> 64:x}ULL) << 64) | 0xffffffffffffffffULL)"
    return f"0x{(1 << width) - 1:x}ULL"


def _cut(text: str, width: int) -> str:
    return text if width in (64, 128) else f"(({text}) & {_mask(width)})"


def c_type(width: int) -> str:
    """The C type that holds ``width`` bits. Errors: ``ValueError`` for more than 128."""
    if width > 128:
        raise ValueError(f"software has no values of {width} bits")
    return "uint64_t" if width <= 64 else "unsigned __int128"


def _cat(value: Value, x: list[str]) -> str:
    terms, position = [], value.width
    for operand, text in zip(value.operands, x, strict=True):
        position -= operand.width
        terms.append(f"(({c_type(value.width)}){text} << {position})")
    return " | ".join(terms)


def _constant(number: int) -> str:
    if number >> 64:
        return f"(((unsigned __int128)0x{number >> 64:x}ULL << 64) | 0x{number & (1 << 64) - 1:x}ULL)"
    return f"0x{number:x}ULL"


_EXPRESSIONS: Final[Mapping[str, _Expression]] = {
    "const": lambda v, x: _constant(int(v.attributes[0])),
    "add": lambda v, x: f"({c_type(v.width)}){x[0]} + {x[1]}",
    "sub": lambda v, x: _cut(f"({c_type(v.width)}){x[0]} - {x[1]}", v.width),
    "mul": lambda v, x: f"({c_type(v.width)}){x[0]} * {x[1]}",
    "and": lambda v, x: f"{x[0]} & {x[1]}",
    "or": lambda v, x: f"{x[0]} | {x[1]}",
    "xor": lambda v, x: f"{x[0]} ^ {x[1]}",
    "not": lambda v, x: _cut(f"~{x[0]}", v.width),
    "eq": lambda v, x: f"{x[0]} == {x[1]}",
    "ult": lambda v, x: f"{x[0]} < {x[1]}",
    "mux": lambda v, x: f"{x[0]} ? {x[1]} : {x[2]}",
    "cat": _cat,
    "slice": lambda v, x: _cut(f"{x[0]} >> {v.attributes[0]}", v.width),
    "zext": lambda v, x: x[0],
    "shl": lambda v, x: f"{x[1]} < {v.width} ? {_cut(f'({c_type(v.width)}){x[0]} << {x[1]}', v.width)} : 0",
    "shr": lambda v, x: f"{x[1]} < {v.width} ? {x[0]} >> {x[1]} : 0",
    "annotation": lambda v, x: f"p->{v.attributes[0]}",
    "now": lambda v, x: "(m->now & 0xffffffffffffULL)",
    "load": lambda v, x: f"load_{v.attributes[0]}(p, {v.attributes[1]})",
    "has": lambda v, x: f"has_{v.attributes[0]}(p, {v.attributes[1]})",
    "length": lambda v, x: f"length_{v.attributes[0]}(p)",
}


def lower_program(program: Program, number: int) -> str:
    """The C function ``eN_run`` of element ``number``: changes the packet and its state, and returns the number of the exit taken, -1 for
    none; where copies leave (a program that is not exclusive) the exits are the bits of the result.
    """
    names: dict[Value, str] = {}
    lines: list[str] = []
    depths = {access.state.name: access.state.depth for access in program.accesses}
    for index, value in enumerate(walk(program.roots())):
        x = [names[operand] for operand in value.operands]
        names[value] = f"v{index}"
        lines.append(f"    {c_type(value.width)} v{index} = {_expression(value, x, depths)};")
    lines += _effects(program, names)
    lines += _ways(program, names)
    body = "\n".join(lines)
    return f"""
static int e{number}_run(struct machine *m, struct packet *p)
{{
    struct e{number} *self = &m->e{number};
    (void)self;
{body}
}}
"""


def _expression(value: Value, x: list[str], depths: Mapping[str, int]) -> str:
    name = value.attributes[0] if value.attributes else ""
    if value.op == "old":
        depth = depths[str(name)]
        return f"self->{name}[0]" if depth == 1 else f"{x[0]} < {depth} ? self->{name}[{x[0]}] : 0"
    if value.op == "hit":
        return f"lookup_has(&self->{name}, {x[0]})"
    if value.op == "found":
        return f"lookup_value(&self->{name}, {x[0]})"
    return _EXPRESSIONS[value.op](value, x)


def _effects(program: Program, names: Mapping[Value, str]) -> list[str]:
    lines = []
    for access in program.accesses:
        guard = names[access.when]
        if access.state.depth > 1:
            guard = f"{guard} && {names[access.index]} < {access.state.depth}"
        index = "0" if access.state.depth == 1 else names[access.index]
        lines.append(f"    if ({guard}) self->{access.state.name}[{index}] = {names[access.value]};")
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


def _ways(program: Program, names: Mapping[Value, str]) -> list[str]:
    if not program.exclusive:
        if any(way.shift or way.network != "keep" for way in program.exits):
            raise ValueError("copies that move headers have no software reading")
        bits = " | ".join(f"((int){names[way.when]} << {index})" for index, way in enumerate(program.exits))
        return [f"    return {bits or '0'};"]
    lines = []
    for index, way in enumerate(program.exits):
        lines.append(f"    if ({names[way.when]}) {{ {_move(way)}return {index}; }}")
    return [*lines, "    return -1;"]


def _move(way: Exit) -> str:
    text = ""
    if way.network == "none":
        text += "p->network = NO_NETWORK; "
    elif way.network != "keep":
        text += f"p->network = {way.network}; "
    return text + (f"move_start(p, {way.shift}); " if way.shift else "")
