"""The common case of a packet program, for which C needs no checks: the packet has the bytes that the program names, and its IP header, if
the program reads one, has no options."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Final, cast

from elements.program.combine import walk
from elements.program.program import Edit, Layer, Program
from elements.program.substitute import substitute
from elements.program.values import TRUE, Value, const, make, sub

FARTHEST: Final = 42
"""Bytes of a layer that are taken to be there: an IP and a TCP header, or an ARP message in its frame; the least frame has 46 behind its
Ethernet header. What lies beyond is checked."""
NO_OPTIONS: Final = 0x45
HEADER: Final = 20


@dataclass(frozen=True)
class CommonCase:
    """``program`` means the same as the whole one where ``condition``, an expression of C over the view ``v``, holds. Of each layer in
    ``near`` the packet then has so many bytes; none is the transport header's. The bytes at the places in ``known`` are these."""

    program: Program
    condition: str = "1"
    near: Mapping[str, int] = field(default_factory=dict)
    known: Mapping[tuple[str, int], int] = field(default_factory=dict)


def find_common_case(program: Program) -> CommonCase | None:
    """Of a program that reads or writes bytes of its packet; None where it does not. One that looks at bytes in front of a header has none
    that is common."""
    marks = {way.network for way in program.exits if isinstance(way.network, int)}
    leaves = [value for value in walk(program.roots()) if value.op in ("load", "has", "length")]
    places = [(str(value.attributes[0]), int(value.attributes[1])) for value in leaves if value.op == "load"]
    headers = {(layer, at) for layer, at in places if (layer, at) == ("network", 0) or (layer == "data" and at in marks)}
    ihl = bool(headers) or any(value.attributes[0] == "transport" for value in leaves)
    if not places and not program.edits and not any(value.attributes[0] == "transport" for value in leaves):
        return None
    if any(at < 0 for _, at in places):
        return CommonCase(program, "0", {})
    if any(value.attributes[0] == "transport" for value in leaves) or any(edit.layer == "transport" for edit in program.edits):
        headers.add(("network", 0))
        ihl = True
    near = _near(program, places, headers)
    rules = _Rules(near, frozenset(headers), ihl)
    return CommonCase(_rewritten(program, rules), _condition(near, headers), near, dict.fromkeys(headers, NO_OPTIONS))


def _near(program: Program, places: list[tuple[str, int]], headers: set[tuple[str, int]]) -> dict[str, int]:
    """How many bytes of each layer are taken to be there."""
    near: dict[str, int] = {}
    for layer, at in [*places, *((edit.layer, edit.offset) for edit in program.edits)]:
        place, offset = _placed(layer, at)
        # What lies too far is looked for from a header that is there.
        near[place] = max(near.get(place, 0), offset + 1 if offset < FARTHEST else 0)
    for layer, at in headers:
        near[layer] = max(near.get(layer, 0), at + HEADER)
    return near


def _placed(layer: str, at: int) -> tuple[str, int]:
    return ("network", at + HEADER) if layer == "transport" else (layer, at)


def _condition(near: Mapping[str, int], headers: set[tuple[str, int]]) -> str:
    terms = [f"v->length >= {near['data']}u"] if near.get("data") else []
    if "network" in near:
        terms.append(f"v->network >= 0 && (int64_t)v->length - v->network >= {near['network']}")
    bases = {"data": "v->data", "network": "(v->data + v->network)"}
    terms += [f"{bases[layer]}[{at}] == 0x{NO_OPTIONS:x}" for layer, at in sorted(headers)]
    return " && ".join(terms) or "1"


@dataclass(frozen=True)
class _Rules:
    near: Mapping[str, int]
    headers: frozenset[tuple[str, int]]
    ihl: bool

    def leaf(self, value: Value, operands: tuple[Value, ...]) -> Value:
        """What a value from outside is in the common case."""
        if value.op not in ("load", "has", "length"):
            return make(value.op, value.width, operands, value.attributes)
        layer = str(value.attributes[0])
        if value.op == "length":
            if layer != "transport":
                return value
            return sub(make("length", value.width, (), ("network",)), const(HEADER, value.width))
        place, at = _placed(layer, int(value.attributes[1]))
        if value.op == "has":
            is_there = at <= self.near[place] if place in self.near else False
            return TRUE if is_there else make("has", 1, (), (place, at))
        return const(NO_OPTIONS, 8) if (place, at) in self.headers else make("load", 8, (), (place, at))


def _rewritten(program: Program, rules: _Rules) -> Program:
    new = substitute(program.roots(), rules.leaf)
    edits = tuple(
        Edit(cast(Layer, place), at, new[edit.value])
        for edit, (place, at) in ((edit, _placed(edit.layer, edit.offset)) for edit in program.edits)
    )
    return replace(
        program,
        exits=tuple(replace(way, when=new[way.when]) for way in program.exits),
        edits=edits,
        annotations=tuple((name, new[value]) for name, value in program.annotations),
        end=new[program.end],
        accesses=tuple(replace(a, index=new[a.index], when=new[a.when], value=new[a.value]) for a in program.accesses),
    )
