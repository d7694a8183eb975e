"""The least placement by any sum, within any budgets: a mixed-integer program that HiGHS solves to a proven optimum.

Variables, all binary: h(e), element e is hardware; s(g), some element of the alike group g is; down(e) and up(e), packets on edge e cross
to software or to hardware. Rows: s, down and up are as large as h asks; a pull edge is never cut from hardware to software; nothing goes
round within hardware; the budgets. Among placements that are alike in the sum, the one with the fewest cut edges and LUTs.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

import networkx as nx

from partition.budgets import Budget, Group, Sum, groups_of, shared
from partition.model import INFINITY, Model
from partition.plan import Question

TIE: Final = 1e-6
"""What a cut edge and a LUT add to the sum that is to be least."""


@dataclass(frozen=True)
class Placed:
    """The elements in ``hardware``, and the gap that the solver left to the least sum that there can be."""

    hardware: frozenset[str]
    gap: float


def place(question: Question, least: Sum, budgets: Sequence[Budget]) -> Placed | None:
    """The placement that keeps ``budgets`` with the least ``least``; None where none keeps them."""
    loops: list[list[str]] = []
    while True:
        placed = _Program(question, least, budgets, loops).solve()
        loop = None if placed is None else _loop(question, placed.hardware)
        if loop is None:
            return placed
        loops.append(loop)


def sides(question: Question, name: str) -> tuple[float, float]:
    """The least and the most that h of element ``name`` may be."""
    if question.master.owner[name] is None:
        return 1, 1
    if name in question.software or question.pins.get(name) is False:
        return 0, 0
    return (1, 1) if question.pins.get(name) else (0, 1)


def _loop(question: Question, hardware: frozenset[str]) -> list[str] | None:
    inside = nx.DiGraph((e.source, e.target) for e in question.checked.graph.edges if e.source in hardware and e.target in hardware)
    try:
        return sorted({edge[0] for edge in nx.find_cycle(inside)})
    except nx.NetworkXNoCycle:
        return None


class _Program:
    def __init__(self, question: Question, least: Sum, budgets: Iterable[Budget], loops: Iterable[list[str]]) -> None:
        graph = question.checked.graph
        self.model = model = Model()
        self.columns = {node.name: model.binary(*sides(question, node.name)) for node in graph.nodes}
        self.down = {edge: model.binary() for edge in graph.edges}
        self.up = {edge: model.binary() for edge in graph.edges}
        self.any: dict[Group, int] = {group: model.binary() for group in groups_of(question)}
        for edge in graph.edges:
            u, v = self.columns[edge.source], self.columns[edge.target]
            # An edge may lead from an element to itself, where nothing is cut.
            if u != v:
                model.row(-INFINITY, 0, {u: 1, v: -1, self.down[edge]: -1})
                model.row(-INFINITY, 0, {v: 1, u: -1, self.up[edge]: -1})
            if question.checked.kind(edge.source, True, edge.source_port) == "pull":
                model.row(-INFINITY, 0, {u: 1, v: -1})
        for group, column in self.any.items():
            for name in group:
                model.row(-INFINITY, 0, {self.columns[name]: 1, column: -1})
        for loop in loops:
            model.row(-INFINITY, len(loop) - 1, {self.columns[name]: 1 for name in loop})
        for budget in budgets:
            terms, constant = self.terms(budget.sum)
            model.row(-INFINITY, budget.limit - constant, terms)
        luts = Sum(groups={group: TIE * term for group, term in shared(question, "luts").groups.items()})
        cuts = Sum(to_software=dict.fromkeys(graph.edges, TIE), to_hardware=dict.fromkeys(graph.edges, TIE))
        for part in (least, luts, cuts):
            model.add_costs(self.terms(part)[0])

    def terms(self, total: Sum) -> tuple[dict[int, float], float]:
        """A sum as factors by column and a constant: software elements are counted, and those in hardware taken away."""
        terms = {self.columns[name]: term for name, term in total.hardware.items() if term}
        for name, term in total.software.items():
            terms[self.columns[name]] = terms.get(self.columns[name], 0.0) - term
        terms |= {self.any[group]: term for group, term in total.groups.items() if term}
        terms |= {self.down[edge]: term for edge, term in total.to_software.items() if term}
        terms |= {self.up[edge]: term for edge, term in total.to_hardware.items() if term}
        return terms, sum(total.software.values())

    def solve(self) -> Placed | None:
        solution = self.model.solve()
        if solution is None:
            return None
        return Placed(frozenset(name for name, column in self.columns.items() if solution.chosen(column)), solution.gap)
