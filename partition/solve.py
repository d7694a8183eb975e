"""The exact cut: a mixed-integer program that HiGHS solves to a proven optimum.

Variables, all binary: h(e), element e is hardware; s(g), some element of the alike group g is; c(u, v), the edge is cut. Least host time:
the software elements' time and the crossings'. Rows: a cut edge is counted; a pull edge is never cut from hardware to software; alike
hardware is paid for once; the machine's and each tenant's budgets.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

import highspy
import networkx as nx

from graph.diagnostics import ClickError, Diagnostic, Location
from partition.cost import CROSSING_NS, alike
from partition.plan import Plan, Question
from partition.rates import arrivals

INFINITY: Final = highspy.kHighsInf


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


class _Model:
    """Columns and rows, handed to HiGHS at the end."""

    def __init__(self) -> None:
        self.costs: list[float] = []
        self.limits: list[tuple[float, float]] = []
        self.rows: list[_Row] = []

    def binary(self, cost: float, low: float = 0, high: float = 1) -> int:
        self.costs.append(cost)
        self.limits.append((low, high))
        return len(self.costs) - 1

    def row(self, low: float, high: float, terms: Mapping[int, float]) -> None:
        self.rows.append(_Row(low, high, dict(terms)))

    def solve(self) -> tuple[list[float], bool, float]:
        with _quiet():
            solver = highspy.Highs()  # type: ignore[no-untyped-call]  # highspy has types, but not here
        solver.setOptionValue("output_flag", False)
        solver.setOptionValue("threads", 1)
        solver.setOptionValue("mip_rel_gap", 0.0)
        solver.setOptionValue("mip_abs_gap", 0.0)
        for cost, (low, high) in zip(self.costs, self.limits, strict=True):
            solver.addCol(cost, low, high, 0, [], [])
        for index in range(len(self.costs)):
            solver.changeColIntegrality(index, highspy.HighsVarType.kInteger)
        for row in self.rows:
            columns = sorted(row.terms)
            solver.addRow(row.low, row.high, len(columns), columns, [row.terms[c] for c in columns])
        solver.run()
        optimal = solver.getModelStatus() == highspy.HighsModelStatus.kOptimal
        return list(solver.getSolution().col_value), optimal, float(solver.getInfo().mip_gap)


def solve(question: Question) -> Plan:
    """The optimal plan. Errors: `ClickError` where the budgets leave none, naming the largest elements that must be hardware."""
    loops: list[list[str]] = []
    while True:
        plan = _solve_once(question, loops)
        loop = _loop(question, plan.hardware)
        if loop is None:
            return plan
        loops.append(loop)


def _loop(question: Question, hardware: frozenset[str]) -> list[str] | None:
    inside = nx.DiGraph((e.source, e.target) for e in question.checked.graph.edges if e.source in hardware and e.target in hardware)
    try:
        return sorted({edge[0] for edge in nx.find_cycle(inside)})
    except nx.NetworkXNoCycle:
        return None


def _solve_once(question: Question, loops: list[list[str]]) -> Plan:
    graph = question.checked.graph
    model = _Model()
    columns: dict[str, int] = {}
    constant = 0.0
    for node in graph.nodes:
        time = question.costs[node.name].ns * arrivals(graph, question.rates, node.name)
        constant += time
        low, high = _limits(question, node.name)
        columns[node.name] = model.binary(-time, low, high)
    for edge in graph.edges:
        u, v = columns[edge.source], columns[edge.target]
        crossing = CROSSING_NS * question.rates.get((edge.source, edge.source_port), 0.0)
        cut = model.binary(crossing + 1e-6)
        model.row(-INFINITY, 0, {u: 1, v: -1, cut: -1})
        model.row(-INFINITY, 0, {v: 1, u: -1, cut: -1})
        if question.checked.kind(edge.source, True, edge.source_port) == "pull":
            model.row(-INFINITY, 0, {u: 1, v: -1})
    for loop in loops:
        model.row(-INFINITY, len(loop) - 1, {columns[name]: 1 for name in loop})
    luts = _shared_luts(question, model, columns)
    machine = question.policy.machine
    if machine.luts is not None:
        model.row(-INFINITY, machine.luts, luts)
    if machine.bram_bits is not None:
        model.row(-INFINITY, machine.bram_bits, {columns[n]: question.costs[n].bram_bits for n in columns if question.costs[n].bram_bits})
    for tenant in question.master.tenants:
        _tenant_rows(question, model, columns, tenant)
    values, optimal, gap = model.solve()
    if not optimal:
        _infeasible(question)
    hardware = frozenset(name for name, column in columns.items() if values[column] > 0.5)
    return measure(question, hardware, optimal=optimal, gap=gap, solver="HiGHS")


def _limits(question: Question, name: str) -> tuple[float, float]:
    if question.master.owner[name] is None:
        return 1, 1
    if name in question.software or question.pins.get(name) is False:
        return 0, 0
    return (1, 1) if question.pins.get(name) else (0, 1)


def _groups(question: Question) -> dict[tuple[object, ...], list[str]]:
    groups: dict[tuple[object, ...], list[str]] = {}
    for node in question.checked.graph.nodes:
        key = alike(question.elements[node.name])
        if key is not None and question.master.owner[node.name] is not None:
            groups.setdefault(key, []).append(node.name)
    return groups


def _shared_luts(question: Question, model: _Model, columns: Mapping[str, int]) -> dict[int, float]:
    """The LUT row: an alike group is paid for once, by a column that is set when any of its elements is hardware."""
    terms: dict[int, float] = {}
    for names in _groups(question).values():
        luts = max(question.costs[name].luts for name in names)
        shared = model.binary(1e-6 * luts)
        for name in names:
            model.row(-INFINITY, 0, {columns[name]: 1, shared: -1})
        terms[shared] = luts
    return terms


def _tenant_rows(question: Question, model: _Model, columns: Mapping[str, int], tenant: str) -> None:
    quota = question.policy.tenant(tenant).quota
    mine = [name for name, owner in question.master.owner.items() if owner == tenant]
    for limit, cost in (
        (quota.luts, {columns[n]: float(question.costs[n].luts) for n in mine}),
        (quota.bram_bits, {columns[n]: float(question.costs[n].bram_bits) for n in mine}),
    ):
        if limit is not None:
            model.row(-INFINITY, limit, cost)


def _infeasible(question: Question) -> None:
    costs = question.costs
    forced = sorted((n for n in costs if _limits(question, n)[0] == 1), key=lambda n: (-costs[n].bram_bits, -costs[n].luts, n))
    names = ", ".join(f"{n} ({costs[n].luts} LUTs, {costs[n].bram_bits} BRAM bits)" for n in forced[:5])
    advice = f"raise them, or unpin what must be hardware: {names}"
    raise ClickError(Diagnostic(None, "no placement keeps the budgets of the policy", advice), *_excesses(question, forced, advice))


def _excesses(question: Question, forced: list[str], advice: str) -> Iterator[Diagnostic]:
    """By how much what must be hardware is more than a budget of the policy allows."""
    machine, costs = question.policy.machine, question.costs
    groups = _groups(question).values()
    together = sum(max((costs[n].luts for n in names if n in forced), default=0) for names in groups)
    sums: list[tuple[str, Location | None, str, int, int, int | None, int | None]] = [
        ("the machine", None, "budget", together, sum(costs[n].bram_bits for n in forced), machine.luts, machine.bram_bits)
    ]
    for name in question.master.tenants:
        tenant = question.policy.tenant(name)
        mine = [n for n in forced if question.master.owner[n] == name]
        luts, bits = (sum(getattr(costs[n], what) for n in mine) for what in ("luts", "bram_bits"))
        sums.append((name, tenant.location, "quota", luts, bits, tenant.quota.luts, tenant.quota.bram_bits))
    for who, location, what, luts, bits, most_luts, most_bits in sums:
        for has, unit, most in ((luts, "LUTs", most_luts), (bits, "BRAM bits", most_bits)):
            if most is not None and has > most:
                message = f"{who} has {has} {unit} that must be hardware, {has - most} more than its {what} of {most}"
                yield Diagnostic(location, message, advice)


def measure(question: Question, hardware: frozenset[str], *, optimal: bool, gap: float, solver: str) -> Plan:
    """A plan for ``hardware`` with every figure computed anew, whoever chose it."""
    graph = question.checked.graph
    host = sum(question.costs[n.name].ns * arrivals(graph, question.rates, n.name) for n in graph.nodes if n.name not in hardware)
    cut = sum(question.rates.get((e.source, e.source_port), 0.0) for e in graph.edges if (e.source in hardware) != (e.target in hardware))
    luts = sum(max(question.costs[n].luts for n in names) for names in _groups(question).values() if any(n in hardware for n in names))
    bits = sum(question.costs[n].bram_bits for n in hardware)
    return Plan(hardware, host + CROSSING_NS * cut, luts, bits, cut, optimal, gap, solver)
