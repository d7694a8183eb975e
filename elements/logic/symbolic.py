"""A packet that is not known: any bytes, any length, any place of its network header, any annotations, time and state."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from bitwuzla import Bitwuzla, Kind, Option, Options, Result

from elements.logic.packet import POSITION, Inputs
from elements.logic.terms import Term, Terms, width_of
from elements.program.program import ANNOTATIONS, TIME_WIDTH, State
from elements.reference.packet import HEADROOM, Packet

FARTHEST: Final = 1 << 14
"""How far from the data's start, either way, the network header of a packet is."""
TOLD: Final = 512
"""Bytes of a counterexample that are told from the data's start on; the rest are zero where the solver did not choose them."""


@dataclass(frozen=True)
class Counterexample:
    """A packet for which something does not hold; ``state`` has a variable's word at the index that the packet asks for, by name."""

    packet: Packet
    state: dict[tuple[str, int], int]

    def __str__(self) -> str:
        packet = self.packet
        network = "not set" if packet.network is None else f"at {packet.network - packet.start}"
        marks = ", ".join(f"{name} {getattr(packet, name):#x}" for name in ANNOTATIONS)
        words = "".join(f", {name}[{index}] {word:#x}" for (name, index), word in sorted(self.state.items()))
        return f"{packet.length} bytes {packet.data.hex()}, network header {network}, {marks}, time {packet.time}{words}"


class SymbolicPacket:
    """The inputs of programs as free variables, and what is certain of every packet."""

    def __init__(self, terms: Terms) -> None:
        self.terms = terms
        self._memory = terms.array("bytes", POSITION, 8)
        self._states: dict[str, Term] = {}
        self._asked: dict[tuple[str, Term], Term] = {}
        self.inputs: Final = Inputs(
            length=terms.variable("length", 16),
            network=terms.variable("network", POSITION),
            has_network=terms.variable("has_network", 1),
            front=terms.variable("front", POSITION),
            annotations={name: terms.variable(name, width) for name, width in ANNOTATIONS.items()},
            now=terms.variable("now", TIME_WIDTH),
            byte=self._byte,
            old=self._old,
        )

    def _byte(self, base: Term | None, offset: int) -> Term:
        t = self.terms
        return self.byte_at(t.number(offset, POSITION) if base is None else t.add(base, offset))

    def byte_at(self, position: Term) -> Term:
        """Whatever lies there."""
        return self.terms.make(Kind.ARRAY_SELECT, self._memory, position)

    def _old(self, state: State, index: Term) -> Term:
        if state.name not in self._states:
            self._states[state.name] = self.terms.array(f"state {state.name}", width_of(index), state.width)
        word = self.terms.make(Kind.ARRAY_SELECT, self._states[state.name], index)
        self._asked[state.name, index] = word
        return word

    def certain(self) -> Term:
        """What holds for every packet (1 bit): its headroom and the place of its network header are within bounds."""
        t, inputs = self.terms, self.inputs
        least, most = t.number(-FARTHEST, POSITION), t.number(FARTHEST, POSITION)
        near = t.all_of(t.below(least, inputs.network, signed=True), t.below(inputs.network, most, signed=True))
        return t.all_of(near, t.below(inputs.front, t.number(HEADROOM + 1, POSITION)))

    def find(self, *conditions: Term) -> Counterexample | None:
        """A packet for which all ``conditions`` (1 bit each) hold; None where there is none."""
        options = Options()
        options.set(Option.PRODUCE_MODELS, True)
        solver: Any = Bitwuzla(self.terms.manager, options)
        for condition in (self.certain(), *conditions):
            solver.assert_formula(self.terms.truth(condition))
        answer = solver.check_sat()
        if answer == Result.UNSAT:
            return None
        if answer != Result.SAT:
            raise RuntimeError("the solver gave no answer")
        return self._told(solver)

    def _told(self, solver: Any) -> Counterexample:
        def number(term: Term) -> int:
            return int(solver.get_value(term).value(2), 2)

        inputs, t = self.inputs, self.terms
        length, front = number(inputs.length), number(inputs.front)
        packet = Packet(bytearray(front + length), front, front + length, time=number(inputs.now))
        network = number(inputs.network)
        network -= network >> (POSITION - 1) << POSITION
        packet.network = front + network if number(inputs.has_network) else None
        near = {*range(-front, min(length, TOLD)), *range(network, network + TOLD)}
        for position in sorted(p for p in near if -front <= p < length):
            packet.buffer[front + position] = number(self.byte_at(t.number(position, POSITION)))
        for name, term in inputs.annotations.items():
            setattr(packet, name, number(term))
        return Counterexample(packet, {(name, number(index)): number(word) for (name, index), word in self._asked.items()})
