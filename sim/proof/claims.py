"""What is always so of one design: invariants that hold at first and, in every step that can be, follow from each other. A solver is asked,
one question an invariant, and there is no bound.

Beside registers there are ghosts, which nothing but the proof sees. What is claimed of a cycle itself, as of an address in the cycle of a
write, is an invariant of the ghost that remembers it.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import Final

from bitwuzla import Bitwuzla, Options
from bitwuzla import Result as Outcome

from elements.logic.terms import Term, Terms, translate
from elements.program.substitute import substitute
from elements.program.values import TRUE, Value, bit_and, bit_not, bit_or, const, make, mux
from sim.proof.design import Design
from sim.proof.duties import Duty
from sim.proof.netlist import Bit
from sim.proof.noninterference import Result
from sim.proof.said import Said
from sim.proof.terms import symbol

_BEFORE: Final = -1
"""The level of what is so whatever duties say of the cycle."""
_FIRST: Final = 0
"""The lowest level of a duty: what is asked there rests on none."""
_LAST: Final = 1 << 16
"""The level of what may rest on all of them."""


class NoSuchNet(ValueError):
    """A net or register of which something is claimed is not in the design, or has another width; the message names it."""


def implies(given: Value, then: Value) -> Value:
    """Whether ``then`` holds where ``given`` does (1 bit each)."""
    return bit_or(bit_not(given), then)


class Claims:
    """Is told what is claimed of ``design``, or of ghosts alone, and what is presumed of inputs; `proved` asks."""

    def __init__(self, design: Design | None = None) -> None:
        self.design: Final = design
        self.inputs: dict[str, int] = {} if design is None else {name: design.widths[name] for name in design.inputs}
        self.invariants: dict[str, Value] = {}
        self.given: dict[str, Value] = {}
        self.premises: dict[str, Value] = {}
        self.presumed: dict[str, Value] = {}
        self._said: dict[Said, None] = {}
        self._kept: dict[Said, None] = {}
        self._levels: dict[str, int] = {}
        """Of duties, by what they are called here; of the same cycle, what is claimed at a level rests on lower ones."""
        self.ghosts: dict[str, tuple[Value, Value]] = {}
        if design is not None:
            self._evaluator = design.evaluator({name: symbol(name, width) for name, width in design.widths.items()})

    def net(self, name: str, width: int | None = 1) -> Value:
        """What a net of the design is in this cycle; with None as wide as it is. Errors: `NoSuchNet`, also where it has another width."""
        bits = None if self.design is None else self.design.netlist.names.get(name)
        if bits is None:
            raise NoSuchNet(f"the proof speaks of the net {name}, which the netlist does not have")
        if width is not None and len(bits) != width:
            raise NoSuchNet(f"the proof takes the net {name} as {width} bits wide, and in the netlist it has {len(bits)}")
        return self.word(bits)

    @property
    def nets(self) -> Collection[str]:
        """The names of the nets of the design."""
        return () if self.design is None else self.design.netlist.names

    def word(self, bits: tuple[Bit, ...]) -> Value:
        """Nets of the design by their numbers."""
        return self._evaluator.word(bits)

    def register(self, name: str) -> Value:
        """What a register of the design is in this cycle, by the design's own name. Errors: `NoSuchNet`."""
        if self.design is None or name not in self.design.registers:
            raise NoSuchNet(f"the proof speaks of the register {name}, which the netlist does not have")
        return symbol(name, self.design.widths[name])

    def input(self, name: str, width: int) -> Value:
        """What can be anything in every cycle, but for what is presumed."""
        self.inputs[name] = width
        return symbol(name, width)

    def ghost(self, name: str, following: Value, initial: int = 0) -> Value:
        """What is remembered for the proof alone; ``following`` may be given anew by `becomes`, where it is made of the ghost itself.
        Errors: ``ValueError`` for a name that another ghost, a claim or a register has."""
        self._is_new(name)
        self.ghosts[name] = (following, const(initial, following.width))
        return symbol(name, following.width)

    def becomes(self, name: str, following: Value) -> None:
        """What a ghost is in the next cycle. Errors: ``ValueError`` for another width."""
        initial = self.ghosts[name][1]
        if following.width != initial.width:
            raise ValueError(f"{name} has {initial.width} bits, not {following.width}")
        self.ghosts[name] = (following, initial)

    def any_of(self, name: str, count: int) -> Value:
        """A number below ``count`` that stays the same for ever: what is claimed with it is claimed of each."""
        number = self.ghost(name, symbol(name, 8))
        self.takes(f"{name} is one", number < count)
        return number

    def any_word(self, name: str, width: int) -> Value:
        """Any word that stays the same for ever."""
        return self.ghost(name, symbol(name, width))

    def always(self, name: str, condition: Value, *, where: Value = TRUE, given: Value = TRUE) -> None:
        """An invariant of registers and ghosts: ``condition`` holds ``where`` that does, which must be possible. To show that it still
        holds in the next cycle, ``given`` is taken to hold there: what other invariants say then, along an order in which each rests on
        earlier ones only. Whoever claims it sees to that order. Errors: as `ghost`."""
        self._is_new(name)
        self.invariants[name] = implies(where, condition)
        self.premises[name] = where
        self.given[name] = given

    def now(self, name: str, condition: Value, *, where: Value = TRUE) -> None:
        """What holds in every cycle, also of the inputs, ``where`` that does, which must be possible. Errors: as `ghost`."""
        self.invariants[name] = self.ghost(name, implies(where, condition), 1)
        self.premises[name] = where

    def presume(self, name: str, condition: Value) -> None:
        """A condition of what comes in. It is said with the result."""
        self.presumed[name] = condition
        self._said[Said(name)] = None

    def takes(self, name: str, condition: Value) -> None:
        """A condition that is so by what is meant: of a number that is chosen, of what a memory is. It is not said with the result."""
        self.presumed[name] = condition

    def expects(self, duty: Duty, where: Value, *words: Value | int, of: str = "", before: bool = False) -> None:
        """The duty is presumed; ``of`` tells one presumption of it from another. It is presumed of a cycle ``before`` all of which
        something is claimed, or else of this one."""
        said = duty.said(*words)
        name = f"{said} ({of})" if of else str(said)
        self.presumed[name] = implies(where, duty.formula(*words))
        self._levels[name] = _BEFORE if before else duty.level
        self._said[said] = None

    def keeps(self, duty: Duty, where: Value, *words: Value | int, state: bool = False, of: str = "") -> None:
        """The duty is claimed, as `always` does where it is of ``state``, of registers and ghosts, and otherwise as `now` does, but from
        duties of lower levels alone; ``of`` tells one claim of it from another, which all must hold. Errors: as those."""
        said = duty.said(*words)
        name = f"{said} ({of})" if of else str(said)
        claim = self.always if state else self.now
        claim(name, duty.formula(*words), where=where)
        if not state:
            self._levels[name] = duty.level
        self._kept[said] = None

    def proved(self) -> Result:
        """Whether all of it follows; what does not is named, and what says nothing: a claim ``where`` nothing that is claimed and presumed
        can be."""
        result = Result(presumed=tuple(self._said))
        design = self.design
        step = {} if design is None else dict(design.next)
        step |= {name: following for name, (following, _) in self.ghosts.items()}
        free = set(self.any_named())
        registers = {} if design is None else {name: design.widths[name] for name in design.registers}
        first = {name: const(0 if design is None else design.initial.get(name, 0), width) for name, width in registers.items()}
        first |= {name: symbol(name, initial.width) if name in free else initial for name, (_, initial) in self.ghosts.items()}
        begun = substitute(list(self.invariants.values()), _put(first))
        later = substitute([*self.invariants.values(), TRUE, *self.given.values()], _put(step | self._inputs_later()))
        at_first = {f"{name} does not hold at first": bit_not(begun[each]) for name, each in self.invariants.items()}
        presumed = [(self._levels.get(name, _BEFORE), fact) for name, fact in self.presumed.items()]
        # Before what is first there is nothing that duties could rest on: what holds then rests on none of them.
        _ask(result, presumed, [(_FIRST, at_first)])
        facts = [*((_BEFORE, fact) for fact in self.invariants.values()), *presumed]
        questions: dict[int, dict[str, Value]] = {}
        for name, each in self.invariants.items():
            question = bit_not(later[each]) & later[self.given.get(name, TRUE)]
            questions.setdefault(self._levels.get(name, _LAST), {})[f"{name} does not follow"] = question
        _ask(result, facts, sorted(questions.items()), {f"{name} says nothing": where for name, where in self.premises.items()})
        result.kept = () if result.failures else tuple(self._kept)
        return result

    def _is_new(self, name: str) -> None:
        registers = self.design.registers if self.design is not None else ()
        if name in self.invariants or name in self.ghosts or name in registers:
            raise ValueError(f"two things are called {name!r}, and the second would stand in the place of the first")

    def any_named(self) -> Sequence[str]:
        """The numbers of `any_of`."""
        return [name for name, (following, _) in self.ghosts.items() if following is symbol(name, following.width)]

    def _inputs_later(self) -> dict[str, Value]:
        return {name: symbol(f"{name}+", width) for name, width in self.inputs.items()}


def _put(terms: Mapping[str, Value]) -> Callable[[Value, tuple[Value, ...]], Value]:
    def leaf(value: Value, operands: tuple[Value, ...]) -> Value:
        if value.op != "meta":
            return make(value.op, value.width, operands, value.attributes)
        return terms.get(str(value.attributes[0]), value)

    return leaf


def _ask(
    result: Result,
    facts: Sequence[tuple[int, Value]],
    questions: Sequence[tuple[int, Mapping[str, Value]]],
    possible: Mapping[str, Value] | None = None,
) -> None:
    """Each question, level by level, must not be possible where all ``facts`` of lower levels hold; and each of the ``possible`` must be
    where all facts hold, as those must together."""
    premises = possible or {}
    terms, leaves = Terms(), dict[Value, Term]()

    def leaf(value: Value, operands: tuple[Term, ...]) -> Term:
        return leaves.setdefault(value, terms.variable(f"leaf{len(leaves)}", value.width))

    asked = [question for _, of_level in questions for question in of_level.values()]
    translated = translate(terms, [*(fact for _, fact in facts), *asked, *premises.values()], leaf)
    solver = Bitwuzla(terms.manager, Options())
    result.obligations += 1 + len(asked) + len(premises)
    known = _BEFORE - 1
    for level, of_level in [*questions, (_LAST, {})]:
        for at, fact in facts:
            if known <= at < level:
                solver.assert_formula(terms.truth(translated[fact]))
        known = level
        for name, question in of_level.items():
            if question.constant != 0 and solver.check_sat(terms.truth(translated[question])) != Outcome.UNSAT:
                result.failures.append(name)
    if solver.check_sat() != Outcome.SAT:
        result.failures.append("what is presumed contradicts itself, and anything would follow from it")
        return
    for name, premise in premises.items():
        if premise.constant != 1 and solver.check_sat(terms.truth(translated[premise])) != Outcome.SAT:
            result.failures.append(name)


def one_of(number: Value, words: Sequence[Value]) -> Value:
    """The word with this number; the last one where there is none."""
    result = words[-1]
    for index in reversed(range(len(words) - 1)):
        result = mux(number.equals(index), words[index], result)
    return result


def every(facts: Iterable[Value]) -> Value:
    """Whether all of them are so."""
    result = TRUE
    for fact in facts:
        result = bit_and(result, fact)
    return result
