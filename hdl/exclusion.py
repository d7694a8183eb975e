"""Shows that no packet fulfils two conditions: by what they are made of where that is enough, else by a solver.

The solver's answer holds for whatever the packet, the state and the tables are; what it cannot show is not exclusive.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from bitwuzla import Bitwuzla, Options, Result

from elements.logic.terms import Term, Terms, translate
from elements.program.values import FALSE, Value, bit_not
from hdl.trace_tenant import parts_of, terms_of


@dataclass(frozen=True)
class _Way:
    """A conjunction: its terms, what contradicts one of them, and the constants that values are said to be equal to."""

    terms: frozenset[Value]
    opposites: frozenset[Value]
    equal: dict[Value, int]

    def contradicts(self, other: _Way) -> bool:
        if not self.opposites.isdisjoint(other.terms):
            return True
        few, many = sorted((self.equal, other.equal), key=len)
        return any(many.get(value, number) != number for value, number in few.items())


class Exclusion:
    """Answers about pairs of ``conditions``, each pair asked for once."""

    def __init__(self, conditions: Iterable[Value]) -> None:
        self.solved = 0
        """Pairs that the solver was asked about."""
        self._conditions = list(dict.fromkeys(conditions))
        self._ways = {value: [_way(part) for part in parts_of("or", value)] for value in self._conditions}
        self._known: dict[tuple[Value, Value], bool] = {}
        self._truths: dict[Value, Term] = {}
        self._terms = Terms()
        self._solver = Bitwuzla(self._terms.manager, Options())

    def exclusive(self, a: Value, b: Value) -> bool:
        """Whether no packet fulfils both."""
        if a is FALSE or b is FALSE:
            return True
        found = self._known.get((a, b))
        if found is None:
            found = self._known[a, b] = self._known[b, a] = self._decide(a, b)
        return found

    def _decide(self, a: Value, b: Value) -> bool:
        ways = [(x, y) for x in self._ways[a] for y in self._ways[b]]
        if all(x.contradicts(y) for x, y in ways):
            return True
        (x, y), several = ways[0], len(ways) > 1
        if not several and (x.terms <= y.terms or y.terms <= x.terms):
            # One follows from the other. That no packet fulfils it is not worth a question.
            return False
        self.solved += 1
        return bool(self._solver.check_sat(self._truth(a), self._truth(b)) == Result.UNSAT)

    def _truth(self, condition: Value) -> Term:
        if not self._truths:
            leaves: dict[Value, Term] = {}

            def leaf(value: Value, operands: tuple[Term, ...]) -> Term:
                """Whatever comes from outside can be anything."""
                if value not in leaves:
                    leaves[value] = self._terms.variable(f"leaf{len(leaves)}", value.width)
                return leaves[value]

            found = translate(self._terms, self._conditions, leaf)
            self._truths = {value: self._terms.truth(found[value]) for value in self._conditions}
        return self._truths[condition]


def _way(value: Value) -> _Way:
    terms = [part for term in terms_of(value) for part in _without_not(term)]
    equal: dict[Value, int] = {}
    for term in terms:
        if term.op == "eq":
            for one, other in (term.operands, reversed(term.operands)):
                if other.constant is not None:
                    equal[one] = other.constant
    return _Way(frozenset(terms), frozenset(bit_not(term) for term in terms), equal)


def _without_not(term: Value) -> list[Value]:
    """None of several: not the first, and not the second, …"""
    if term.op != "not" or term.operands[0].op != "or":
        return [term]
    return [bit_not(part) for part in parts_of("or", term.operands[0])]
