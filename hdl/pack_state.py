"""Puts state variables that no packet touches together into one memory, with the one adder in front of it.

A packet takes one branch, so most counters of a tenant exclude each other. That two do is shown by a solver, for whatever the packet, the
state and the tables are; what it cannot show stays apart.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import networkx as nx
from bitwuzla import Bitwuzla, Options, Result

from elements.logic.terms import Term, Terms, translate
from elements.program.combine import any_of, walk
from elements.program.substitute import substitute
from elements.program.values import FALSE, Value, make
from hdl.trace_tenant import Trace, Update


def pack_state(traces: Mapping[int, Trace], widths: Mapping[int, int]) -> tuple[list[list[int]], dict[int, Trace]]:
    """Groups of the variables that ``widths`` has (bits by number), each a memory called by its first; a variable's slot is its place in
    its group. And the traces with what a group's memory held in the place of what each variable held.

    Variables of one width share, and only as far as none of a group has to be known before another of it is.
    """
    asked = asked_elsewhere(traces)
    judge = _Judge(traces, asked)
    needs = _needs(traces, list(widths))
    groups: list[list[int]] = []
    for number, width in widths.items():
        fitting = (g for g in groups if widths[g[0]] == width and all(judge.exclusive(number, other) for other in g))
        home = next((g for g in fitting if _stays_ordered(needs, [*groups, [number]], g, number)), None)
        if home is None:
            groups.append([number])
        else:
            home.append(number)
    first = {number: group[0] for group in groups for number in group}
    return groups, {tenant: _with_groups(trace, first) for tenant, trace in traces.items()}


def slot_condition(update: Update, *, read: bool) -> Value:
    """Where the slot must be the variable's: where it is written, or where the packet passes if what it held is ``read`` for more."""
    return update.passing if read else update.when


def _roots(trace: Trace) -> list[Value]:
    """What a trace is made of, but for its updates."""
    found = [value for pairs in trace.keys.values() for pair in pairs for value in pair]
    for arrival in trace.arrivals:
        path = arrival.path
        found += [path.when, *path.bytes.values(), *path.annotations.values(), path.end]
    return found


def _olds(roots: Sequence[Value], keys: Mapping[int, Sequence[tuple[Value, Value]]] | None = None) -> set[int]:
    """The variables whose old value ``roots`` rest on, also through a lookup where its ``keys`` are given."""
    found: set[int] = set()
    looked_up: set[int] = set()
    waiting = [*roots]
    while waiting:
        values = walk(waiting)
        found |= {int(value.attributes[0]) for value in values if value.op == "old"}
        tables = {int(value.attributes[0]) for value in values if value.op in ("hit", "found")} - looked_up
        looked_up |= tables
        waiting = [value for table in tables for pair in (keys or {}).get(table, ()) for value in pair]
    return found


def _parts(updates: Sequence[Update]) -> list[Value]:
    return [value for update in updates for value in (update.when, update.value)]


def asked_elsewhere(traces: Mapping[int, Trace]) -> set[int]:
    """The variables whose old value something other than what they store asks for: also whether they are written at all, as a place
    cannot be chosen by what is read there.
    """
    found: set[int] = set()
    for trace in traces.values():
        found |= _olds(_roots(trace))
        for number, updates in trace.updates.items():
            found |= _olds(_parts(updates)) - {number}
            found |= _olds([update.when for update in updates])
    return found


def _needs(traces: Mapping[int, Trace], numbers: Sequence[int]) -> nx.DiGraph:
    """An edge from each variable to every other that must be known before it."""
    needs = nx.DiGraph()
    needs.add_nodes_from(numbers)
    for trace in traces.values():
        for number, updates in trace.updates.items():
            needs.add_edges_from((number, other) for other in _olds(_parts(updates), trace.keys) if other != number)
    return needs


def _stays_ordered(needs: nx.DiGraph, groups: Sequence[Sequence[int]], joined: Sequence[int], number: int) -> bool:
    """Whether the groups can still be put in an order when ``number`` has joined ``joined``."""
    of = {member: group[0] for group in groups for member in group} | {number: joined[0]}
    between = nx.DiGraph((of.get(a, a), of.get(b, b)) for a, b in needs.edges)
    return bool(nx.is_directed_acyclic_graph(between))


def _with_groups(trace: Trace, first: Mapping[int, int]) -> Trace:
    roots = [*_roots(trace), *(v for updates in trace.updates.values() for u in updates for v in (u.passing, u.when, u.value))]

    def leaf(old: Value, operands: tuple[Value, ...]) -> Value:
        attributes = (first[int(old.attributes[0])],) if old.op == "old" else old.attributes
        return make(old.op, old.width, operands, attributes)

    new = substitute(roots, leaf)
    return Trace(
        arrivals=[
            replace(
                arrival,
                path=replace(
                    arrival.path,
                    when=new[arrival.path.when],
                    bytes={position: new[value] for position, value in arrival.path.bytes.items()},
                    annotations={name: new[value] for name, value in arrival.path.annotations.items()},
                    end=new[arrival.path.end],
                ),
            )
            for arrival in trace.arrivals
        ],
        updates={n: [Update(new[u.passing], new[u.when], new[u.value]) for u in updates] for n, updates in trace.updates.items()},
        keys={n: [(new[when], new[key]) for when, key in pairs] for n, pairs in trace.keys.items()},
    )


class _Judge:
    """Answers whether one packet can touch two variables."""

    def __init__(self, traces: Mapping[int, Trace], asked: set[int]) -> None:
        self.terms = Terms()
        self.known: dict[Value, Term] = {}
        conditions = {
            (number, tenant): any_of(*(slot_condition(update, read=number in asked) for update in updates))
            for tenant, trace in traces.items()
            for number, updates in trace.updates.items()
        }
        found = translate(self.terms, list(conditions.values()), self._leaf)
        self.truths = {key: self.terms.truth(found[value]) for key, value in conditions.items() if value is not FALSE}
        self.tenants = sorted(traces)
        self.solver = Bitwuzla(self.terms.manager, Options())

    def _leaf(self, value: Value, operands: tuple[Term, ...]) -> Term:
        """Whatever comes from outside can be anything."""
        if value not in self.known:
            self.known[value] = self.terms.variable(f"leaf{len(self.known)}", value.width)
        return self.known[value]

    def exclusive(self, a: int, b: int) -> bool:
        """Whether no packet of any tenant touches both."""
        pairs = [(self.truths.get((a, tenant)), self.truths.get((b, tenant))) for tenant in self.tenants]
        return all(self.solver.check_sat(x, y) == Result.UNSAT for x, y in pairs if x is not None and y is not None)
