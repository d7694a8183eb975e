"""Questions about small graphs, whose costs and rates are the test's own."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from elements.definition.catalogue import class_info
from elements.reference.machine import instantiate
from graph.check import check
from graph.diagnostics import Location
from graph.load import load_text
from graph.merge import Master
from graph.policy import MachinePolicy, Policy, Quota, TenantPolicy
from partition.cost import Cost
from partition.plan import Question

FREE = Cost(0, 0, 0, 0, 0.0)
TENANTS = ("a", "b")


def owner_of(name: str) -> str | None:
    """An element whose name starts with a tenant's is that tenant's; others are the operator's."""
    return name[0] if name[1:2] == "_" and name[0] in TENANTS else None


def question(
    text: str,
    *,
    costs: Mapping[str, Cost] | None = None,
    rates: Mapping[tuple[str, int], float] | None = None,
    machine: MachinePolicy | None = None,
    quotas: Mapping[str, Quota] | None = None,
    software: Mapping[str, str] | None = None,
    pins: Mapping[str, bool] | None = None,
) -> Question:
    """The graph of ``text``, where elements that ``costs`` does not name are free; edges that ``rates`` does not name have no packets."""
    graph = load_text(text, "t")
    master = Master(graph, TENANTS, {node.name: owner_of(node.name) for node in graph.nodes}, (0,))
    tenants = {name: tenant(name, line, (quotas or {}).get(name, Quota())) for line, name in enumerate(TENANTS, 10)}
    policy = Policy(Path("policy.toml"), machine or MachinePolicy(), tenants)
    every = {node.name: (costs or {}).get(node.name, FREE) for node in graph.nodes}
    checked, elements = check(graph, class_info), instantiate(graph)
    return Question(master, checked, elements, every, rates or {}, policy, software or {}, pins or {})


def tenant(name: str, line: int, quota: Quota) -> TenantPolicy:
    """A tenant as a policy has it, in that line of it."""
    return TenantPolicy(name, Path(f"{name}.click"), line, None, None, {}, 1, quota, {}, Location(None, "policy.toml", line, 1))
