"""Composes the hardware parts of all tenants into one feed-forward pipeline of values.

Each tenant is run on a symbolic packet that is known to be its own; what two tenants compute alike from the same bytes is, by hash-consing,
the same value and will be the same hardware. State and tables stand in shared banks and engines, one place per tenant.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import networkx as nx

from elements.definition.element import Element
from elements.definition.handlers import resettable
from elements.placement.crossings import Crossing, Placement
from elements.placement.departures import departure_port
from elements.placement.layouts import Layout
from elements.placement.lengths import TAKEN, carried
from elements.program.combine import all_ones, any_of, one_hot_mux, walk
from elements.program.program import ANNOTATIONS, Table
from elements.program.values import Value, bit_and, bit_not, cat, const, eq, make, mux, part, ult
from graph.merge import MADE_BY_MERGE
from hdl.check_order import check_order
from hdl.choose import by_tenant, choose
from hdl.composition import Composition, Engine, meta
from hdl.gather_state import gather_state
from hdl.identity import IDENTITY_BYTES
from hdl.pack_state import asked_elsewhere, pack_state
from hdl.resources import Share, share
from hdl.trace_tenant import Arrival, NotHardware, Path, TenantTracer, Trace, moved, raw_byte


def compose(
    placement: Placement,
    elements: Mapping[str, Element],
    crossings: tuple[Crossing, ...],
    ports: int,
    tagged: frozenset[str],
) -> Composition:
    """The pipeline of ``placement`` for ``ports`` physical ports; packets of ``tagged`` tenants are known by an 802.1Q tag.

    Errors: `NotHardware` naming an element that cannot be where it is placed."""
    orders = {t: topological_order(placement, t) for t in placement.tenants}
    late = elements_after_queues(placement, elements)
    shares = share(
        {
            number: [(n, elements[n]) for n in orders[t] if elements[n].has_program and n not in late]
            for number, t in enumerate(placement.tenants)
        }
    )
    traces: dict[int, Trace] = {}
    for number, tenant in enumerate(placement.tenants):
        own = {(user[0], user[1].name): index for index, each in enumerate(shares) if (user := each.users.get(number)) is not None}
        tracer = TenantTracer(tenant, placement, elements, crossings, orders[tenant], own, late)
        traces[number] = tracer.run(_entries(placement, elements, tenant, tracer.crossings, tenant in tagged))
        _check_copies(traces[number].arrivals)
    longest = carried(placement.graph, elements, crossings)
    combined = _combine(placement, shares, traces, ports, _resets(placement, elements))
    return check_order(replace(combined, returned=max([TAKEN, *longest.values()]) - TAKEN))


def topological_order(placement: Placement, tenant: str) -> list[str]:
    """The hardware elements that ``tenant``'s packets may pass, each after those that feed it. Errors: `NotHardware` for a loop."""
    own = [n.name for n in placement.graph.nodes if n.name in placement.hardware and placement.owner[n.name] == tenant]
    # What its software sends goes straight to a port where nothing of its own is between.
    own += [e.target for e in placement.graph.edges if placement.owner[e.source] == tenant and placement.owner[e.target] is None]
    behind = _behind(placement, own)
    mine = [n.name for n in placement.graph.nodes if n.name in behind]
    inside = nx.DiGraph()
    inside.add_nodes_from(mine)
    for edge in placement.graph.edges:
        if edge.source in inside and edge.target in inside:
            inside.add_edge(edge.source, edge.target)
    try:
        return list(nx.lexicographical_topological_sort(inside, key=mine.index))
    except nx.NetworkXUnfeasible:
        loop = nx.find_cycle(inside)[0][0]
        raise NotHardware(loop, "it lies on a loop, and hardware is feed-forward") from None


def _behind(placement: Placement, names: list[str]) -> frozenset[str]:
    """``names`` and the operator's own hardware elements that their packets reach: those in front belong to the ingress."""
    found = set(names)
    waiting = list(names)
    while waiting:
        for edge in placement.graph.outgoing(waiting.pop()):
            if edge.target not in found and edge.target in placement.hardware and placement.owner[edge.target] is None:
                found.add(edge.target)
                waiting.append(edge.target)
    return frozenset(found)


def elements_after_queues(placement: Placement, elements: Mapping[str, Element]) -> frozenset[str]:
    """Hardware elements on the pull side of a queue. Errors: `NotHardware` for one that keeps state other than the egress's own counts."""
    late: set[str] = set()
    waiting = [n for n in placement.hardware if elements[n].hardware_role == "queue"]
    while waiting:
        for edge in placement.graph.outgoing(waiting.pop()):
            if edge.target not in late and edge.target in placement.hardware:
                late.add(edge.target)
                waiting.append(edge.target)
    for name in sorted(late):
        element = elements[name]
        if element.has_program and element.trace().accesses and departure_port(placement.graph, elements, name) is None:
            raise NotHardware(name, "it keeps state behind a queue; the egress only counts what departs")
    return frozenset(late)


def _entries(
    placement: Placement, elements: Mapping[str, Element], tenant: str, crossings: list[Crossing], tagged: bool
) -> dict[str, list[Path]]:
    found: dict[str, list[Path]] = {}
    for edge in placement.graph.edges:
        if placement.owner[edge.source] is None and placement.owner[edge.target] == tenant:
            port = _port_of(placement, elements, edge.source)
            found.setdefault(edge.target, []).append(_wire_path(port, tagged))
    for crossing in crossings:
        if not crossing.to_software:
            found.setdefault(crossing.edge.target, []).append(_host_path(crossing))
    return found


def _port_of(placement: Placement, elements: Mapping[str, Element], name: str) -> int:
    while elements[name].hardware_role != "ingress":
        name = placement.graph.incoming(name)[0].source
    return int(elements[name].node.config)


def _wire_path(port: int, tagged: bool) -> Path:
    destination = cat(*(make("load", 8, (), ("data", i)) for i in range(6)))
    group = part(make("load", 8, (), ("data", 0)), 0, 1)
    packet_type = mux(eq(destination, all_ones(48)), const(1, 3), mux(group, const(2, 3), const(0, 3)))
    annotations = {name: const(0, width) for name, width in ANNOTATIONS.items()}
    annotations |= {"device": const(port, ANNOTATIONS["device"]), "packet_type": packet_type}
    return Path(
        when=bit_and(bit_not(meta("from_host")), eq(meta("port"), const(port, 8))),
        layout=Layout(0, None),
        bytes={12: const(0x81, 8), 13: const(0, 8)} if tagged else {},
        annotations=annotations,
        end=meta("length"),
        known=IDENTITY_BYTES if tagged else 1,
    )


def _host_path(crossing: Crossing) -> Path:
    """A packet that software sends. A frame without all of the room in front of its packet has none, and leaves by no way."""
    when = bit_and(meta("from_host"), eq(meta("edge"), const(crossing.number, 16)))
    room = crossing.layout.base
    if room > 0:
        when = bit_and(when, bit_not(ult(meta("length"), const(room, 16))))
    return Path(
        when=when,
        layout=crossing.layout,
        bytes={},
        annotations={name: meta(name) for name in ANNOTATIONS},
        end=meta("length"),
        known=0,
    )


def _check_copies(arrivals: list[Arrival]) -> None:
    """Copies of one packet that leave together must be alike: there is one editor."""
    for index, a in enumerate(arrivals):
        for b in arrivals[index + 1 :]:
            origin = next((x[0] for x in a.path.copies for y in b.path.copies if x[0] == y[0] and x[1] != y[1]), None)
            if origin is None:
                continue
            same = _shift(a) == _shift(b) and a.path.end is b.path.end and _edited(a) == _edited(b)
            if not same or a.port == b.port:
                raise NotHardware(origin, "its copies leave with different headers, and hardware edits a packet once")


def _shift(arrival: Arrival) -> int:
    return arrival.path.layout.base if arrival.port is not None else min(arrival.path.layout.base, 0)


def _edited(arrival: Arrival) -> dict[int, Value]:
    return {p: v for p, v in arrival.path.bytes.items() if v is not raw_byte(p) and p >= _shift(arrival)}


def _resets(placement: Placement, elements: Mapping[str, Element]) -> frozenset[tuple[str, str]]:
    """(element, variable) of the state that a tenant may reset: as its elements' write handlers do, and nothing that the merge added."""
    own = [node.name for node in placement.graph.nodes if node.location != MADE_BY_MERGE and node.name in elements]
    return frozenset((name, variable) for name in own for variable in resettable(elements[name]))


def _combine(
    placement: Placement, shares: list[Share], apart: Mapping[int, Trace], ports: int, resets: frozenset[tuple[str, str]]
) -> Composition:
    groups, traces = pack_state(apart, {i: int(s.signature[3]) for i, s in enumerate(shares) if s.signature[0] == "state"})
    asked = asked_elsewhere(apart)
    arrivals = {number: trace.arrivals for number, trace in traces.items()}
    everything = [a for each in arrivals.values() for a in each]
    shifts = tuple(sorted({_shift(a) for a in everything})) or (0,)
    positions = sorted({p for a in everything for p in _edited(a)} | set(range(min(shifts), 0)))

    def each(pick: Mapping[int, Value]) -> Value:
        return by_tenant(pick)

    def chosen(value_of: Mapping[int, list[tuple[Value, Value]]], default: Value) -> Value:
        return each({n: choose(value_of[n], default) for n in traces})

    host = {n: [a for a in arrivals[n] if a.port is None] for n in traces}
    shim_annotations = {
        name: chosen({n: [(a.path.when, a.path.annotations[name]) for a in host[n]] for n in traces}, const(0, width))
        for name, width in ANNOTATIONS.items()
    }
    wires = [each({n: any_of(*(a.path.when for a in arrivals[n] if a.port == p)) for n in traces}) for p in range(ports)]
    composition = Composition(
        select=(*wires, each({n: any_of(*(a.path.when for a in host[n])) for n in traces})),
        edge=chosen({n: [(a.path.when, const(a.crossing.number, 16)) for a in host[n] if a.crossing] for n in traces}, const(0, 16)),
        edits={
            p: chosen({n: [(a.path.when, _edited(a).get(p, raw_byte(p))) for a in arrivals[n]] for n in traces}, raw_byte(p))
            for p in positions
        },
        shifts=shifts,
        shift_index=chosen({n: [(a.path.when, const(shifts.index(_shift(a)), 4)) for a in arrivals[n]] for n in traces}, const(0, 4)),
        length=chosen({n: [(a.path.when, moved(a.path.end, -_shift(a))) for a in arrivals[n]] for n in traces}, meta("length")),
        annotations=shim_annotations,
        banks=tuple(gather_state(group, shares, placement, traces, resets, read=frozenset(asked)) for group in groups),
        engines=tuple(lookup_engine(i, s, traces) for i, s in enumerate(shares) if s.signature[0] == "table"),
        growth={n: max([0, *(-_shift(a) for a in arrivals[n])]) for n in traces},
        header_bytes=0,
    )
    loads = [int(v.attributes[1]) + 1 for v in walk(composition.roots()) if v.op == "load"]
    return replace(composition, header_bytes=max([0, *loads, *(p + 1 for p in positions)]))


def lookup_engine(index: int, share: Share, traces: Mapping[int, Trace]) -> Engine:
    """The engine of the tables of ``share``, which has the number ``index``."""
    tables = {n: table for n, (_, table) in share.users.items() if isinstance(table, Table)}
    keys = {n: trace.keys.get(index, []) for n, trace in traces.items() if n in tables}
    width = int(share.signature[2])
    merged = {n: one_hot_mux(asked[:-1], asked[-1][1]) for n, asked in keys.items() if asked}
    return Engine(
        number=index,
        kind=str(share.signature[1]),
        key_width=width,
        value_width=int(share.signature[3]),
        tables=tables,
        elements={n: name for n, (name, _) in share.users.items()},
        key=by_tenant(merged) if merged else const(0, width),
    )
