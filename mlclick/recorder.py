"""What a verification run has reached, added up over its simulations."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Final, Protocol

from hdl.core import Core
from hdl.tools.yosys import YosysError
from hdl.unreached import reasons_for
from mlclick.design import Split
from sim.constant_bits import constant_bits
from sim.coverage import Coverage, Ledger, collect, functions_alone
from sim.evidence import Finding, why_broken
from sim.explain_holes import explain_holes
from sim.functions import Functions
from sim.never_chosen import never_chosen
from sim.shim import Probe
from sim.verilated import Verilated
from sim.watched_text import watched_text

REASONED = "every declared reason for a hole in the coverage is one"
REACHED = "every line of the core is reached, and nine in ten of the toggles that no reason excuses"
NINE_IN_TEN: Final = 0.9


Reached = tuple[float | None, float | None]
"""Percent of lines and of toggles; None where that is not counted."""


class Modelled(Protocol):
    """What has a model of a core."""

    model: Verilated


@dataclass(frozen=True)
class Tally:
    """What a `Recorder` has counted: how often each thing happened, and the lines and toggles, where those are counted."""

    functions: Mapping[str, int]
    ledger: Ledger | None = None


def reached(coverage: Coverage) -> Iterator[Finding]:
    """Whether ``coverage`` has enough of the lines and toggles; nothing where they were not counted."""
    if coverage.lines is None or coverage.toggles is None:
        return
    figures = coverage.figures()
    (lines, of_lines), (toggles, of_toggles) = (figures[name][1] for name in ("lines and branches", "toggles"))
    enough = lines == of_lines and toggles >= NINE_IN_TEN * of_toggles
    said = f"of those without a reason not to be, {lines} of {of_lines} lines and branches and {toggles} of {of_toggles} toggles are"
    yield Finding(REACHED, "simulation", enough, said)


class Recorder:
    """Counts what happens to the machine, and where ``lines`` is set also which lines and toggles of its core are reached: its models have
    the recorder's ``probe`` then."""

    def __init__(self, split: Split, core: Core, *, lines: bool = False) -> None:
        self.functions = Functions(split.merged.master, split.merged.policy, core.registers)
        self.probe: Probe = "coverage" if lines else "none"
        self._core = core
        self._ledger = Ledger() if lines else None

    def take(self, machine: Modelled) -> Reached:
        """What the machine's model has reached since it was made or last taken."""
        return (None, None) if self._ledger is None else self._ledger.take(machine.model)

    def tally(self) -> Tally:
        """All that was counted."""
        return Tally(self.functions.counts, self._ledger)

    def add(self, other: Tally) -> None:
        """What was counted elsewhere, of the same machine, is counted here too. Errors: as of `sim.coverage.Ledger.add`."""
        for name, count in other.functions.items():
            self.functions.counts[name] = self.functions.counts.get(name, 0) + count
        if self._ledger is not None and other.ledger is not None:
            self._ledger.add(other.ledger)

    def coverage(self) -> tuple[Coverage, tuple[Finding, ...]]:
        """All that was reached; and, where lines were counted, whether each of the reasons that are declared for holes is one of a hole,
        and whether enough was `reached`."""
        if self._ledger is None:
            return functions_alone(self.functions.counts), ()
        if not self._ledger.points:
            return functions_alone(self.functions.counts), (Finding(REACHED, "simulation", False, "no run has counted any"),)
        verilog, places = watched_text(self._core)
        try:
            constants = constant_bits(verilog, "core")
        except YosysError as error:
            return functions_alone(self.functions.counts), (Finding(REASONED, "simulation", False, why_broken(error)),)
        all_there_is = collect(self._ledger.untouched(), verilog, places, dict.fromkeys(self.functions.counts, 0), constants).holes
        reasons = reasons_for(self._core)
        found, unused = explain_holes(collect(self._ledger, verilog, places, self.functions.counts, constants), reasons, all_there_is)
        found = replace(found, holes=tuple(never_chosen(found.holes, self._core.datapath.pipeline)))
        wrong = f"all of {unused[0].what} in {unused[0].module} is reached, so that it is no reason: {unused[0].why}" if unused else ""
        return found, (Finding(REASONED, "simulation", not wrong, wrong or f"{len(reasons)} reasons"), *reached(found))
