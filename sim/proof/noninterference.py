"""Noninterference of a pipeline, proved without a bound by self-composition, one obligation a register.

Two copies of the netlist take a step. The relation between them, for a victim v: in every stage, either both hold a packet of v, and then
all of the stage's registers are equal, or neither does; v's state is equal; the time is equal. All else may differ: in the second copy it
is zero, so that what is equal in every case is the same whatever the first copy holds.

It holds at first: both copies start with the same contents, and reset clears every stage's valid (`Stages` shows it). It is inductive if,
in each case of what a stage holds (a packet of v, nothing, a packet of another tenant), what it makes keeps to it. For a packet of v, that
is every register of the next stage, v's state and every output; for the others it is v's state: that they stay what they are follows from
how the valids and the tenant's number are carried, which `Stages` finds by what they are computed from. Where packets leave, nothing may
leave of an empty stage, and what leaves bears its own tenant's number.

Terms are hash-consed and fold, so that equal means identical: no solver, and nothing left open that is not reported. All victims are
proved side by side: whoever the victim is, the first copy of a stage that holds a tenant's packet is the same, and is evaluated once.
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import TypeVar

from elements.program.combine import walk
from elements.program.values import Value, const, part
from sim.proof.design import Design, one_clock
from sim.proof.netlist import Bit, Netlist
from sim.proof.ownership import Ownership
from sim.proof.said import Said
from sim.proof.spread_memories import spread_memories, words_of
from sim.proof.stages import Stages
from sim.proof.terms import Evaluator, symbol
from sim.proof.unroll_delays import unroll_delays

_Outcome = TypeVar("_Outcome")
_Class = tuple[str, int]
_DEEP = 1_000_000
_STACK = 512 << 20
_NOBODY = -1
_KEPT = 3
"""How many terms are kept that are not equal: each of them has all of both copies."""
_WORDS = {"victim": "a packet of the victim", "idle": "nothing", "other": "another tenant's packet", "any": "anything"}


@dataclass(frozen=True)
class Unequal:
    """A register or an ``output …`` of which it is not shown that it is the same in both copies: its ``terms`` there, and those of
    registers and inputs."""

    name: str
    terms: tuple[Value, Value]
    copies: tuple[Mapping[str, Value], Mapping[str, Value]]


@dataclass
class Result:
    """``obligations`` that were discharged, and ``failures``: the register, the case and why; the first three that are ``unequal``.
    ``presumed``: what has to be so for them to mean anything, in words; ``kept``: what is shown of that which other proofs presume, in the
    same words."""

    obligations: int = 0
    failures: list[str] = field(default_factory=list)
    stages: int = 0
    presumed: tuple[Said, ...] = ()
    kept: tuple[Said, ...] = ()
    unequal: tuple[Unequal, ...] = ()

    @property
    def proved(self) -> bool:
        """Whether everything was."""
        return not self.failures and self.obligations > 0


def prove(netlist: Netlist, ownership: Ownership, victim: int, tenants: int) -> Result:
    """`prove_victims` for one of them."""
    return prove_victims(netlist, ownership, (victim,), tenants)[victim]


def prove_victims(netlist: Netlist, ownership: Ownership, victims: Sequence[int], tenants: int) -> dict[int, Result]:
    """Prove of each of the ``victims`` that other tenants cannot influence it, and that none of their packets leaves as its. Errors:
    ``ValueError`` for a netlist that is no step of one clock, or has a cell or memory that the prover has no meaning for."""
    return deeply(lambda: _prove(netlist, ownership, victims, tenants))


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


def _prove(netlist: Netlist, ownership: Ownership, victims: Sequence[int], tenants: int) -> dict[int, Result]:
    one_clock(netlist, ownership.clock)
    words = dict.fromkeys(words_of(netlist, ownership.memories), _NOBODY)
    design = Design(unroll_delays(spread_memories(netlist, ownership.memories), ownership.reset))
    disagreements = ownership.disagreements(design)
    if disagreements:
        return {victim: Result(failures=list(disagreements)) for victim in victims}
    states = {**words, **ownership.states}
    stages = Stages(design, ownership, states)
    if stages.failures:
        return {victim: Result(failures=list(stages.failures), stages=stages.last) for victim in victims}
    return _Prover(design, ownership, stages, victims, tenants).run()


_Wanted = Mapping[str, tuple[Bit, ...]]
"""What is to be equal, by what it is called: its bits."""


@dataclass(frozen=True)
class _Step:
    """Both copies in one ``case`` of what a stage holds, for ``victim``; ``same``: the classes (`_Prover.classes`) of what is equal."""

    victim: int
    case: str
    first: Evaluator
    second: Evaluator
    same: frozenset[_Class]


class _Prover:
    def __init__(self, design: Design, ownership: Ownership, stages: Stages, victims: Sequence[int], tenants: int) -> None:
        self.design = design
        self.ownership = ownership
        self.stages = stages
        self.tenants = tenants
        self.results = {victim: Result(stages=stages.last) for victim in victims}
        self._symbols = {name: symbol(name, width) for name, width in design.widths.items()}
        self._class = {name: self._class_of(name) for name in design.widths}
        self._members: dict[_Class, list[str]] = {}
        for name, each in self._class.items():
            self._members.setdefault(each, []).append(name)
        self._made_of: dict[str, frozenset[_Class]] = {}
        self._zeros = {name: const(0, width) for name, width in design.widths.items()}
        # Where a stage holds nothing of a victim's, its second copy is zero but for what is the victim's, or the same in both.
        self._apart = {victim: design.evaluator(self._second(victim)) for victim in victims}

    def run(self) -> dict[int, Result]:
        updates = {victim: self._updates(victim) for victim in self.results}
        for stage in range(self.stages.last + 1):
            holding = {tenant: self._holding(stage, tenant) for tenant in range(self.tenants)}
            held = {tenant: self.design.evaluator(terms) for tenant, terms in holding.items()}
            idle = self.design.evaluator(self._symbols | {name: const(0, 1) for name in self.stages.valids[stage]})
            following = [name for name in self.design.registers if self.stages.of.get(name) == stage + 1]
            for victim in self.results:
                updated = updates[victim].get(stage, [])
                here = {name: holding[victim][name] for name in self._members.get(("stage", stage), ())}
                same = frozenset((*self._own(victim), ("stage", stage)))
                step = _Step(victim, "victim", held[victim], self.design.evaluator(self._second(victim) | here), same)
                self._victim(step, stage, [*updated, *following])
                self._others(stage, victim, "idle", victim, idle, updated)
                for tenant in range(self.tenants):
                    if tenant != victim:
                        self._others(stage, victim, "other", tenant, held[tenant], updated)
        for victim in self.results:
            self._shown(victim)
        return self.results

    def _class_of(self, name: str) -> _Class:
        """What decides where a register or input is equal in both copies."""
        own, stages = self.ownership, self.stages
        owner = stages.states.get(name, own.tenant_inputs.get(name))
        if name in stages.common:
            return ("common", 0)
        if owner is not None:
            return ("owner", owner)
        return ("asking", 0) if name in own.asking_inputs else ("stage", stages.of.get(name, _NOBODY))

    def _updates(self, victim: int) -> dict[int, list[str]]:
        """The victim's state by the stage that updates it."""
        found: dict[int, list[str]] = {}
        for name in (name for name, owner in self.stages.states.items() if owner == victim):
            stages = {self.stages.of[s] for s in self.design.support[name] if s in self.stages.of}
            if len(stages) > 1:
                self._fail(victim, f"{name} is updated from several stages: {sorted(stages)}")
            found.setdefault(min(stages, default=0), []).append(name)
        return found

    def _holding(self, stage: int, tenant: int) -> dict[str, Value]:
        """The first copy where the stage holds a packet of the tenant's."""
        widths = self.design.widths
        carried = {name: const(value, widths[name]) for name, value in self.stages.carried(stage, tenant).items()}
        return self._symbols | carried | {name: const(1, 1) for name in self.stages.valids[stage]}

    def _second(self, victim: int, *more: _Class) -> dict[str, Value]:
        """The second copy where only what is the victim's, or the same in both, or ``more``, is what it is in the first."""
        kept = [name for each in (*self._own(victim), *more) for name in self._members.get(each, ())]
        return self._zeros | {name: self._symbols[name] for name in kept}

    @staticmethod
    def _own(victim: int) -> tuple[_Class, ...]:
        return ("common", 0), ("owner", victim)

    def _victim(self, step: _Step, stage: int, kept: list[str]) -> None:
        """What a packet of the victim makes of its state, of the next stage, and, in the last one, of the outputs."""
        self._registers(step, kept)
        if stage == self.stages.last:
            shows = self.ownership.shows
            self._equal(step, {f"output {name}": self._output(name) for name in self.design.outputs if name not in shows})
            self._leaves(step, step.victim)

    def _others(self, stage: int, victim: int, case: str, tenant: int, first: Evaluator, updated: list[str]) -> None:
        """What nothing, or a packet of the other ``tenant``, makes of the victim's state, and how that packet leaves in the last stage."""
        step = _Step(victim, case, first, self._apart[victim], frozenset(self._own(victim)))
        self._registers(step, updated)
        if stage == self.stages.last:
            self._leaves(step, tenant)

    def _registers(self, step: _Step, names: list[str]) -> None:
        self._equal(step, {name: self.design.registers[name].data for name in names})

    def _output(self, name: str) -> tuple[Bit, ...]:
        return self.design.netlist.ports[name][1]

    def _leaves(self, step: _Step, tenant: int) -> None:
        """Nothing leaves of an empty stage, and a packet as its own tenant's."""
        width = self.design.widths[self.ownership.tenant]
        result = self.results[step.victim]
        if step.case == "idle":
            for name in self.ownership.quiet:
                result.obligations += 1
                if step.first.word(self._output(name)).constant != 0:
                    self._fail(step.victim, f"output {name}, where the stage holds {_WORDS[step.case]}: a packet appears")
            return
        for name, low in self.ownership.numbers.items():
            result.obligations += 1
            if part(step.first.word(self._output(name)), low, width).constant != tenant:
                leaves = f"the packet of tenant {tenant} leaves as another's"
                self._fail(step.victim, f"output {name}, where the stage holds {_WORDS[step.case]}: {leaves}")

    def _shown(self, victim: int) -> None:
        """Where the victim asks for its state, it sees the same in both copies, whatever packets there are."""
        asking: _Class = ("asking", 0)
        same = frozenset((*self._own(victim), asking))
        second = self._second(victim, asking)
        for name, asked in self.ownership.shows.items():
            mine = {asked: const(victim, self.design.widths[asked])}
            first = self.design.evaluator(self._symbols | mine)
            self._equal(_Step(victim, "any", first, self.design.evaluator(second | mine), same), {f"output {name}": self._output(name)})

    def _equal(self, step: _Step, wanted: _Wanted) -> None:
        result = self.results[step.victim]
        for name, bits in wanted.items():
            result.obligations += 1
            # The same function of what is equal is equal.
            if self._classes(name) <= step.same:
                continue
            x, y = step.first.word(bits), step.second.word(bits)
            if x is not y:
                odd = sorted(_variables(x) ^ _variables(y))
                text = f"{name}, where the stage holds {_WORDS[step.case]}: differs by {', '.join(odd[:5]) or 'its form'}"
                self._fail(step.victim, text)
                result.unequal = (*result.unequal, Unequal(name, (x, y), (step.first.given, step.second.given)))[:_KEPT]

    def _classes(self, name: str) -> frozenset[_Class]:
        """The classes of what a register, or an ``output …``, is made of."""
        found = self._made_of.get(name)
        if found is None:
            output = name.removeprefix("output ")
            support = self.design.support[name] if name in self.design.support else self.design.output_support[output]
            found = self._made_of[name] = frozenset(self._class[each] for each in support)
        return found

    def _fail(self, victim: int, text: str) -> None:
        self.results[victim].failures.append(text)


def _variables(term: Value) -> set[str]:
    return {str(value.attributes[0]) for value in walk([term]) if value.op == "meta"}
