"""What a program means in logic: the terms of its leaves for a packet that is not known, and of its effects on that packet.

Positions are signed numbers of 32 bits, counted in bytes from where the packet's data starts at the program's entry.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from elements.logic.terms import Term, Terms, translate, width_of
from elements.program.program import LAYERS, Layer, Program, State
from elements.program.values import Value

POSITION: Final = 32
"""Width in bits of a position."""


@dataclass(frozen=True)
class Inputs:
    """All that a program can see. ``length`` has 16 bits; ``network`` is a position that counts where ``has_network`` (1 bit) is set;
    ``front`` (a position) is how many bytes the packet's buffer has in front of its data. ``byte(base, offset)`` is whatever lies at that
    distance from a position; ``old`` is a state variable's word before the packet, wherever its index is one that it has."""

    length: Term
    network: Term
    has_network: Term
    front: Term
    annotations: Mapping[str, Term]
    now: Term
    byte: Callable[[Term | None, int], Term]
    old: Callable[[State, Term], Term]


@dataclass(frozen=True)
class Store:
    """A byte that is written: where ``applies`` (1 bit) is set, ``value`` (8 bits) at ``position``."""

    position: Term
    applies: Term
    value: Term


@dataclass(frozen=True)
class Write:
    """A state variable's word that is written where ``when`` (1 bit) is set; never outside the variable."""

    when: Term
    index: Term
    value: Term


@dataclass(frozen=True)
class Effects:
    """What a program does. ``exits`` has a bit for each of the program's exits, ``networks`` the network header's position there and
    whether it is set; the other fields hold for all exits. ``end`` (16 bits) is the position of the packet's end."""

    exits: tuple[Term, ...]
    networks: tuple[tuple[Term, Term], ...]
    stores: tuple[Store, ...]
    annotations: Mapping[str, Term]
    end: Term
    writes: Mapping[str, Write]


class PacketModel:
    """The logic reading of ``program`` on the packet that ``inputs`` describes."""

    def __init__(self, terms: Terms, program: Program, inputs: Inputs) -> None:
        self.terms = terms
        self.program = program
        self.inputs = inputs
        self._states = {access.state.name: access.state for access in program.accesses}
        self._tables = {table.name: table for table in program.tables}
        self._length = terms.extend(inputs.length, POSITION)
        self._transport: Term | None = None

    def effects(self) -> Effects:
        """The terms of all that the program does."""
        found = translate(self.terms, self.program.roots(), self.leaf)
        return Effects(
            exits=tuple(found[way.when] for way in self.program.exits),
            networks=tuple(self._network_after(way.network) for way in self.program.exits),
            stores=tuple(self._store(edit.layer, edit.offset, found[edit.value]) for edit in self.program.edits),
            annotations={**self.inputs.annotations, **{name: found[value] for name, value in self.program.annotations}},
            end=found[self.program.end],
            writes={
                a.state.name: Write(self.terms.all_of(found[a.when], self._within(found[a.index], a.state)), found[a.index], found[a.value])
                for a in self.program.accesses
            },
        )

    def leaf(self, value: Value, operands: tuple[Term, ...]) -> Term:
        """The term of a value that comes from outside the program."""
        name = str(value.attributes[0]) if value.attributes else ""
        if value.op == "annotation":
            return self.inputs.annotations[name]
        if value.op == "now":
            return self.inputs.now
        if value.op == "old":
            state = self._states[name]
            within = self._within(operands[0], state)
            return self.terms.mux(within, self.inputs.old(state, operands[0]), self.terms.number(0, state.width))
        if value.op in ("hit", "found"):
            return self.terms.look_up(self._tables[name], operands[0])[value.op == "found"]
        layer = _layer(name)
        if value.op == "load":
            return self._load(layer, int(value.attributes[1]))
        base, there = self._start(layer)
        if base is None and value.op == "length":
            return self.inputs.length
        room = self._length if base is None else self.terms.difference(self._length, base)
        positive = self.terms.below(self.terms.number(0, POSITION), room, signed=True)
        room = self.terms.mux(self.terms.all_of(there, positive), room, self.terms.number(0, POSITION))
        if value.op == "length":
            return self.terms.part(room, 0, 16)
        if value.op == "has":
            enough = self.terms.invert(self.terms.below(room, self.terms.number(int(value.attributes[1]), POSITION), signed=True))
            return self.terms.all_of(there, enough)
        raise ValueError(f"{value.op} has no meaning in logic")

    def _start(self, layer: Layer) -> tuple[Term | None, Term]:
        """The layer's first position (None for zero) and whether it is set."""
        if layer == "data":
            return None, self.terms.number(1, 1)
        if layer == "network":
            return self.inputs.network, self.inputs.has_network
        if self._transport is None:
            network = self.inputs.network
            at_start = self.terms.below(self.terms.number(-1, POSITION), network, signed=True)
            there = self.terms.all_of(at_start, self.terms.below(network, self._length, signed=True))
            first = self.terms.mux(there, self.inputs.byte(network, 0), self.terms.number(0, 8))
            words = self.terms.extend(self.terms.part(first, 0, 4), POSITION - 2)
            self._transport = self.terms.sum_of(network, self.terms.concat(words, self.terms.number(0, 2)))
        return self._transport, self.inputs.has_network

    def _load(self, layer: Layer, offset: int) -> Term:
        base, there = self._start(layer)
        inside = self.terms.all_of(there, self._inside(base, offset, self.inputs.front))
        return self.terms.mux(inside, self.inputs.byte(base, offset), self.terms.number(0, 8))

    def _position(self, base: Term | None, offset: int) -> Term:
        return self.terms.number(offset, POSITION) if base is None else self.terms.add(base, offset)

    def _inside(self, base: Term | None, offset: int, front: Term) -> Term:
        """Whether the buffer has the byte, between its own start and the packet's end."""
        position = self._position(base, offset)
        before_end = self.terms.below(position, self._length, signed=True)
        if base is None and offset >= 0:
            return before_end
        first = self.terms.difference(self.terms.number(0, POSITION), front)
        return self.terms.all_of(before_end, self.terms.invert(self.terms.below(position, first, signed=True)))

    def _within(self, index: Term, state: State) -> Term:
        width = max(width_of(index), POSITION)
        return self.terms.below(self.terms.extend(index, width), self.terms.number(state.depth, width))

    def _store(self, layer: Layer, offset: int, value: Term) -> Store:
        # Headers grow into room that is made for them before anything is written.
        grown = self.terms.number(max((-way.shift for way in self.program.exits), default=0), POSITION)
        front = self.terms.mux(self.terms.below(self.inputs.front, grown, signed=True), grown, self.inputs.front)
        base, there = self._start(layer)
        return Store(self._position(base, offset), self.terms.all_of(there, self._inside(base, offset, front)), value)

    def _network_after(self, network: int | str) -> tuple[Term, Term]:
        if network == "keep":
            return self.inputs.network, self.inputs.has_network
        position = 0 if isinstance(network, str) else network
        return self.terms.number(position, POSITION), self.terms.number(int(network != "none"), 1)


def _layer(name: str) -> Layer:
    return next(layer for layer in LAYERS if layer == name)
