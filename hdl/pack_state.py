"""Puts state variables that no packet touches together into one memory, with the one adder in front of it.

A packet takes one branch, so most counters of a tenant exclude each other (`hdl.exclusion`). A variable is known here by the number of its
share (`hdl.resources`), which is the same in every tenant that has it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Set
from dataclasses import replace

import networkx as nx

from elements.program.combine import any_of, walk
from elements.program.substitute import substitute
from elements.program.values import FALSE, Value, make
from hdl.exclusion import Exclusion
from hdl.trace_tenant import Trace, Update


def pack_state(traces: Mapping[int, Trace], widths: Mapping[int, int]) -> tuple[list[list[int]], dict[int, Trace]]:
    """Groups of the variables that ``widths`` has (bits by variable), each a memory called by its first; a variable's slot is its index in
    its group. And the traces with what a group's memory held in the place of what each variable held.

    Variables of one width share, and only as far as nothing of a group has to be known before another of it is.
    """
    asked = asked_elsewhere(traces)
    touched = {
        (variable, tenant): any_of(*(slot_condition(update, read=variable in asked) for update in updates))
        for tenant, trace in traces.items()
        for variable, updates in trace.updates.items()
    }
    exclusion = Exclusion(touched.values())

    def apart(a: int, b: int) -> bool:
        """Whether no packet of any tenant touches both."""
        return all(exclusion.exclusive(touched.get((a, t), FALSE), touched.get((b, t), FALSE)) for t in traces)

    order = needs(traces, widths, asked)
    groups: list[list[int]] = []
    for variable, width in widths.items():
        # What must be known before the variable, or after it, would be known in the cycle in which its own memory is asked.
        ordered = nx.ancestors(order, variable) | nx.descendants(order, variable)
        fitting = (g for g in groups if widths[g[0]] == width and g[0] not in ordered and all(apart(variable, other) for other in g))
        home = next(fitting, None)
        if home is None:
            groups.append([variable])
        else:
            home.append(variable)
            _merge(order, home[0], variable)
    memory = {variable: group[0] for group in groups for variable in group}
    return groups, {tenant: _with_memories(trace, memory) for tenant, trace in traces.items()}


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


def _resting(traces: Mapping[int, Trace]) -> Mapping[Value, frozenset[int]]:
    """For each value of ``traces``, the variables and the lookup engines that it is made from."""
    found: dict[Value, frozenset[int]] = {}
    for value in walk([root for trace in traces.values() for root in (*_roots(trace), *_parts(trace))]):
        below = {found[operand] for operand in value.operands}
        rests = next(iter(below)) if len(below) == 1 else frozenset[int]().union(*below)
        found[value] = rests | {int(value.attributes[0])} if value.op in ("old", "hit", "found") else rests
    return found


def asked_elsewhere(traces: Mapping[int, Trace]) -> set[int]:
    """The variables whose old value more than what is stored in them rests on. Whether a variable is written counts as more: which slot
    is asked cannot depend on what it holds."""
    rests = _resting(traces)
    found: set[int] = set()
    for trace in traces.values():
        found.update(*(rests[root] for root in _roots(trace)))
        for variable, updates in trace.updates.items():
            for update in updates:
                found |= rests[update.passing] | rests[update.when] | (rests[update.value] - {variable})
    return found & {variable for trace in traces.values() for variable in trace.updates}


def needs(traces: Mapping[int, Trace], variables: Iterable[int], asked: Set[int]) -> nx.DiGraph:
    """An edge from each variable and each lookup engine to every other that must be known before it, in whichever tenant."""
    rests = _resting(traces)
    found = nx.DiGraph()
    found.add_nodes_from(variables)
    for trace in traces.values():
        parts = {
            variable: [v for u in updates for v in (slot_condition(u, read=variable in asked), u.when, u.value)]
            for variable, updates in trace.updates.items()
        }
        parts |= {engine: [value for pair in pairs for value in pair] for engine, pairs in trace.keys.items()}
        for share, roots in parts.items():
            found.add_edges_from((share, other) for other in sorted(set().union(*(rests[root] for root in roots))) if other != share)
    return found


def _merge(order: nx.DiGraph, first: int, variable: int) -> None:
    """``variable`` becomes part of ``first``."""
    order.add_edges_from([(first, other) for other in order.successors(variable)])
    order.add_edges_from([(other, first) for other in order.predecessors(variable)])
    order.remove_node(variable)


def _parts(trace: Trace) -> list[Value]:
    return [value for updates in trace.updates.values() for u in updates for value in (u.passing, u.when, u.value)]


def _with_memories(trace: Trace, memory: Mapping[int, int]) -> Trace:
    roots = [*_roots(trace), *_parts(trace)]

    def leaf(old: Value, operands: tuple[Value, ...]) -> Value:
        attributes = (memory[int(old.attributes[0])],) if old.op == "old" else old.attributes
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
