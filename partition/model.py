"""A mixed-integer program, as columns and rows, and what HiGHS makes of it."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

import highspy

INFINITY: Final = highspy.kHighsInf
TOLERANCE: Final = 1e-9
"""How far from whole a column may be. A row's terms go up to millions of bits; HiGHS's own 1e-6 would let whole bits through."""

_INFEASIBLE: Final = (highspy.HighsModelStatus.kInfeasible, highspy.HighsModelStatus.kUnboundedOrInfeasible)


@dataclass
class _Row:
    low: float
    high: float
    terms: dict[int, float]


@contextmanager
def _quiet() -> Iterator[None]:
    """HiGHS writes its banner to the process's standard output when it is made, before an option could tell it not to."""
    sys.stdout.flush()
    kept, nothing = os.dup(1), os.open(os.devnull, os.O_WRONLY)
    os.dup2(nothing, 1)
    try:
        yield
    finally:
        os.dup2(kept, 1)
        os.close(kept)
        os.close(nothing)


@dataclass(frozen=True)
class Solution:
    """The least answer: the columns' values, and the gap that HiGHS left to its bound, relative, and zero where it is of rounding only."""

    values: tuple[float, ...]
    gap: float

    def chosen(self, column: int) -> bool:
        """Whether the binary ``column`` is one."""
        return self.values[column] > 0.5


class Model:
    """Columns and rows, handed to HiGHS at the end."""

    def __init__(self) -> None:
        self.costs: list[float] = []
        self.limits: list[tuple[float, float]] = []
        self.rows: list[_Row] = []

    def binary(self, low: float = 0, high: float = 1) -> int:
        """A new column that is 0 or 1, or only one of them; its number."""
        self.costs.append(0.0)
        self.limits.append((low, high))
        return len(self.costs) - 1

    def row(self, low: float, high: float, terms: Mapping[int, float]) -> None:
        """The sum of ``terms``, factors by column, lies between ``low`` and ``high``."""
        self.rows.append(_Row(low, high, dict(terms)))

    def add_costs(self, terms: Mapping[int, float]) -> None:
        """Adds ``terms`` to what is to be least."""
        for column, cost in terms.items():
            self.costs[column] += cost

    def solve(self) -> Solution | None:
        """The proven optimum, None where no values keep the rows. Errors: ``RuntimeError`` where HiGHS ends in any other way."""
        with _quiet():
            solver = highspy.Highs()  # type: ignore[no-untyped-call]  # highspy has types, but not here
        solver.setOptionValue("output_flag", False)
        solver.setOptionValue("threads", 1)
        solver.setOptionValue("mip_rel_gap", 0.0)
        solver.setOptionValue("mip_abs_gap", 0.0)
        solver.setOptionValue("mip_feasibility_tolerance", TOLERANCE)
        for cost, (low, high) in zip(self.costs, self.limits, strict=True):
            solver.addCol(cost, low, high, 0, [], [])
        for index in range(len(self.costs)):
            solver.changeColIntegrality(index, highspy.HighsVarType.kInteger)
        for row in self.rows:
            columns = sorted(row.terms)
            solver.addRow(row.low, row.high, len(columns), columns, [row.terms[c] for c in columns])
        solver.run()
        status = solver.getModelStatus()
        if status in _INFEASIBLE:
            return None
        if status != highspy.HighsModelStatus.kOptimal:
            raise RuntimeError(f"HiGHS ended with {status}")
        return Solution(tuple(solver.getSolution().col_value), _rounded(float(solver.getInfo().mip_gap)))


def _rounded(gap: float) -> float:
    return 0.0 if abs(gap) <= TOLERANCE else gap
