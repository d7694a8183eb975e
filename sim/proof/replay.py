"""What a failing proof has against a design, seen in simulation: the two states that the solver found are put into the simulated netlist,
both take a step under their inputs, and what should be equal is compared there.

The states keep to all that the proof knows of two copies, so that they differ in nothing but what others than the victim own. From where on
the difference comes nobody says: that such states are reached is not shown. `sim.isolation` plays whole runs from reset on.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import Final

from elements.program.combine import walk
from elements.program.values import Value, const, make
from hdl.datapath import Datapath
from sim.proof.against import Against, Start, allowed, evaluated, find_against, valued
from sim.proof.any_state import AnyState, State, Step
from sim.proof.cut_stores import cut_stores
from sim.proof.datapath import datapath_netlist, state_problem
from sim.proof.design import registers_of
from sim.proof.netlist import Netlist
from sim.proof.noninterference import deeply
from sim.proof.relate.vocabulary import VICTIM
from sim.proof.relation import asked
from sim.proof.replayed import Differs, Replayed, in_copies
from sim.proof.spread_memories import word_name
from sim.proof.terms import symbol
from sim.proof.unroll_delays import in_memories
from sim.shim import Probe

_MOST: Final = 3
"""How many failures are tried."""
_NOT_FOLLOWING: Final = " does not follow"
_NUMBER: Final = symbol(VICTIM, 8)
_NET: Final = "net "

_Compared = Callable[[Against, tuple[Step, Step]], Iterator[Differs]]


def replay_of(datapath: Datapath, probe: Probe = "none") -> Replay:
    """The `Replay` of a data path as it is now. Errors: as `prove_datapath`."""
    netlist = datapath_netlist(datapath)
    return deeply(lambda: Replay(datapath, netlist, probe))


class Replay:
    """What can be seen of failures of the proof of ``datapath``, whose ``netlist`` is that of `datapath_netlist`: by question, in which
    cycle, and what is ``compared``. What it does needs a deep stack (`deeply`), and has the errors of `AnyState`."""

    def __init__(self, datapath: Datapath, netlist: Netlist, probe: Probe = "none") -> None:
        self.problem, _ = state_problem(datapath, netlist)
        self.asked: Final = asked(self.problem)
        self.netlist, _ = cut_stores(netlist)
        shown = by_nets({name: value for name, (_, value) in self.problem.shown.items()}, self.problem.nets)
        self._whole: Final = netlist
        self._probe: Final[Probe] = probe
        self._tenants: Final = len(datapath.weights)
        self._nets: Final = sorted({net for value in shown.values() for net in _nets_of(value)})
        self.compared: dict[str, tuple[str, _Compared]] = {
            **{name: ("a cycle later", compared) for name, compared in self._registers()},
            **{f"output {name}": ("in the same cycle", self._output(name, value)) for name, value in shown.items()},
            **{f"memory {name}": ("a cycle later", self._memory(name)) for name in self.problem.memories},
        }

    @cached_property
    def model(self) -> AnyState:
        """What plays it."""
        return AnyState(self._whole, "datapath", self._nets, self._probe)

    def first(self, victim: int, failures: Sequence[str]) -> tuple[Against, Replayed] | None:
        """The first of the ``failures`` of `prove_datapath` for a ``victim`` that is seen, or else the first that was tried; None where
        they are of other kinds than a register, a memory or an output that is made of nets, or nothing is found."""
        tried: list[tuple[Against, Replayed]] = []
        for failure in failures:
            question = failure.removesuffix(_NOT_FOLLOWING)
            if question not in self.compared or len(tried) == _MOST:
                continue
            found = self.find(victim, question)
            if found is not None:
                tried.append((found, self.play(found)))
                if tried[-1][1].holds:
                    return tried[-1]
        return tried[0] if tried else None

    def find(self, victim: int, question: str) -> Against | None:
        """What the solver has against a ``question`` for a ``victim``; None where it follows."""
        return find_against(self.problem, self.asked, _NUMBER.equals(victim), question)

    def play(self, against: Against) -> Replayed:
        """A step from both states, whoever found them. Errors: ``KeyError`` for a question about which there is nothing to see."""
        one, two = (self.model.step(self._state(start)) for start in against.starts)
        when, compared = self.compared[against.question]
        victim = against.starts[0].values[VICTIM]
        seen = tuple(compared(against, (one, two)))
        fair = allowed(self.problem, self.asked, _NUMBER.equals(victim), against)
        return Replayed(against.question, victim, tuple(self._apart(against, victim)), seen, when, fair)

    def record(self, against: Against, path: Path) -> tuple[int, int]:
        """Writes both steps as a waveform, one after the other; the cycles of the two. The probe is that for waveforms."""
        one, two = self.model.record([self._state(start) for start in against.starts], path)
        return one, two

    def _state(self, start: Start) -> State:
        words, counters = in_memories(self.netlist, start.values)
        registers = {name: counters.get(bits, start.values.get(name, 0)) for name, bits in self.model.registers.items()}
        return State(start.values, registers, {**start.words, **words})

    def _apart(self, against: Against, victim: int) -> Iterator[Differs]:
        """In what the two states differ."""
        called = {name: self.problem.called.get(name, name) for name in against.apart}
        values = [{text: start.values[name] for name, text in called.items()} for start in against.starts]
        words = {place: word_name(*place) for start in against.starts for place in sorted(start.words)}
        kept = [{text: start.words.get(place, 0) for place, text in words.items()} for start in against.starts]
        whose = {text: self._whose(against, victim, self._unequal(name, against.starts)) for name, text in called.items()}
        whose |= {text: self._whose(against, victim, [self._segment(*place)]) for place, text in words.items()}
        known = {text: owner for text, owner in whose.items() if owner is not None}
        one, two = ({**value, **word} for value, word in zip(values, kept, strict=True))
        yield from in_copies(one, two, known)

    def _unequal(self, name: str, starts: tuple[Start, Start]) -> list[Value]:
        """The conditions under which the bits would be equal that are not."""
        differing = starts[0].values[name] ^ starts[1].values[name]
        return [part.when for part in self.problem.parts[name] if differing >> part.low & (1 << part.width) - 1]

    def _segment(self, name: str, at: int) -> Value:
        memory = self.problem.memories[name]
        return memory.segment(const(at, memory.address.width))

    def _whose(self, against: Against, victim: int, conditions: Sequence[Value]) -> int | None:
        """The tenant whose it is that, by ``conditions``, is not the victim's; None where it is not one's, in both copies."""
        numbers = {each for value in walk(list(conditions)) if value.op == "eq" and _NUMBER in value.operands for each in value.operands}
        one, two = against.starts
        found = {
            number
            for each in (against, replace(against, starts=(two, one)))
            for value, number in valued(numbers - {_NUMBER}, each).items()
            if value in numbers
        }
        return found.pop() if len(found) == 1 and found.isdisjoint({victim, *range(self._tenants, 256)}) else None

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
        """Whether the word that the solver says is another one then is one."""

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
            def shown(start: Start, step: Step) -> int:
                known = {**start.values, **{f"{_NET}{net}": step.nets[net] for net in nets}}
                return evaluated([value], {each: known[str(each.attributes[0])] for each in walk([value]) if each.op == "meta"})[value]

            (one, two), (first, second) = against.starts, steps
            # Where the nets of the other copy make no difference, it is what the solver says of the states that differs.
            if shown(one, first) == shown(two, second) or shown(one, first) == shown(one, second):
                return
            yield Differs(name, (shown(one, first), shown(two, second)))
            yield from in_copies(*({net: step.nets[net] for net in nets} for step in steps))

        return compared


def by_nets(shown: Mapping[str, Value], nets: Mapping[Value, str]) -> dict[str, Value]:
    """What is ``shown``, by name, with ``nets`` in the place of what they are made of; without that in which there are none, since nothing
    of it could be seen."""
    found = {name: _by_nets(value, nets) for name, value in shown.items()}
    return {name: value for name, value in found.items() if _nets_of(value)}


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
