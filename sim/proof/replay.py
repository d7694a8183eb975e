"""What a failing proof has against a design, seen in simulation: the two states that the solver found are put into the simulated netlist,
both take a step under their inputs, and what should be equal is compared there.

The states keep to all that the proof knows of two copies, so that they differ in nothing but what others than the victim own. From where on
the difference comes nobody says: that such states are reached is not shown. `sim.isolation` plays whole runs from reset on.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import Final

from elements.program.combine import walk
from elements.program.values import Value, make
from hdl.datapath import Datapath
from sim.proof.against import Against, Start, evaluated, find_against
from sim.proof.any_state import AnyState, Step
from sim.proof.cut_stores import cut_stores
from sim.proof.datapath import datapath_netlist, state_problem
from sim.proof.design import registers_of
from sim.proof.netlist import Netlist
from sim.proof.noninterference import deeply
from sim.proof.relate.vocabulary import VICTIM
from sim.proof.replayed import Differs, Replayed, in_copies
from sim.proof.spread_memories import word_name
from sim.proof.terms import symbol
from sim.proof.unroll_delays import in_memories

_MOST: Final = 3
"""How many failures are tried."""
_NOT_FOLLOWING: Final = " does not follow"


def replay_datapath(datapath: Datapath, victim: int, failures: Sequence[str]) -> Replayed | None:
    """The first of the ``failures`` of `prove_datapath` that is seen, or else the first that was tried; None where they are of other kinds
    than a register, a memory or an output of the netlist. Errors: as `AnyState`."""
    netlist = datapath_netlist(datapath)
    return deeply(lambda: _first(Replay(datapath, netlist), symbol(VICTIM, 8).equals(victim), failures))


def _first(replay: Replay, case: Value, failures: Sequence[str]) -> Replayed | None:
    tried: list[Replayed] = []
    for failure in failures:
        question = failure.removesuffix(_NOT_FOLLOWING)
        if question not in replay.compared or len(tried) == _MOST:
            continue
        found = find_against(replay.problem, case, question)
        if found is not None:
            tried.append(replay.play(found))
            if tried[-1].seen:
                return tried[-1]
    return tried[0] if tried else None


_Compared = Callable[[Against, tuple[Step, Step]], Iterator[Differs]]


class Replay:
    """What can be seen of failures of the proof of ``datapath``, whose ``netlist`` is that of `datapath_netlist`: by question, in which
    cycle, and what is ``compared``."""

    def __init__(self, datapath: Datapath, netlist: Netlist) -> None:
        self.problem, _ = state_problem(datapath, netlist)
        self.netlist, _ = cut_stores(netlist)
        shown = {name: _by_nets(value, self.problem.nets) for name, (_, value) in self.problem.shown.items()}
        self._whole: Final = netlist
        self._nets: Final = sorted({net for value in shown.values() for net in _nets_of(value)})
        self.compared: dict[str, tuple[str, _Compared]] = {
            **{name: ("a cycle later", compared) for name, compared in self._registers()},
            **{f"output {name}": ("in the same cycle", self._output(name, value)) for name, value in shown.items()},
            **{f"memory {name}": ("a cycle later", self._memory(name)) for name in self.problem.memories},
        }

    @cached_property
    def model(self) -> AnyState:
        """What plays it."""
        return AnyState(self._whole, "datapath", self._nets)

    def play(self, against: Against) -> Replayed:
        """A step from both states. Errors: ``KeyError`` for a question about which there is nothing to see; as `AnyState`."""
        one, two = (self._step(start) for start in against.starts)
        when, compared = self.compared[against.question]
        values = [{self.problem.called.get(name, name): start.values[name] for name in against.apart} for start in against.starts]
        words = [{word_name(*place): word for place, word in start.words.items()} for start in against.starts]
        begun = [{**value, **dict(sorted(word.items()))} for value, word in zip(values, words, strict=True)]
        return Replayed(against.question, tuple(in_copies(*begun)), tuple(compared(against, (one, two))), when)

    def _step(self, start: Start) -> Step:
        words, counters = in_memories(self.netlist, start.values)
        registers = {name: counters.get(bits, start.values.get(name, 0)) for name, bits in self.model.registers.items()}
        return self.model.step(start.values, registers, {**start.words, **words})

    def _registers(self) -> Iterator[tuple[str, _Compared]]:
        """What is said of the parts of registers."""
        there = registers_of(self._whole)
        for name in self.problem.following:
            if name in there:
                called = self.problem.called.get(name, name)
                for part in self.problem.parts[name]:
                    yield f"{called}[{part.low}+{part.width}]", self._part(name, called, part.low, part.width)

    def _part(self, name: str, called: str, low: int, width: int) -> _Compared:
        def compared(_: Against, steps: tuple[Step, Step]) -> Iterator[Differs]:
            one, two = (step.later[name] >> low & (1 << width) - 1 for step in steps)
            yield from in_copies({called: one}, {called: two})

        return compared

    def _memory(self, name: str) -> _Compared:
        """Whether the word that the solver says is written in the one copy and not alike in the other."""

        def compared(against: Against, steps: tuple[Step, Step]) -> Iterator[Differs]:
            before = (start.words.get((name, against.word), 0) for start in against.starts)
            now = [step.written.get(name, (None, 0)) for step in steps]
            one, two = (word if at == against.word else kept for (at, word), kept in zip(now, before, strict=True))
            place = word_name(name, against.word)
            yield from in_copies({place: one}, {place: two})

        return compared

    def _output(self, name: str, value: Value) -> _Compared:
        """Whether what is made of the nets is another in the one copy than in the other."""
        nets = sorted(_nets_of(value))

        def compared(against: Against, steps: tuple[Step, Step]) -> Iterator[Differs]:
            shown = []
            for start, step in zip(against.starts, steps, strict=True):
                known = {**start.values, **{f"{_NET}{net}": step.nets[net] for net in nets}}
                leaves = {each: known[str(each.attributes[0])] for each in walk([value]) if each.op == "meta"}
                shown.append(evaluated([value], leaves)[value])
            if shown[0] != shown[1]:
                yield Differs(name, (shown[0], shown[1]))
                yield from in_copies(*({net: step.nets[net] for net in nets} for step in steps))

        return compared


_NET: Final = "net "


def _by_nets(value: Value, nets: Mapping[Value, str]) -> Value:
    """``value`` with nets in the place of what they are made of."""
    known: dict[Value, Value] = {}

    def cut(each: Value) -> Value:
        if each not in known:
            net = nets.get(each)
            named = net is not None and each.op != "const"
            known[each] = (
                symbol(f"{_NET}{net}", each.width) if named else make(each.op, each.width, tuple(map(cut, each.operands)), each.attributes)
            )
        return known[each]

    return cut(value)


def _nets_of(value: Value) -> set[str]:
    names = {str(each.attributes[0]) for each in walk([value]) if each.op == "meta"}
    return {name.removeprefix(_NET) for name in names if name.startswith(_NET)}
