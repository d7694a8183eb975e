"""The reference reading, for conformance."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from elements.program.program import Program
from elements.reference.interpret import ProgramRunner, StateStore
from sim.conformance.cases import Case
from sim.conformance.outcome import Outcome, left_of


class Reference:
    """`elements.reference.interpret` on one program."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self._store = StateStore()
        self._runner = ProgramRunner(program, self._store)
        self._numbers = {id(way): number for number, way in enumerate(program.exits)}

    def run(self, cases: Sequence[Case]) -> Iterator[Outcome]:
        """See `Reading`."""
        for case in cases:
            for access in self.program.accesses if case.poke is not None else ():
                for index in range(access.state.depth):
                    self._store.set(access.state, case.poke or 0, index)
            done = self._runner.run(case.fresh(), case.packet.time)
            left = tuple(left_of(self._numbers[id(way)], packet) for way, packet in done)
            states = [access.state for access in self.program.accesses]
            yield Outcome(left, tuple(self._store.get(state, index) for state in states for index in range(state.depth)))
