"""What the proof of a pipeline has against it, seen in simulation, as `sim.proof.replay` does it for the data path: terms that are not the
same in both copies are given to a solver, and what makes them differ is put into the simulated netlist.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Final

from elements.program.values import Value, bit_not, eq
from hdl.pipeline import Pipeline
from sim.proof.against import evaluated, least_apart
from sim.proof.any_state import AnyState, State, Step
from sim.proof.netlist import Netlist, read_netlist
from sim.proof.noninterference import Result, Unequal, deeply
from sim.proof.ownership import Ownership
from sim.proof.pipeline import ownership_of, pipeline_verilog
from sim.proof.replayed import Differs, Replayed, in_copies
from sim.proof.spread_memories import spread_memories, word_name
from sim.proof.unroll_delays import in_memories
from sim.shim import Probe

_OUTPUT: Final = "output "


@dataclass(frozen=True)
class Begun:
    """The ``starts`` of both copies from which a step makes what is ``unequal`` differ: registers, words of state and inputs by the names
    that the proof gives them; ``apart``: in which of them they differ. ``tables``: what the solver took to be read of tables."""

    unequal: Unequal
    starts: tuple[Mapping[str, int], Mapping[str, int]]
    apart: tuple[str, ...]
    tables: Mapping[Value, int]

    @property
    def allowed(self) -> bool:
        """Whether the states are such as the proof speaks of, and what it compares differs then: by plain evaluation, whoever found
        them."""
        copies = list(zip(self.unequal.copies, self.starts, strict=True))
        outside = dict(self.tables)
        for copy, start in reversed(copies):
            outside |= {value: start[name] for name, value in copy.items() if value.op == "meta"}
        one, two = self.unequal.terms
        numbers = evaluated([one, two, *(value for copy, _ in copies for value in copy.values())], outside)
        return numbers[one] != numbers[two] and all(numbers[copy[name]] == start[name] for copy, start in copies for name in copy)


def replay_of_pipeline(pipeline: Pipeline, results: Mapping[int, Result], probe: Probe = "none") -> ReplayPipeline:
    """The `ReplayPipeline` of what `prove_pipeline` said of ``pipeline``."""
    netlist = read_netlist(pipeline_verilog(pipeline), "pipeline")
    return deeply(lambda: ReplayPipeline(netlist, ownership_of(pipeline, netlist), "pipeline", results, probe))


class ReplayPipeline:
    """What can be seen of what is unequal in the ``results`` of the proof of a ``netlist``, whose module is ``top``. What is in tables the
    solver does not know: where it rests on that, no difference may be seen. What this does needs a deep stack (`deeply`), and has the
    errors of `AnyState`."""

    def __init__(self, netlist: Netlist, ownership: Ownership, top: str, results: Mapping[int, Result], probe: Probe = "none") -> None:
        self._netlist: Final = netlist
        self._ownership: Final = ownership
        self._top: Final = top
        self._probe: Final[Probe] = probe
        self._unequal: Final = {victim: result.unequal for victim, result in results.items()}
        self._states: Final = spread_memories(netlist, ownership.memories)
        self._places: Final = {
            word_name(cell.name, at): (cell.name, at)
            for cell in netlist.cells
            if cell.name in ownership.memories
            for at in range(1 << cell.number("ABITS"))
        }

    @cached_property
    def model(self) -> AnyState:
        """What plays it."""
        outputs = {each.name.removeprefix(_OUTPUT) for every in self._unequal.values() for each in every if each.name.startswith(_OUTPUT)}
        shown = {name: bits for name, (is_input, bits) in self._netlist.ports.items() if not is_input}
        return AnyState(self._netlist, self._top, {name: shown[name] for name in sorted(outputs)}, self._probe)

    def first(self, victim: int, _: Sequence[str]) -> tuple[Begun, Replayed] | None:
        """Of the unequal things that are kept for a ``victim``, the first that is seen, or else the first that was tried; None where each
        is in a delay line, where nothing is seen, or is only otherwise written down, so that no state makes it differ."""
        tried: list[tuple[Begun, Replayed]] = []
        for unequal in self._unequal[victim]:
            begun = _begun(unequal) if self._is_seen(unequal.name) else None
            if begun is not None:
                tried.append((begun, self.play(victim, begun)))
                if tried[-1][1].holds:
                    return tried[-1]
        return tried[0] if tried else None

    def play(self, victim: int, begun: Begun) -> Replayed:
        """A step from both states, whoever found them."""
        question = begun.unequal.name
        states = [self._state(start) for start in begun.starts]
        after = [_seen(self.model.step(state), state) for state in states]
        seen = in_copies(*({question: each.get(question, 0)} for each in after))
        when = "in the same cycle" if question.startswith(_OUTPUT) else "a cycle later"
        return Replayed(question, victim, tuple(self._apart(begun, victim)), tuple(seen), when, begun.allowed)

    def _is_seen(self, name: str) -> bool:
        return name.startswith(_OUTPUT) or name in self.model.registers or name in self._places

    def record(self, begun: Begun, path: Path) -> tuple[int, int]:
        """Writes both steps as a waveform, one after the other; the cycles of the two. The probe is that for waveforms."""
        one, two = self.model.record([self._state(start) for start in begun.starts], path)
        return one, two

    def _apart(self, begun: Begun, victim: int) -> Iterator[Differs]:
        owners = {**self._ownership.states, **self._ownership.tenant_inputs}
        one, two = ({name: start[name] for name in begun.apart} for start in begun.starts)
        yield from in_copies(one, two, {name: owner for name, owner in owners.items() if owner != victim})

    def _state(self, start: Mapping[str, int]) -> State:
        words, counters = in_memories(self._states, start)
        words.update({place: start[name] for name, place in self._places.items() if start.get(name)})
        registers = {name: counters.get(bits, start.get(name, 0)) for name, bits in self.model.registers.items()}
        return State(start, registers, words)


def _begun(unequal: Unequal) -> Begun | None:
    one, two = unequal.copies
    answer = least_apart([bit_not(eq(*unequal.terms))], {name: (one[name], two[name]) for name in one})
    if answer is None:
        return None
    model, apart = answer
    numbers = evaluated([*one.values(), *two.values()], model)
    first, second = ({name: numbers[value] for name, value in copy.items()} for copy in (one, two))
    return Begun(unequal, (first, second), apart, {value: number for value, number in model.items() if value.op == "found"})


def _seen(step: Step, before: State) -> dict[str, int]:
    """Registers, words of state and outputs by the names that the proof gives them."""
    kept = {**before.words, **{(memory, at): word for memory, (at, word) in step.written.items()}}
    return {
        **step.later,
        **{word_name(*place): word for place, word in kept.items()},
        **{f"{_OUTPUT}{net}": value for net, value in step.nets.items()},
    }
