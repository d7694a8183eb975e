"""Choices of a pipeline that no packet makes, shown by a solver: they are no gap in what simulation reaches."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any, Final

from bitwuzla import Bitwuzla, Options, Result

from elements.logic.terms import Term, Terms, translate
from elements.program.values import Value, bit_and, bit_not, const, eq
from hdl.composition import meta
from hdl.pipeline import Pipeline
from sim.coverage import Hole

NEVER: Final = "no packet does it, whatever it is and state and tables hold: a solver shows it of the tenants' programs"
_CHOICE: Final = re.compile(r"assign (v\d+_mux) = .* \(never the (first|second)\)")
_PLACE: Final = re.compile(r"at_\w+: \d+'h([0-9a-f]+):")
_BANK: Final = re.compile(r".*\.pipeline\.state(\d+)")


def never_chosen(holes: Iterable[Hole], pipeline: Pipeline) -> Iterator[Hole]:
    """``holes``, with the reason `NEVER` where they are a branch of a choice of ``pipeline``, or a place of its state, that no packet of a
    tenant asks for. The pipeline has been elaborated, and its names are those in the holes. What comes from outside can be anything, but
    for the numbers of tenants and ports."""
    conditions = {hole: condition for hole in holes if (condition := _condition(hole, pipeline)) is not None}
    impossible = _Impossible(conditions.values(), pipeline)
    for hole in holes:
        never = hole in conditions and not hole.reason and impossible(conditions[hole])
        yield replace(hole, reason=NEVER) if never else hole


def _condition(hole: Hole, pipeline: Pipeline) -> Value | None:
    """When a packet would reach ``hole``; None where it is none of a choice or a place."""
    if hole.kind != "line":
        return None
    choice, bank, place = _CHOICE.fullmatch(hole.what), _BANK.fullmatch(hole.module), _PLACE.fullmatch(hole.what)
    if choice is not None and choice[1] in pipeline.names:
        condition = pipeline.names[choice[1]].operands[0]
        return condition if choice[2] == "first" else bit_not(condition)
    if bank is None or place is None:
        return None
    words = next(each for each in pipeline.composition.banks if each.number == int(bank[1]))
    slot_bits, key = pipeline.memories[words.number].slot_bits, int(place[1], 16)
    slot = const(key & ((1 << slot_bits) - 1), words.slot.width)
    return bit_and(eq(meta("tenant"), const(key >> slot_bits, meta("tenant").width)), eq(words.slot, slot))


class _Impossible:
    """Says of each of ``conditions`` whether no packet fulfils it."""

    def __init__(self, conditions: Iterable[Value], pipeline: Pipeline) -> None:
        self._terms = Terms()
        self._leaves: dict[Value, Term] = {}
        self._found = translate(self._terms, list(dict.fromkeys(conditions)), self._leaf)
        self._solver: Any = Bitwuzla(self._terms.manager, Options())
        for name, count in (("tenant", pipeline.tenants), ("port", len(pipeline.composition.select))):
            if (number := self._leaves.get(meta(name))) is not None:
                limit = self._terms.number(count, meta(name).width)
                self._solver.assert_formula(self._terms.truth(self._terms.below(number, limit)))

    def __call__(self, condition: Value) -> bool:
        return bool(self._solver.check_sat(self._terms.truth(self._found[condition])) == Result.UNSAT)

    def _leaf(self, value: Value, operands: tuple[Term, ...]) -> Term:
        if value not in self._leaves:
            self._leaves[value] = self._terms.variable(f"leaf{len(self._leaves)}", value.width)
        return self._leaves[value]
