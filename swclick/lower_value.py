"""The values of a packet program as C: each a variable of its own, declared in the order in which they rest on each other."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from elements.program.combine import walk
from elements.program.program import Program
from elements.program.values import Value
from swclick.find_common_case import CommonCase
from swclick.find_run import find_check, find_field, find_run
from swclick.lower_table import find_call
from swclick.lower_wide import NARROW, WORD, all_words, declare, lower_wide, saturated, words

_Expression = Callable[[Value, list[str]], str]


def c_type(width: int) -> str:
    """The C type of one variable of ``width`` bits: of one word of it, where it has more than 128."""
    return "uint64_t" if width <= WORD or width > NARROW else "unsigned __int128"


def _constant(number: int) -> str:
    if number >> 64:
        return f"(((unsigned __int128)0x{number >> 64:x}ULL << 64) | 0x{number & (1 << 64) - 1:x}ULL)"
    return f"0x{number:x}ULL"


def _cut(text: str, width: int) -> str:
    return text if width in (64, 128) else f"(({text}) & {_constant((1 << width) - 1)})"


def _cat(value: Value, x: list[str]) -> str:
    terms, position = [], value.width
    for operand, text in zip(value.operands, x, strict=True):
        position -= operand.width
        terms.append(f"(({c_type(value.width)}){text} << {position})")
    return " | ".join(terms)


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
    "annotation": lambda v, x: _cut(f"p->{v.attributes[0]}", v.width),
    "now": lambda v, x: _cut("m->base.now", v.width),
    "load": lambda v, x: f"load_{v.attributes[0]}(p, {v.attributes[1]})",
    "has": lambda v, x: f"has_{v.attributes[0]}(p, {v.attributes[1]})",
    "length": lambda v, x: f"length_{v.attributes[0]}(p)",
}


class ValueLowering:
    """The statements for the values that a program rests on; ``names`` tells what each is called, of those that were asked for."""

    def __init__(self, program: Program, number: int | str, case: CommonCase | None) -> None:
        """``case``: the packet's header is in a view ``v``, and ``near_LAYER`` points to the bytes that are near in it. None: all is in the
        packet ``p``, and asked there."""
        self._case = case
        self.names: dict[Value, str] = {}
        self._number = number
        self._depths = {access.state.name: access.state.depth for access in program.accesses}
        self._tables = {table.name: table for table in program.tables}
        self._searches: dict[tuple[str, Value], str] = {}

    def lines(self, roots: list[Value]) -> list[str]:
        """The statements for what of these values is not there yet."""
        lines: list[str] = []
        for value in walk(roots, self.names):
            x = [self.names[operand] for operand in value.operands if operand in self.names]
            self.names[value] = name = f"v{len(self.names)}"
            lines += [f"    {line}" for line in self._statements(value, name, x)]
        return lines

    def _statements(self, value: Value, name: str, x: list[str]) -> list[str]:
        if self._case is not None and value.op in ("load", "length", "has", "annotation"):
            return [f"uint64_t {name} = {self._seen(value, self._case.near)};"]
        if self._case is not None and value.op == "add" and (run := find_run(value, self._case)) is not None:
            return [f"uint64_t {name} = sum_of_words(near_{run.layer} + {run.start}, {run.words});"]
        if self._case is not None and value.op == "eq" and value.width <= WORD:
            if (run := find_check(value, self._case)) is not None:
                return [f"uint64_t {name} = sums_to_ones(near_{run.layer} + {run.start}, {run.words});"]
            number, run = value.operands[1].constant, find_field(value.operands[0], self._case)
            if run is not None and number is not None:
                return [f"uint64_t {name} = is_there(near_{run.layer} + {run.start}, {run.words}, {_constant(number)});"]
        if value.op == "old":
            return self._old(value, name, x)
        if value.op in ("hit", "found"):
            return self._looked_up(value, name, x)
        if value.width > NARROW or any(operand.width > NARROW for operand in value.operands):
            return lower_wide(value, name, x)
        return [f"{c_type(value.width)} {name} = {_EXPRESSIONS[value.op](value, x)};"]

    @staticmethod
    def _seen(value: Value, near: Mapping[str, int]) -> str:
        """What is asked of the packet, of its view."""
        layer = str(value.attributes[0])
        if value.op == "annotation":
            return _cut(f"v->{layer}", value.width)
        if value.op == "length":
            return "(v->length - v->network) & 0xffff" if layer in near and layer == "network" else f"seen_length_{layer}(v)"
        at = int(value.attributes[1])
        if value.op == "has":
            return f"seen_has_{layer}(v, {at})"
        if at < near.get(layer, 0):
            return f"near_{layer}[{at}]"
        return f"far_byte(v, {'(int64_t)v->network + ' if layer == 'network' else ''}{at})"

    def _old(self, value: Value, name: str, x: list[str]) -> list[str]:
        variable = str(value.attributes[0])
        depth = self._depths[variable]
        index = "0" if depth == 1 else saturated(value.operands[0], x[0])
        # At depth 1 the index may still be a value that is not zero.
        inside = saturated(value.operands[0], x[0])
        parts = [f"self->{variable}[{index}]"]
        if value.width > NARROW:
            parts = [f"self->{variable}[{index}][{i}]" for i in range(words(value.width))]
        parts = [f"{inside} < {depth} ? {part} : 0" for part in parts]
        if value.width > NARROW:
            return [f"const uint64_t {name}[{len(parts)}] = {{{', '.join(parts)}}};"]
        return [f"{c_type(value.width)} {name} = {parts[0]};"]

    def _looked_up(self, value: Value, name: str, x: list[str]) -> list[str]:
        table, key = self._tables[str(value.attributes[0])], value.operands[0]
        lines = []
        place = self._searches.get((table.name, key))
        if place is None:
            place = self._searches[table.name, key] = f"at_{name}"
            lines += [
                f"const uint64_t *key_{name} = {all_words(key, x[0], words(key.width))};",
                f"uint32_t {place} = {find_call(table, f'key_{name}')};",
            ]
        if value.op == "hit":
            return [*lines, f"uint64_t {name} = {place} != 0;"]
        count = words(table.value_width)
        first = f"self->{table.name}.values + ({place} - 1) * {count}ULL"
        return [*lines, *declare(name, [f"{place} ? ({first})[{i}] : 0" for i in range(count)], value.width)]
