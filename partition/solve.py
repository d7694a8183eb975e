"""The exact cut: the least host time within the budgets of the policy, proven."""

from __future__ import annotations

from partition.budgets import bram_bits, budgets_of, host_time, shared
from partition.infeasible import refuse
from partition.place import place
from partition.plan import Plan, Question


def solve(question: Question) -> Plan:
    """The optimal plan. Errors: `ClickError` where the budgets leave none, saying by how much and which elements weigh most."""
    budgets = budgets_of(question)
    placed = place(question, host_time(question), budgets)
    if placed is None:
        refuse(question, budgets)
    return measure(question, placed.hardware, optimal=True, gap=placed.gap, solver="HiGHS")


def measure(question: Question, hardware: frozenset[str], *, optimal: bool, gap: float, solver: str) -> Plan:
    """A plan for ``hardware`` with every figure computed anew, whoever chose it."""
    cut = sum(
        question.rates.get((e.source, e.source_port), 0.0)
        for e in question.checked.graph.edges
        if (e.source in hardware) != (e.target in hardware)
    )
    luts, ffs, bits = (round(total.of(hardware)) for total in (shared(question, "luts"), shared(question, "ffs"), bram_bits(question)))
    return Plan(hardware, host_time(question).of(hardware), luts, ffs, bits, cut, optimal, gap, solver)
