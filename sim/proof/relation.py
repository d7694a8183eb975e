"""Two copies of a design that take a step, and what holds between them: shown to stay so by a solver, one question a register.

A relation says of each part of each register the condition under which it is equal in both copies. The second copy is the first with, in
the place of what need not be equal, anything else. Invariants are of one copy, and hold in both. Both are inductive if each, one step on,
follows from all of them now.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from bitwuzla import Bitwuzla, Options
from bitwuzla import Result as Outcome

from elements.logic.terms import Term, Terms, translate
from elements.program.combine import walk
from elements.program.substitute import substitute
from elements.program.values import FALSE, TRUE, Value, bit_and, bit_not, bit_or, cat, const, eq, make, mux, part
from sim.proof.terms import memory_read, symbol

OTHER: Final = "'"
"""What the second copy's own variables end with."""
ANY_WORD: Final = "any word of "
"""What the variable is called that is the address of any word of a memory, before the memory's name."""


@dataclass(frozen=True)
class Part:
    """``width`` bits from ``low`` of a variable are equal in both copies where ``when`` holds (1 bit, in the first copy's variables)."""

    low: int
    width: int
    when: Value


@dataclass(frozen=True)
class Memory:
    """A memory that is written: ``enable``, ``address`` and ``data`` in the first copy; its words are equal in both copies where
    ``segment``, given an address, holds."""

    enable: Value
    address: Value
    data: Value
    segment: Callable[[Value], Value]


@dataclass
class Problem:
    """``following``: each state variable's next value; ``initial``: its first, where that is not zero.

    ``parts``: of state and inputs, whole and in order; ``invariants`` and ``presumed`` (of the inputs) by name; ``memories`` by name;
    ``shown``: what must be equal where its condition holds; ``called``: what a variable is called in words, where that is not its name;
    ``nets``: what some values are in the netlist, by name.
    """

    following: Mapping[str, Value]
    initial: Mapping[str, Value]
    widths: Mapping[str, int]
    parts: Mapping[str, Sequence[Part]]
    invariants: Mapping[str, Value]
    presumed: Mapping[str, Value]
    memories: Mapping[str, Memory] = field(default_factory=dict)
    shown: Mapping[str, tuple[Value, Value]] = field(default_factory=dict)
    called: Mapping[str, str] = field(default_factory=dict)
    nets: Mapping[Value, str] = field(default_factory=dict)


@dataclass
class Answer:
    """How many questions were ``asked``, and in each case what does not follow, in words."""

    asked: int
    failures: dict[int, list[str]]


def check(problem: Problem, cases: Mapping[int, Value] | None = None) -> Answer:
    """Whether all of it follows. Each question is asked of all ``cases`` (conditions, which together are all that there is) at once, and of
    one after another where it does not follow; without cases there is one, 0."""
    return _Checker(problem, cases or {0: TRUE}).run()


@dataclass(frozen=True)
class Asked:
    """What is asked of a problem: each of the ``questions`` must not be possible where all ``facts`` hold. ``second``: each variable in the
    second copy, in terms of the first's and of its own."""

    facts: Sequence[Value]
    questions: Mapping[str, Value]
    second: Mapping[str, Value]


def asked(problem: Problem) -> Asked:
    """What `check` asks the solver about ``problem``; of memories, though, not whether a word is written differently, but whether it then
    is another one: what is written may be what stood there."""
    checker = _Checker(problem, {0: TRUE})
    facts, questions = checker.facts(), checker.questions()
    for name in questions.keys() & {f"memory {name}" for name in problem.memories}:
        questions[name] = bit_and(questions[name], checker.other_word(name.removeprefix("memory ")))
    return Asked([*facts, *_alike(walk([*facts, *questions.values()]), problem.memories)], questions, checker.second)


class _Checker:
    def __init__(self, problem: Problem, cases: Mapping[int, Value]) -> None:
        self.problem = problem
        self.cases = cases
        self.answer = Answer(0, {case: [] for case in cases})
        p = problem
        self.second = second = {name: self._second(name) for name in p.widths}
        # In their order, and not in a set's, so that the same questions are asked in the same order whenever it is.
        conditions = dict.fromkeys(part.when for parts in p.parts.values() for part in parts)
        questions = [*p.following.values(), *p.invariants.values(), *p.presumed.values(), *conditions]
        questions += [value for pair in p.shown.values() for value in pair]
        for memory in p.memories.values():
            questions += [memory.enable, memory.address, memory.data]
        self._in_second = substitute(questions, _renamed(second, OTHER))
        step = {name: p.following.get(name, symbol(name + "+", width)) for name, width in p.widths.items()}
        self._next = substitute([*conditions, *p.invariants.values()], _renamed(step, ""))
        self._next_second = substitute(
            [*conditions, *p.invariants.values()],
            _renamed({n: self._in_second[v] if n in p.following else symbol(n + "+", v.width) for n, v in step.items()}, OTHER),
        )
        self._conditions = [condition for condition in conditions if condition not in (TRUE, FALSE)]

    def _second(self, name: str) -> Value:
        """The variable ``name`` in the second copy."""
        pieces = []
        other = symbol(name + OTHER, self.problem.widths[name])
        mine = symbol(name, self.problem.widths[name])
        for piece in self.problem.parts[name]:
            pieces.append(mux(piece.when, part(mine, piece.low, piece.width), part(other, piece.low, piece.width)))
        return cat(*reversed(pieces))

    def run(self) -> Answer:
        self._start()
        self._ask(self.facts(), self.questions())
        return self.answer

    def facts(self) -> list[Value]:
        """What is so of both copies now."""
        p = self.problem
        known = [*p.invariants.values(), *p.presumed.values()]
        facts = [*known, *(self._in_second[value] for value in known)]
        return facts + [eq(condition, self._in_second[condition]) for condition in self._conditions]

    def questions(self) -> dict[str, Value]:
        """What must not be, by what it would be against."""
        return {name: question for name, question in self._questions().items() if question is not FALSE}

    def _questions(self) -> dict[str, Value]:
        p = self.problem
        found = {f"{name}, a cycle later": bit_not(self._next[condition]) for name, condition in p.invariants.items()}
        for number, condition in enumerate(self._conditions):
            differ = bit_not(eq(self._next[condition], self._next_second[condition]))
            found[f"condition {number} ({condition!r:.80}), a cycle later, in both copies"] = differ
        for name, value in p.following.items():
            for piece in p.parts[name]:
                a, b = (part(x, piece.low, piece.width) for x in (value, self._in_second[value]))
                found[f"{p.called.get(name, name)}[{piece.low}+{piece.width}]"] = bit_and(
                    self._next.get(piece.when, piece.when), bit_not(eq(a, b))
                )
        for name, (when, value) in p.shown.items():
            found[f"output {name}"] = bit_and(when, bit_not(eq(value, self._in_second[value])))
        return found | {f"memory {name}": self._writes(name, memory) for name, memory in p.memories.items()}

    def _writes(self, name: str, memory: Memory) -> Value:
        """Whether a word that is to be equal is written in one copy and not alike in the other."""
        word = symbol(ANY_WORD + name, memory.address.width)
        mine = [memory.enable & eq(memory.address, word), memory.data]
        theirs = [self._in_second[memory.enable] & eq(self._in_second[memory.address], word), self._in_second[memory.data]]
        differ = bit_or(bit_not(eq(mine[0], theirs[0])), bit_and(mine[0], bit_not(eq(mine[1], theirs[1]))))
        return bit_and(memory.segment(word), differ)

    def other_word(self, name: str) -> Value:
        """Whether a word of the memory ``name`` is another one in the two copies a cycle later."""
        memory = self.problem.memories[name]
        word = symbol(ANY_WORD + name, memory.address.width)
        later = []
        for ending, meaning in (("", dict[Value, Value]()), (OTHER, self._in_second)):
            enable, address, data = (meaning.get(each, each) for each in (memory.enable, memory.address, memory.data))
            later.append(mux(enable & eq(address, word), data, memory_read(name + ending, word, data.width)))
        return bit_not(eq(*later))

    def _start(self) -> None:
        p = self.problem
        first = {name: p.initial.get(name, const(0, width)) for name, width in p.widths.items()}
        begun = substitute(list(p.invariants.values()), _renamed(first, ""))
        for name, condition in p.invariants.items():
            self.answer.asked += 1
            if begun[condition] is not TRUE:
                self._fail(f"{name} does not hold at first")

    def _fail(self, text: str) -> None:
        for failures in self.answer.failures.values():
            failures.append(text)

    def _ask(self, facts: Sequence[Value], questions: Mapping[str, Value]) -> None:
        terms, leaves = Terms(), dict[Value, Term]()

        def leaf(value: Value, operands: tuple[Term, ...]) -> Term:
            return leaves.setdefault(value, terms.variable(f"leaf{len(leaves)}", value.width))

        every = [*facts, *_alike(walk([*facts, *questions.values()]), self.problem.memories)]
        translated = translate(terms, [*every, *questions.values(), *self.cases.values()], leaf)
        solver = Bitwuzla(terms.manager, Options())
        for fact in every:
            solver.assert_formula(terms.truth(translated[fact]))
        self.answer.asked += 1 + len(questions)
        cases = {case: terms.truth(translated[condition]) for case, condition in self.cases.items()}
        for case, condition in cases.items():
            if solver.check_sat(condition) != Outcome.SAT:
                self._fail(f"what is presumed contradicts itself in the case {case}, and anything would follow from it")
                return
        for name, question in questions.items():
            asked = terms.truth(translated[question])
            if solver.check_sat(asked) == Outcome.UNSAT:
                continue
            for case, condition in cases.items():
                if len(cases) == 1 or solver.check_sat(asked, condition) != Outcome.UNSAT:
                    self.answer.failures[case].append(f"{name} does not follow")


def _alike(values: Iterable[Value], memories: Mapping[str, Memory]) -> list[Value]:
    """That a word of a segment that is equal in both copies reads the same in both."""
    reads: dict[str, list[Value]] = {}
    for value in values:
        if value.op == "found":
            reads.setdefault(str(value.attributes[0]), []).append(value)
    found = []
    for name, memory in memories.items():
        for mine in reads.get(name, ()):
            for theirs in reads.get(name + OTHER, ()):
                a, b = mine.operands[0], theirs.operands[0]
                found.append(bit_or(bit_not(bit_and(eq(a, b), memory.segment(a))), eq(mine, theirs)))
    return found


def _renamed(terms: Mapping[str, Value], ending: str) -> Callable[[Value, tuple[Value, ...]], Value]:
    """Variables become ``terms``, and memories those of the copy with this ``ending``."""

    def leaf(value: Value, operands: tuple[Value, ...]) -> Value:
        if value.op == "found":
            memory, *where = value.attributes
            return make("found", value.width, operands, (str(memory) + ending, *where))
        return terms.get(str(value.attributes[0]), value) if value.op == "meta" else value

    return leaf
