"""What the policy bounds, as sums over a placement: the solver's rows, the plan's figures and the diagnostics are made of the same sums.

    machine    luts, ffs     hardware's, with alike elements counted once
               bram_bits     hardware's, of each element
               host_ns       of software elements and crossings, for a packet offered to the machine
    tenant     luts          of its hardware elements, each counted, alike ones too
               bram_bits     of its hardware elements
               cpu_share     its software elements' and crossings' time, as a share of the machine's host_ns
               crossing_share  its packets that cross from hardware to software, for each of its packets that is offered

What an element's hardware leaves to its own software reading (a packet with IP options, say) is in no sum: nothing says how often that is.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from graph.diagnostics import Location
from graph.model import Edge
from partition.cost import CROSSING_NS, alike
from partition.plan import Question
from partition.rates import arrivals

Group = tuple[str, ...]
"""Elements that are one piece of hardware where any of them is hardware."""


@dataclass(frozen=True)
class Sum:
    """A sum over a placement: by element that is in ``hardware`` or in ``software``, by group of which any element is hardware, and by edge
    that packets cross ``to_software`` or ``to_hardware``. No term is negative."""

    hardware: Mapping[str, float] = field(default_factory=dict)
    software: Mapping[str, float] = field(default_factory=dict)
    groups: Mapping[Group, float] = field(default_factory=dict)
    to_software: Mapping[Edge, float] = field(default_factory=dict)
    to_hardware: Mapping[Edge, float] = field(default_factory=dict)

    def parts(self, hardware: frozenset[str]) -> Iterator[tuple[str, float]]:
        """What the placement adds to the sum, each with the name of the element or edge that does."""
        yield from ((name, term) for name, term in self.hardware.items() if name in hardware)
        yield from ((name, term) for name, term in self.software.items() if name not in hardware)
        for group, term in self.groups.items():
            placed = [name for name in group if name in hardware]
            if placed:
                yield placed[0] if len(placed) == 1 else f"{placed[0]} and {len(placed) - 1} alike", term
        for edges, source_hard in ((self.to_software, True), (self.to_hardware, False)):
            for edge, term in edges.items():
                if (edge.source in hardware) is source_hard and (edge.target in hardware) is not source_hard:
                    yield f"{edge.source} -> {edge.target}", term

    def of(self, hardware: frozenset[str]) -> float:
        """The sum for the placement that has ``hardware`` in hardware."""
        return sum(term for _, term in self.parts(hardware))


@dataclass(frozen=True)
class Budget:
    """A bound of the policy: ``sum`` is at most ``limit``. ``owner`` is the tenant, or None for the machine; ``key`` is the policy's word
    for it, ``stated`` the number there, and ``meaning`` says what is counted."""

    owner: str | None
    key: str
    stated: float
    limit: float
    sum: Sum
    location: Location | None
    meaning: str


MEANINGS: Final = {
    "luts": "LUTs",
    "ffs": "flip-flops",
    "bram_bits": "BRAM bits",
    "host_ns": "ns of host time a packet offered",
    "cpu_share": "ns of host time a packet offered, of the machine's host_ns",
    "crossing_share": "of its packets offered, the share that crosses from hardware to the host",
}


def groups_of(question: Question) -> list[Group]:
    """The tenants' elements that have hardware of their own, alike ones together."""
    groups: dict[tuple[object, ...], list[str]] = {}
    for node in question.checked.graph.nodes:
        key = alike(question.elements[node.name])
        if key is not None and question.master.owner[node.name] is not None:
            groups.setdefault(key, []).append(node.name)
    return [tuple(names) for names in groups.values()]


def shared(question: Question, what: str) -> Sum:
    """``luts`` or ``ffs`` of the whole hardware: of alike elements the largest is counted."""
    return Sum(groups={group: max(getattr(question.costs[name], what) for name in group) for group in groups_of(question)})


def bram_bits(question: Question) -> Sum:
    """Block memory of the whole hardware."""
    return Sum(hardware={name: cost.bram_bits for name, cost in question.costs.items() if cost.bram_bits})


def host_time(question: Question, tenant: str | None = None) -> Sum:
    """Nanoseconds of host time for a packet offered to the machine: software elements and crossings, ``tenant``'s or all."""
    graph, rates, owner = question.checked.graph, question.rates, question.master.owner
    times = {
        node.name: question.costs[node.name].ns * arrivals(graph, rates, node.name)
        for node in graph.nodes
        if tenant is None or owner[node.name] == tenant
    }
    crossings = {
        edge: CROSSING_NS * rates.get((edge.source, edge.source_port), 0.0)
        for edge in graph.edges
        if tenant is None or tenant_of(question, edge) == tenant
    }
    return Sum(software=times, to_software=crossings, to_hardware=crossings)


def to_host(question: Question, tenant: str) -> Sum:
    """Crossings of ``tenant``'s packets from hardware to software, for each of its packets that is offered."""
    offered = offered_to(question, tenant)
    edges = (edge for edge in question.checked.graph.edges if tenant_of(question, edge) == tenant)
    return Sum(to_software={edge: question.rates.get((edge.source, edge.source_port), 0.0) / offered for edge in edges} if offered else {})


def offered_to(question: Question, tenant: str) -> float:
    """``tenant``'s packets for one offered to the machine: what the operator's elements hand it, and what its own sources send."""
    graph, owner = question.checked.graph, question.master.owner
    handed = sum(
        question.rates.get((e.source, e.source_port), 0.0) for e in graph.edges if owner[e.target] == tenant and owner[e.source] is None
    )
    sources = [node.name for node in graph.nodes if owner[node.name] == tenant and not graph.incoming(node.name)]
    return handed + sum(arrivals(graph, question.rates, name) for name in sources)


def tenant_of(question: Question, edge: Edge) -> str | None:
    """Whose packets pass ``edge``; None between the operator's own elements."""
    return question.master.owner[edge.target] or question.master.owner[edge.source]


def budgets_of(question: Question) -> list[Budget]:
    """Every bound of the policy that a placement can keep or break: the machine's, then the tenants'."""
    machine = question.policy.machine
    asked: list[tuple[str | None, str, float | None, float | None, Sum, Location | None]] = [
        (None, "luts", machine.luts, machine.luts, shared(question, "luts"), machine.location),
        (None, "ffs", machine.ffs, machine.ffs, shared(question, "ffs"), machine.location),
        (None, "bram_bits", machine.bram_bits, machine.bram_bits, bram_bits(question), machine.location),
        (None, "host_ns", machine.host_ns, machine.host_ns, host_time(question), machine.location),
    ]
    for name in question.master.tenants:
        tenant = question.policy.tenant(name)
        quota, place = tenant.quota, tenant.location
        mine = {n: cost for n, cost in question.costs.items() if question.master.owner[n] == name}
        luts, bits = Sum(hardware={n: c.luts for n, c in mine.items()}), Sum(hardware={n: c.bram_bits for n, c in mine.items()})
        time = None if quota.cpu_share is None or machine.host_ns is None else quota.cpu_share * machine.host_ns
        asked += [
            (name, "luts", quota.luts, quota.luts, luts, place),
            (name, "bram_bits", quota.bram_bits, quota.bram_bits, bits, place),
            (name, "cpu_share", quota.cpu_share, time, host_time(question, name), place),
            (name, "crossing_share", quota.crossing_share, quota.crossing_share, to_host(question, name), place),
        ]
    return [
        Budget(owner, key, stated, limit, total, place, MEANINGS[key])
        for owner, key, stated, limit, total, place in asked
        if stated is not None and limit is not None
    ]


def number(amount: float) -> str:
    """A time or share as people read it: three places behind the point, or the first two that are not zero."""
    return f"{amount:.2g}" if 0 < abs(amount) < 0.01 else f"{amount:.3f}".rstrip("0").rstrip(".")
