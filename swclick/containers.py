"""Tenants of a merged configuration as containers of tasks: which element is whose, and what each may take of the processor.

A tenant's task ends where another's part of the graph begins, so that what is done there is charged to whom it is for:

    what the operator's elements push to a tenant:  x -> t/N_wait :: Queue -> t/N_take :: Unqueue -> t/N
    what the operator's elements pull from one:     t/N -> t/N_give :: Unqueue2 -> t/N_ready :: Queue -> x

N is the tenant's first or last element there. The queues and their tasks are the tenant's. What finds the first one full is lost, and
counted there: its tenant did not come to it in time. The second one is not pushed to while it is full, and packets wait in front of it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Final

from graph.check import Checked
from graph.merge import MADE_BY_MERGE, Master
from graph.model import Edge, Graph, Node
from graph.policy import Policy

WAIT: Final = 1024
"""Packets that wait for a tenant's turn at each of its ways in."""
READY: Final = 64
"""Packets that a tenant has ready at each of its ways out."""
BURST: Final = 32
"""Packets that one task moves over such a border in a run."""
PARTS: Final = 1_000_000
"""Of a limit."""
BOUND: Final = 10_000
"""ns that a run takes at most, where what it does can be split."""


@dataclass(frozen=True)
class Container:
    """A tenant's tasks. ``limit`` is the share of the processor that they take at most, None where there is none."""

    name: str
    weight: int
    limit: float | None = None

    @property
    def parts(self) -> int:
        """The limit in parts in a million; 0: none."""
        return 0 if self.limit is None else round(self.limit * PARTS)


@dataclass(frozen=True)
class Containers:
    """Of a machine: ``owner`` is whose each element is, None for the operator's own and those that it does not name; the operator has a
    container, too, whose weight is that of all tenants together. A run that takes longer than ``bound`` ns is split. ``counter`` says the
    time in ns, and ``spent`` what of it this thread had the processor for (all, if not given), where they are not to be read."""

    graph: Graph
    tenants: tuple[Container, ...]
    owner: Mapping[str, str | None]
    counter: Callable[[], int] | None = None
    spent: Callable[[], int] | None = None
    bound: int = BOUND

    @property
    def all(self) -> tuple[Container, ...]:
        """The operator's, without a name, and the tenants'."""
        return (Container("", sum(each.weight for each in self.tenants)), *self.tenants)

    def number_of(self, element: str) -> int:
        """The place in `all` of the container that the element's tasks are in."""
        return self._numbers[self.owner.get(element)]

    @cached_property
    def _numbers(self) -> dict[str | None, int]:
        return {None: 0} | {each.name: number for number, each in enumerate(self.tenants, 1)}

    def of(self, tenant: str) -> list[str]:
        """The elements of a tenant, in the graph's order."""
        return [node.name for node in self.graph.nodes if self.owner.get(node.name) == tenant]


def containers_of(master: Master, policy: Policy, checked: Checked) -> Containers | None:
    """Containers of a merged configuration, with weights and limits from the policy. ``checked`` is the master graph. None where one tenant
    is alone and has no limit: nobody is to be kept from anything."""
    policies = [policy.tenant(name) for name in master.tenants]
    tenants = tuple(Container(each.name, each.weight, each.quota.cpu_limit) for each in policies)
    if len(tenants) < 2 and all(each.limit is None for each in tenants):
        return None
    graph, owner = _apart(checked, master.owner)
    return Containers(graph, tenants, owner)


def _apart(checked: Checked, owner: Mapping[str, str | None]) -> tuple[Graph, dict[str, str | None]]:
    """The graph with queues where what is pushed or pulled comes to another's part."""
    graph, owners = checked.graph, dict(owner)
    nodes: list[Node] = list(graph.nodes)
    edges: list[Edge] = []
    taken = {node.name for node in nodes}
    for edge in graph.edges:
        pushed = checked.kind(edge.source, True, edge.source_port) == "push"
        whose = owner.get(edge.target if pushed else edge.source)
        if owner.get(edge.source) == owner.get(edge.target) or whose is None:
            edges.append(edge)
            continue
        if pushed:
            kinds = (("wait", "Queue", str(WAIT)), ("take", "Unqueue", str(BURST)))
        else:
            kinds = (("give", "Unqueue2", str(BURST)), ("ready", "Queue", str(READY)))
        added = [
            Node(_free(f"{edge.target if pushed else edge.source}_{suffix}", taken), class_name, config, MADE_BY_MERGE)
            for suffix, class_name, config in kinds
        ]
        nodes += added
        owners |= {node.name: whose for node in added}
        first, last = (node.name for node in added)
        edges += [
            replace(edge, target=first, target_port=0),
            replace(edge, source=first, source_port=0, target=last, target_port=0),
            replace(edge, source=last, source_port=0),
        ]
    return replace(graph, nodes=tuple(nodes), edges=tuple(edges)), owners


def _free(name: str, taken: set[str]) -> str:
    """The name, or one that begins with it and nothing has."""
    found, number = name, 1
    while found in taken:
        number += 1
        found = f"{name}_{number}"
    taken.add(found)
    return found
