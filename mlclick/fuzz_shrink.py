"""A case of fuzzing that fails, made small: every smaller one is tried in a process of its own, and has to fail in the same way."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from typing import Final

from graph.diagnostics import ClickError
from graph.print_click import print_graph
from hdl.trace_tenant import NotHardware
from mlclick.design import Progress
from mlclick.fuzz_apart import ENDS, VOLLEY_SECONDS, asked, broken, kind_of, limit
from mlclick.fuzz_machine import Built, build, check, merged_of
from mlclick.fuzz_round import FEW, HALVES, RUNS, SOFTWARE, not_the_reference
from sim.fuzz.case import Case
from sim.fuzz.shrink import Shrinker
from sim.fuzz.smaller import smaller_graphs

SHRINK_SECONDS: Final = 900.0
SMALLER_SECONDS: Final = 3.0
"""Of processor time for a volley of a smaller case, which by the clock is half a minute: so that of a case that does not end, too, many
smaller ones are tried. The reference, and two runs, have `VOLLEY_SECONDS` for all volleys of one. What only takes longer is taken for what
does not end, until the smallest is run once more with all of its time."""
REFERENCE: Final = 3_000
"""Packets of a case that the reference sees when the case is run again."""
_NO_END: Final = ("took too long", "waited too long")


class Workbench:
    """Cases one after the other; a design stays for as long as only packets change. One that has few packets is built quickly, and not to
    run long. ``smaller``: the cases are made from one that fails, and have less time."""

    def __init__(self, *, smaller: bool = False) -> None:
        self._smaller = smaller
        self._held: tuple[Case, str, Built | list[str]] | None = None

    def found(self, case: Case) -> list[str]:
        """What is wrong with ``case``. Errors: `ClickError` and `NotHardware` where there is no such machine."""
        built = self._built(replace(case, volleys=(), apart=None), "-O1" if case.packets > FEW else "-O0")
        if not isinstance(built, Built):
            return built
        seconds = SMALLER_SECONDS if self._smaller else VOLLEY_SECONDS
        whole = VOLLEY_SECONDS if self._smaller else None
        if case.apart is not None:
            return asked(RUNS, partial(check, case, built), whole)
        found = asked(HALVES, partial(check, case, built, lambda count: limit(seconds)))
        if found or case.packets > REFERENCE:
            return found
        return asked(SOFTWARE, partial(not_the_reference, built.merged, list(case.volleys)), whole)

    def _built(self, design: Case, level: str) -> Built | list[str]:
        if self._held is None or self._held[:2] != (design, level):
            self._held = design, level, _built(design, level)
        return self._held[2]


def _built(design: Case, level: str) -> Built | list[str]:
    """The machine, or in what making it ends, if in nothing that it should."""
    doing = "merging tenants"
    try:
        merged = merged_of(design)
        doing = "building the machine"
        return build(design, merged, level)
    except (ClickError, NotHardware):
        raise
    except ENDS as error:
        return [broken(doing, error)]


class StillWrong:
    """Asked of smaller cases: whether they fail in the same way, a `kind_of`."""

    def __init__(self, kind: str) -> None:
        self._kind = kind
        self._bench = Workbench(smaller=True)

    def __call__(self, case: Case) -> bool:
        """Whether ``case`` fails so; one that cannot be built does not."""
        try:
            return kind_of(self._bench.found(case)) == self._kind
        except (ClickError, NotHardware):
            return False


def shrink(case: Case, found: list[str], tell: Progress, seconds: float = SHRINK_SECONDS) -> Case:
    """The smallest case that fails as ``case`` does, of which ``found`` was said, found in about ``seconds``; ``case`` itself where none
    does. What ends its process elsewhere than in a comparison would end this one too, and is not tried."""
    kind = kind_of(found)
    if ": its process " in kind and not kind.startswith((HALVES, SOFTWARE, RUNS)):
        tell("no smaller case is tried, which could end this process too")
        return case
    small = Shrinker(StillWrong(kind), _smaller, seconds, tell).shrink(case)
    if small == case:
        tell("no smaller case fails in this way")
        return case
    if any(words in kind for words in _NO_END) and kind_of(Workbench().found(small)) != kind:
        tell("the smallest case ends where it is given more time: the whole one is kept")
        return case
    return small


def _smaller(case: Case) -> Iterator[Case]:
    try:
        merged = merged_of(case)
    except ENDS:
        # That is what fails.
        return
    for name, graph in merged.tenants.items():
        for each in smaller_graphs(graph):
            yield replace(case, tenants={**case.tenants, name: print_graph(each)})
