"""The logic reading, for conformance."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from elements.logic.evaluate import FRONT, Evaluator, Known
from elements.program.program import Program
from sim.conformance.cases import Case, state_after_poke
from sim.conformance.outcome import NAMES, Doing, Outcome, annotations_of, carry_out


class Logic:
    """`elements.logic` on one program, its terms folded to numbers by the solver."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self._evaluator = Evaluator(program)
        self._words = {access.state.name: [access.state.initial] * access.state.depth for access in program.accesses}

    def run(self, cases: Sequence[Case]) -> Iterator[Outcome]:
        """See `Reading`."""
        for case in cases:
            packet = case.packet
            for access in self.program.accesses if case.poke is not None else ():
                self._words[access.state.name] = [state_after_poke(case.poke or 0, access.state.width)] * access.state.depth
            known = Known(
                front=bytes(packet.buffer[max(0, packet.start - FRONT) : packet.start]),
                data=packet.data,
                network=None if packet.network is None else packet.network - packet.start,
                annotations=dict(zip(NAMES, annotations_of(packet), strict=True)),
                now=packet.time,
                state={a.state.name: _joined(self._words[a.state.name], a.state.width) for a in self.program.accesses},
            )
            done = self._evaluator.run(known)
            for name, (index, value) in done.writes.items():
                self._words[name][index] = value
            numbers = tuple(number for number, _ in done.exits)
            left = carry_out(self.program, packet, Doing(numbers, done.stores, done.annotations, done.end))
            # Where the network header is comes from the terms too.
            moved = [None if at is None else at - self.program.exits[number].shift for number, at in done.exits]
            left = tuple(replace(out, network=network) for out, network in zip(left, moved, strict=True))
            yield Outcome(left, tuple(word for words in self._words.values() for word in words))


def _joined(words: list[int], width: int) -> int:
    return sum(word << width * index for index, word in enumerate(words))
