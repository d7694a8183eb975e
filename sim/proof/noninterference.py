"""Noninterference of a pipeline, proved without a bound by self-composition, one obligation a register.

Two copies of the netlist take a step. The relation between them, for a victim v: in every stage, either both hold a packet of v, and then
all of the stage's registers are equal, or neither does; v's state is equal; the time is equal. All else may differ: in the second copy it
is zero, so that what is equal in every case is the same whatever the first copy holds.

It holds at first: both copies start with the same contents, and reset clears every stage's valid (`Stages` shows it). It is inductive if,
in each case of what a stage holds (a packet of v, nothing, a packet of another tenant), what it makes keeps to it. For a packet of v, that
is every register of the next stage, v's state and every output; for the others it is v's state: that they stay what they are follows from
how the valids and the tenant's number are carried, which `Stages` finds by what they are computed from. Where packets leave, nothing may
leave of an empty stage, and what leaves bears its own tenant's number.

Terms are hash-consed and fold, so that equal means identical: no solver, and nothing left open that is not reported.
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import TypeVar

from elements.program.combine import walk
from elements.program.values import Value, const, part
from sim.proof.design import Design, one_clock
from sim.proof.netlist import Bit, Netlist
from sim.proof.ownership import Ownership
from sim.proof.spread_memories import spread_memories, words_of
from sim.proof.stages import Stages
from sim.proof.terms import symbol
from sim.proof.unroll_delays import unroll_delays

_Outcome = TypeVar("_Outcome")
_DEEP = 1_000_000
_STACK = 512 << 20
_NOBODY = -1
_WORDS = {"victim": "a packet of the victim", "idle": "nothing", "other": "another tenant's packet", "any": "anything"}


@dataclass
class Result:
    """``obligations`` that were discharged, and ``failures``: the register, the case and why."""

    obligations: int = 0
    failures: list[str] = field(default_factory=list)
    stages: int = 0

    @property
    def proved(self) -> bool:
        """Whether everything was."""
        return not self.failures and self.obligations > 0


def prove(netlist: Netlist, ownership: Ownership, victim: int, tenants: int) -> Result:
    """Prove that tenants other than ``victim`` cannot influence it, and that none of their packets leaves as its. Errors: ``ValueError``
    for a netlist that is no step of one clock, or has a cell or memory that the prover has no meaning for.

    """
    return deeply(lambda: _prove(netlist, ownership, victim, tenants))


def deeply(work: Callable[[], _Outcome]) -> _Outcome:
    """What ``work`` returns, in a thread with a deep stack: terms are walked recursively."""
    limit, size = sys.getrecursionlimit(), threading.stack_size(_STACK)
    sys.setrecursionlimit(_DEEP)
    try:
        with ThreadPoolExecutor(1) as deep:
            return deep.submit(work).result()
    finally:
        sys.setrecursionlimit(limit)
        threading.stack_size(size)


def _prove(netlist: Netlist, ownership: Ownership, victim: int, tenants: int) -> Result:
    one_clock(netlist, ownership.clock)
    words = dict.fromkeys(words_of(netlist, ownership.memories), _NOBODY)
    design = Design(unroll_delays(spread_memories(netlist, ownership.memories), ownership.reset))
    disagreements = ownership.disagreements(design)
    if disagreements:
        return Result(failures=disagreements)
    states = {**words, **ownership.states}
    stages = Stages(design, ownership, states)
    if stages.failures:
        return Result(failures=stages.failures, stages=stages.last)
    return _Prover(design, ownership, stages, victim, tenants).run()


@dataclass(frozen=True)
class _Step:
    """Both copies in one case of what ``stage`` holds, of ``tenant``; ``differing``: what may not be equal in them."""

    stage: int
    case: str
    tenant: int
    first: Mapping[str, Value]
    second: Mapping[str, Value]
    differing: frozenset[str]


class _Prover:
    def __init__(self, design: Design, ownership: Ownership, stages: Stages, victim: int, tenants: int) -> None:
        self.design = design
        self.ownership = ownership
        self.stages = stages
        self.victim = victim
        self.tenants = tenants
        self.result = Result(stages=stages.last)

    def run(self) -> Result:
        updates = self._updates()
        others = [("other", tenant) for tenant in range(self.tenants) if tenant != self.victim]
        for stage in range(self.stages.last + 1):
            for case, tenant in (("victim", self.victim), ("idle", self.victim), *others):
                self._check(self._step(stage, case, tenant), updates.get(stage, []))
        self._shown()
        return self.result

    def _updates(self) -> dict[int, list[str]]:
        """The victim's state by the stage that updates it."""
        found: dict[int, list[str]] = {}
        for name in (name for name, owner in self.stages.states.items() if owner == self.victim):
            stages = {self.stages.of[s] for s in self.design.support[name] if s in self.stages.of}
            if len(stages) > 1:
                self._fail(f"{name} is updated from several stages: {sorted(stages)}")
            found.setdefault(min(stages, default=0), []).append(name)
        return found

    def _step(self, stage: int, case: str, tenant: int) -> _Step:
        own, stages, widths = self.ownership, self.stages, self.design.widths
        first = {name: symbol(name, width) for name, width in widths.items()}
        second = dict(first)
        shared = {*stages.common, *(own.asking_inputs if case == "any" else ())}
        for name, width in widths.items():
            owner = stages.states.get(name, own.tenant_inputs.get(name))
            same = name in shared or (stages.of.get(name) == stage and case == "victim") if owner is None else owner == self.victim
            if not same:
                second[name] = const(0, width)
        if case in ("victim", "other"):
            for name, value in stages.carried(stage, tenant).items():
                first[name] = const(value, widths[name])
                second[name] = const(value if case == "victim" else 0, widths[name])
        if case != "any":
            for name in stages.valids[stage]:
                first[name] = const(int(case != "idle"), 1)
                second[name] = const(int(case == "victim"), 1)
        differing = frozenset(name for name, value in first.items() if value is not second[name])
        return _Step(stage, case, tenant, first, second, differing)

    def _check(self, step: _Step, updated: list[str]) -> None:
        """What the step makes of the victim's state, of the next stage, and, in the last one, of the outputs."""
        design, stages = self.design, self.stages
        kept = [*updated]
        if step.case == "victim":
            kept += [name for name in design.registers if stages.of.get(name) == step.stage + 1]
        wanted = {name: (design.registers[name].data, design.support[name]) for name in kept}
        if step.case == "victim" and step.stage == stages.last:
            wanted |= {f"output {name}": self._output(name) for name in design.outputs if name not in self.ownership.shows}
        self._equal(step, wanted)
        if step.stage == stages.last:
            self._leaves(step)

    def _output(self, name: str) -> tuple[tuple[Bit, ...], frozenset[str]]:
        return self.design.netlist.ports[name][1], self.design.output_support[name]

    def _leaves(self, step: _Step) -> None:
        """Nothing leaves of an empty stage, and a packet as its own tenant's."""
        first = self.design.evaluator(step.first)
        width = self.design.widths[self.ownership.tenant]
        if step.case == "idle":
            for name in self.ownership.quiet:
                self.result.obligations += 1
                if first.word(self._output(name)[0]).constant != 0:
                    self._fail(f"output {name}, where the stage holds {_WORDS[step.case]}: a packet appears")
            return
        for name, low in self.ownership.numbers.items():
            self.result.obligations += 1
            if part(first.word(self._output(name)[0]), low, width).constant != step.tenant:
                self._fail(
                    f"output {name}, where the stage holds {_WORDS[step.case]}: the packet of tenant {step.tenant} leaves as another's"
                )

    def _shown(self) -> None:
        """Where the victim asks for its state, it sees the same in both copies, whatever packets there are."""
        step = self._step(0, "any", self.victim)
        for name, asked in self.ownership.shows.items():
            mine = {asked: const(self.victim, self.design.widths[asked])}
            asking = _Step(0, "any", self.victim, {**step.first, **mine}, {**step.second, **mine}, step.differing)
            self._equal(asking, {f"output {name}": self._output(name)})

    def _equal(self, step: _Step, wanted: Mapping[str, tuple[tuple[Bit, ...], frozenset[str]]]) -> None:
        a, b = self.design.evaluator(step.first), self.design.evaluator(step.second)
        for name, (bits, support) in wanted.items():
            self.result.obligations += 1
            # The same function of what is equal is equal.
            if support.isdisjoint(step.differing):
                continue
            x, y = a.word(bits), b.word(bits)
            if x is not y:
                odd = sorted(_variables(x) ^ _variables(y))
                self._fail(f"{name}, where the stage holds {_WORDS[step.case]}: differs by {', '.join(odd[:5]) or 'its form'}")

    def _fail(self, text: str) -> None:
        self.result.failures.append(text)


def _variables(term: Value) -> set[str]:
    return {str(value.attributes[0]) for value in walk([term]) if value.op == "meta"}
