"""What a solver finds against a claim of two copies of a design (`sim.proof.relation`): the two states and their inputs, which differ in as
little as was found to be enough.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from typing import Final

from bitwuzla import Bitwuzla, Option, Options
from bitwuzla import Result as Outcome

from elements.logic.terms import Term, Terms, translate
from elements.program.combine import walk
from elements.program.evaluate import Evaluation
from elements.program.values import FALSE, TRUE, Value, bit_not, bit_or, const, eq
from sim.proof.relation import ANY_WORD, OTHER, Asked, Problem
from sim.proof.terms import UNDEFINED, symbol
from sim.proof.unroll_delays import Words

_MEMORY: Final = "memory "
_OPEN: Final = (UNDEFINED, UNDEFINED + OTHER)
_TRIES: Final = 100
"""How often the solver is asked for states that differ in less."""


@dataclass(frozen=True)
class Start:
    """One copy before the step: ``values`` of registers, ghosts and inputs, and ``words`` of memories, by the memory and the address. What
    is not named can be anything."""

    values: Mapping[str, int]
    words: Words


@dataclass(frozen=True)
class Against:
    """The ``starts`` of both copies from which a step breaks ``question``; ``apart``: in which variables they differ. Of a question about
    a memory, the ``word`` that is written differently."""

    question: str
    starts: tuple[Start, Start]
    apart: tuple[str, ...]
    word: int


def find_against(problem: Problem, all_asked: Asked, case: Value, question: str) -> Against | None:
    """What there is against a ``question`` of ``all_asked`` about ``problem`` in a ``case`` (1 bit); None where it follows. Memories are
    memories here: what is read at one address is one word; and what the hardware leaves open is zero, as in simulation."""
    copies = {name: (symbol(name, width), all_asked.second[name]) for name, width in problem.widths.items()}
    wanted = [*all_asked.facts, all_asked.questions.get(question, FALSE), case]
    answer = least_apart([*wanted, *_zero(walk(wanted))], copies)
    if answer is None:
        return None
    model, apart = answer
    numbers = evaluated([*(value for copy in copies.values() for value in copy), *model], model)
    words: tuple[Words, Words] = ({}, {})
    for value in model:
        memory = str(value.attributes[0])
        name = memory.removesuffix(OTHER)
        if value.op == "found" and name in problem.memories:
            words[memory != name][name, numbers[value.operands[0]]] = numbers[value]
    for here, there in (words, words[::-1]):
        for (name, address), word in list(here.items()):
            segment = problem.memories[name].segment(const(address, problem.memories[name].address.width))
            if evaluated([segment], model)[segment]:
                there.setdefault((name, address), word)
    one, two = (Start({name: numbers[copy[which]] for name, copy in copies.items()}, words[which]) for which in (0, 1))
    any_word = (ANY_WORD + question.removeprefix(_MEMORY),)
    word = next((number for value, number in model.items() if value.attributes == any_word), 0)
    return _words_alike(problem, all_asked, case, Against(question, (one, two), apart, word))


def _words_alike(problem: Problem, all_asked: Asked, case: Value, against: Against) -> Against:
    """``against`` without the differences of words that do not matter to it."""
    one, two = against.starts
    for place in sorted({*one.words, *two.words}):
        word = one.words.get(place, 0)
        if word != two.words.get(place, 0):
            alike = replace(against, starts=(one, replace(two, words={**two.words, place: word})))
            if allowed(problem, all_asked, case, alike):
                against, two = alike, alike.starts[1]
    return against


def allowed(problem: Problem, all_asked: Asked, case: Value, against: Against) -> bool:
    """Whether the states of ``against`` keep to all that the proof knows of two copies, and what it says to be alike would then differ: by
    plain evaluation, whoever found them."""
    one, two = against.starts
    second = {name: value for name, value in all_asked.second.items() if name in two.values}
    places = {place for start in against.starts for place in start.words if place[0] in problem.memories}
    segments = {(name, at): problem.memories[name].segment(const(at, problem.memories[name].address.width)) for name, at in sorted(places)}
    wanted = [*all_asked.facts, all_asked.questions.get(against.question, FALSE), case]
    numbers = valued([*wanted, *second.values(), *segments.values()], against)
    same = all(one.words.get(place, 0) == two.words.get(place, 0) for place, segment in segments.items() if numbers[segment])
    return same and all(numbers[each] for each in wanted) and all(numbers[value] == two.values[name] for name, value in second.items())


def valued(values: Iterable[Value], against: Against) -> dict[Value, int]:
    """The numbers of ``values`` and all that is below them, in terms of the first copy and of the second's own variables."""
    return Evaluation(list(values)).run(_Started(against))


def least_apart(wanted: Sequence[Value], copies: Mapping[str, tuple[Value, Value]]) -> tuple[dict[Value, int], tuple[str, ...]] | None:
    """The numbers of all that comes from outside where all that is ``wanted`` (1 bit) is so, and which of the ``copies``, by name, differ
    there: as few as were found. None where that cannot be."""
    return _Search(wanted, copies).found()


class _Search:
    def __init__(self, wanted: Sequence[Value], copies: Mapping[str, tuple[Value, Value]]) -> None:
        facts = [*wanted, *_one_word(walk(list(wanted)))]
        self.same: Final = {name: eq(*copy) for name, copy in copies.items()}
        self._leaves: dict[Value, Term] = {}
        self._terms = terms = Terms()
        self._translated = translate(terms, [*facts, *self.same.values()], self._leaf)
        options = Options()
        options.set(Option.PRODUCE_MODELS, True)
        self._solver = Bitwuzla(terms.manager, options)
        for fact in facts:
            self._solver.assert_formula(terms.truth(self._translated[fact]))

    def found(self) -> tuple[dict[Value, int], tuple[str, ...]] | None:
        """The first answer, and then ones in which less differs, as long as there are tries."""
        if self._solver.check_sat() != Outcome.SAT:
            return None
        model, tries = self._model(), _TRIES
        apart = self._apart(model)
        size = len(apart)
        while size and tries:
            place = 0
            while place < len(apart) and tries:
                tries -= 1
                smaller = self._with([*apart[:place], *apart[place + size :]])
                if smaller is None:
                    place += size
                    continue
                model, kept = smaller, apart[:place]
                apart = self._apart(model)
                # What was needed still is; what follows was not looked at.
                place = sum(1 for name in kept if name in apart)
            size //= 2
        return model, tuple(apart)

    def _leaf(self, value: Value, operands: tuple[Term, ...]) -> Term:
        return self._leaves.setdefault(value, self._terms.variable(f"leaf{len(self._leaves)}", value.width))

    def _with(self, apart: Sequence[str]) -> dict[Value, int] | None:
        """An answer in which no others differ."""
        terms, kept = self._terms, set(apart)
        alike = [terms.truth(self._translated[equal]) for name, equal in self.same.items() if name not in kept and equal is not TRUE]
        return self._model() if self._solver.check_sat(*alike) == Outcome.SAT else None

    def _model(self) -> dict[Value, int]:
        return {value: int(self._solver.get_value(term).value(10)) for value, term in self._leaves.items()}

    def _apart(self, model: Mapping[Value, int]) -> list[str]:
        numbers = evaluated(self.same.values(), model)
        return [name for name, equal in self.same.items() if not numbers[equal]]


def _one_word(values: Iterable[Value]) -> list[Value]:
    """That reads at one address, of one copy's memory, are of one word."""
    reads: dict[tuple[str | int, ...], list[Value]] = {}
    for value in values:
        if value.op == "found" and len(value.operands) == 1:
            reads.setdefault(value.attributes, []).append(value)
    pairs = [pair for each in reads.values() for pair in combinations(each, 2)]
    return [bit_or(bit_not(eq(a.operands[0], b.operands[0])), eq(a, b)) for a, b in pairs if a.width == b.width]


def _zero(values: Iterable[Value]) -> list[Value]:
    """That what is left open to whoever builds the hardware is zero."""
    return [eq(value, const(0, value.width)) for value in values if value.op == "found" and value.attributes[0] in _OPEN]


@dataclass(frozen=True)
class _Started:
    """What comes from outside, by the states of ``against``; words that they do not name are 0."""

    against: Against

    def leaf(self, value: Value, operands: tuple[int, ...]) -> int:
        name = str(value.attributes[0])
        start = self.against.starts[name.endswith(OTHER)]
        if value.op == "found":
            return 0 if name in _OPEN else start.words.get((name.removesuffix(OTHER), operands[0]), 0)
        if name.startswith(ANY_WORD):
            return self.against.word if name.removeprefix(ANY_WORD) == self.against.question.removeprefix(_MEMORY) else 0
        return start.values[name.removesuffix(OTHER)]


@dataclass(frozen=True)
class _Known:
    """What comes from outside, by the model; what the solver was not asked about is 0."""

    model: Mapping[Value, int]

    def leaf(self, value: Value, operands: tuple[int, ...]) -> int:
        return self.model.get(value, 0)


def evaluated(values: Iterable[Value], model: Mapping[Value, int]) -> dict[Value, int]:
    """The numbers of ``values`` and all that is below them, where those from outside are in ``model``, or else 0."""
    return Evaluation(list(values)).run(_Known(model))
