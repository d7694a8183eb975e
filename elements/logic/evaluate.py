"""The logic reading on packets that are known: numbers put into the terms, which the solver's own rules then fold to numbers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from bitwuzla import Bitwuzla, Kind

from elements.logic.packet import POSITION, Effects, Inputs, PacketModel
from elements.logic.terms import Term, Terms, width_of
from elements.program.combine import walk
from elements.program.program import ANNOTATIONS, TIME_WIDTH, Program, State

FRONT: Final = 64
"""Bytes in front of a packet's data that can be told of."""
FARTHEST: Final = 64
"""The farthest position of a network header that is evaluated."""


@dataclass(frozen=True)
class Known:
    """A packet as numbers: ``front`` bytes in front of its data, the data, the network header's position or None, and the words of state
    variables by name (one number, the word 0 in its low bits)."""

    front: bytes
    data: bytes
    network: int | None
    annotations: Mapping[str, int]
    now: int
    state: Mapping[str, int]


@dataclass(frozen=True)
class Done:
    """What a program does to a packet: the exits taken, with the network header's position there, by the exit's number; bytes written,
    in order, by position; annotations; the end's position; words written as (index, value) by variable."""

    exits: tuple[tuple[int, int | None], ...]
    stores: tuple[tuple[int, int], ...]
    annotations: Mapping[str, int]
    end: int
    writes: Mapping[str, tuple[int, int]]


class Evaluator:
    """Evaluates ``program``. All inputs that it rests on are one variable; a packet is a number for it. Equal numbers are folded once."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self._terms = Terms()
        self._states: list[State] = [access.state for access in program.accesses]
        self._bytes = _Window.of(program)
        fields = {"window": 8 * self._bytes.length, "length": 16, "network": POSITION, "has_network": 1, "front": POSITION}
        fields |= ANNOTATIONS | {"now": TIME_WIDTH} | {f"state {s.name}": s.width * s.depth for s in self._states}
        self._fields: Mapping[str, int] = fields
        self._inputs = self._terms.variable("inputs", sum(fields.values()))
        self._parts: dict[str, Term] = {}
        low = 0
        for name, width in fields.items():
            self._parts[name] = self._terms.part(self._inputs, low, width)
            low += width
        self._solver: Any = Bitwuzla(self._terms.manager)
        effects = self._effects()
        self._unchanged = {name for name, term in effects.annotations.items() if term == self._parts[name]}
        planned = self._planned(effects)
        open_terms = [term for term in planned if not term.is_value()]
        # A number where it is known whatever the packet, and the width.
        self._plan = [(int(term.value(16), 16) if term.is_value() else None, width_of(term)) for term in planned]
        self._width = width_of(self._inputs)
        self._result = self._terms.concat(*reversed(open_terms)) if open_terms else None
        self._used = _used(program)
        self._folded: dict[int, int] = {}

    def _effects(self) -> Effects:
        t, parts, window = self._terms, self._parts, self._parts["window"]

        def byte(base: Term | None, offset: int) -> Term:
            if base is None:
                return t.part(window, 8 * (FRONT + offset), 8)
            distance = t.extend(t.add(base, FRONT + min(offset, 0)), width_of(window))
            moved = t.make(Kind.BV_SHR, window, t.make(Kind.BV_MUL, distance, t.number(8, width_of(window))))
            return t.part(moved, 8 * max(offset, 0), 8)

        def old(state: State, index: Term) -> Term:
            words = parts[f"state {state.name}"]
            width = max(width_of(words), width_of(index) + state.width.bit_length())
            distance = t.make(Kind.BV_MUL, t.extend(index, width), t.number(state.width, width))
            return t.part(t.make(Kind.BV_SHR, t.extend(words, width), distance), 0, state.width)

        annotations = {name: parts[name] for name in ANNOTATIONS}
        places = (parts["length"], parts["network"], parts["has_network"], parts["front"])
        return PacketModel(t, self.program, Inputs(*places, annotations, parts["now"], byte, old)).effects()

    def _planned(self, effects: Effects) -> list[Term]:
        """Every effect's term, in the order in which `_take` asks for their numbers."""
        found: list[Term] = list(effects.exits)
        for way, (position, there) in zip(self.program.exits, effects.networks, strict=True):
            found += [] if way.network == "keep" else [position, there]
        for store in effects.stores:
            found += [store.applies, store.position, store.value]
        found += [term for name, term in effects.annotations.items() if name not in self._unchanged]
        found.append(effects.end)
        for write in effects.writes.values():
            found += [write.when, write.index, write.value]
        return found

    def run(self, packet: Known) -> Done:
        """What the program does to ``packet``. Errors: ``ValueError`` for a network header farther than `FARTHEST` from the data."""
        if packet.network is not None and not -FRONT <= packet.network <= FARTHEST:
            raise ValueError(f"a network header at {packet.network} is beyond what is evaluated")
        number = self._number(packet)
        folded = self._folded.get(number)
        if folded is None:
            folded = self._folded[number] = self._fold(number)
        return self._take(packet, folded)

    def _fold(self, number: int) -> int:
        if self._result is None:
            return 0
        value = self._terms.number(number, self._width)
        term = self._solver.simplify_term(self._terms.manager.substitute_term(self._result, {self._inputs: value}))
        return int(term.value(16), 16)

    def _number(self, packet: Known) -> int:
        numbers = {
            "window": self._bytes.number(packet),
            "length": len(packet.data),
            "network": (packet.network or 0) % (1 << POSITION),
            "has_network": int(packet.network is not None),
            "front": len(packet.front),
            "now": packet.now,
            **packet.annotations,
            **{f"state {name}": words for name, words in packet.state.items()},
        }
        number, low = 0, 0
        for name, width in self._fields.items():
            if name in self._used:
                number |= numbers[name] << low
            low += width
        return number

    def _take(self, packet: Known, folded: int) -> Done:
        plan = iter(self._plan)

        def take() -> int:
            nonlocal folded
            known, width = next(plan)
            if known is not None:
                return known
            part = folded & ((1 << width) - 1)
            folded >>= width
            return part

        taken = [take() for _ in self.program.exits]
        exits = []
        for index, way in enumerate(self.program.exits):
            position, there = (packet.network, packet.network is not None) if way.network == "keep" else (_signed(take()), bool(take()))
            if taken[index]:
                exits.append((index, position if there else None))
        stores = []
        for _ in self.program.edits:
            applies, position, value = take(), _signed(take()), take()
            if applies:
                stores.append((position, value))
        annotations = {name: packet.annotations[name] if name in self._unchanged else take() for name in packet.annotations}
        end, writes = take(), {}
        for access in self.program.accesses:
            when, index, value = take(), take(), take()
            if when:
                writes[access.state.name] = index, value
        return Done(tuple(exits), tuple(stores), annotations, end, writes)


@dataclass(frozen=True)
class _Window:
    """The bytes that a program can read: ``length`` of them from `FRONT` in front of the data on; where all that it reads is in known
    places, ``places`` names them."""

    length: int
    places: frozenset[int] | None

    @classmethod
    def of(cls, program: Program) -> _Window:
        farthest = {"data": 0, "network": FARTHEST, "transport": FARTHEST + 60}
        leaves = [v for v in walk(program.roots()) if v.op in ("load", "has", "length")]
        layers = {str(leaf.attributes[0]) for leaf in leaves} | {edit.layer for edit in program.edits}
        loads = [(str(leaf.attributes[0]), int(leaf.attributes[1])) for leaf in leaves if leaf.op == "load"]
        ends = [farthest[layer] + offset + 1 for layer, offset in loads]
        if "transport" in layers:
            ends.append(FARTHEST + 1)
        known = layers <= {"data"}
        return cls(FRONT + max([0, *ends]), frozenset(offset for _, offset in loads) if known else None)

    def number(self, packet: Known) -> int:
        """The bytes of ``packet`` as a number, the first in its low bits; those that do not count are zero."""
        window = packet.front[-FRONT:].rjust(FRONT, b"\0") + packet.data[: self.length - FRONT]
        if self.places is None:
            return int.from_bytes(window, "little")
        return sum(window[FRONT + place] << 8 * (FRONT + place) for place in self.places if FRONT + place < len(window))


def _signed(position: int) -> int:
    return position - (position >> (POSITION - 1) << POSITION)


def _used(program: Program) -> frozenset[str]:
    """Names of the inputs that a program's effects can rest on, what passes it untouched left out."""
    leaves = [(v.op, str(v.attributes[0]) if v.attributes else "") for v in walk(program.roots())]
    layers = {name for op, name in leaves if op in ("load", "has", "length")} | {edit.layer for edit in program.edits}
    found = {"window", "length", "front"} | {name for op, name in leaves if op == "annotation"}
    found |= {f"state {name}" for op, name in leaves if op == "old"} | ({"now"} if ("now", "") in leaves else set())
    return frozenset(found | ({"network", "has_network"} if layers - {"data"} else set()))
