"""The passes, one after the other: from tenants' Click files to hardware and software."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import NoReturn

from elements.definition.catalogue import class_info
from elements.definition.copies import refuse_copies
from elements.definition.element import Element
from elements.definition.grants import granted
from elements.definition.loops import refuse_endless
from elements.placement.crossings import Placement, find_crossings
from elements.placement.lengths import SENT, find_lengths, length_at
from elements.reference.machine import instantiate
from elements.reference.packet import Packet
from graph.check import check
from graph.diagnostics import ClickError, Diagnostic, Location, fail
from graph.load import load
from graph.merge import Master, merge
from graph.model import Graph, Node
from graph.policy import Policy, read_policy
from hdl.compose import compose
from hdl.core import Core
from hdl.datapath import Datapath, DatapathParameters
from hdl.identity import Rule
from hdl.trace_tenant import NotHardware
from mlclick.design import Merged, Progress, Source, Split
from partition.cost import cost_of
from partition.eligible import software_only
from partition.plan import Question
from partition.rates import Rates, rates_from_packets, stated_rates
from partition.solve import solve
from partition.split import software_half


def quiet(text: str) -> None:
    """Progress that nobody sees."""


def merge_tenants(source: Source, progress: Progress = quiet) -> Merged:
    """Parse, flatten and check each tenant, then merge. Errors: `ClickError`."""
    policy = read_policy(source.folder / "policy.toml")
    if source.mode not in (None, policy.machine.mode):
        # Slots as long as the policy has them are of its own mode.
        policy = replace(policy, machine=replace(policy.machine, mode=source.mode, slot=None))
    return merge_under(policy, source.names, progress)


def merge_under(policy: Policy, names: Sequence[str], progress: Progress = quiet) -> Merged:
    """As `merge_tenants`, under a policy that was read. Errors: `ClickError`."""
    for name in names:
        policy.tenant(name)
    tenants: dict[str, Graph] = {}
    for name in names:
        progress(f"reading tenant {name}")
        tenants[name] = read_tenant(policy, name)
    progress(f"merging {', '.join(names)}")
    master = merge(tenants, policy)
    checked, elements = check(master.graph, class_info), instantiate(master.graph)
    limits = _limits(master, elements)
    if limits:
        master = merge(tenants, policy, limits)
        checked, elements = check(master.graph, class_info), instantiate(master.graph)
    merged = Merged(policy, tenants, master, checked, elements)
    _check_quotas(merged)
    return merged


def _limits(master: Master, elements: Mapping[str, Element]) -> dict[str, int]:
    """By the Counter in front of a port's scheduler, what the port sends, where longer packets may come."""
    graph, lengths = master.graph, find_lengths(master.graph, elements)
    ends = [edge.source for edge in graph.edges if master.owner[edge.target] is None and master.owner[edge.source] is not None]
    return {name: SENT for name in ends if length_at(graph, lengths, name) > SENT}


def read_tenant(policy: Policy, name: str) -> Graph:
    """One tenant's graph, legal by itself, with files that its elements name put in place. Errors: `ClickError`."""
    tenant = policy.tenant(name)
    graph = load(tenant.click, name)
    checked = check(graph, class_info)
    graph = granted(graph, tenant, policy.path)
    elements = instantiate(graph)
    refuse_endless(checked, elements)
    refuse_copies(checked, elements)
    for element in elements.values():
        element.examine()
    nodes = tuple(_inlined(node, elements[node.name].inlined()) for node in graph.nodes)
    return replace(graph, nodes=nodes)


def _inlined(node: Node, config: str | None) -> Node:
    return node if config is None else replace(node, config=config)


def _check_quotas(merged: Merged) -> None:
    """Quotas that no placement can change: table entries."""
    mistakes = []
    for tenant in merged.master.tenants:
        quota = merged.policy.tenant(tenant).quota
        if quota.table_entries is None:
            continue
        entries = {n: cost_of(e).entries for n, e in merged.elements.items() if merged.master.owner[n] == tenant and e.has_program}
        total = sum(entries.values())
        if total > quota.table_entries:
            largest = ", ".join(f"{n} ({c})" for n, c in sorted(entries.items(), key=lambda item: (-item[1], item[0])) if c)
            mistakes.append(
                Diagnostic(
                    merged.policy.tenant(tenant).location,
                    f"{tenant} has {total} table entries, {total - quota.table_entries} more than its quota of {quota.table_entries}",
                    f"raise table_entries, or shorten: {largest}",
                )
            )
    if mistakes:
        raise ClickError(*mistakes)


def rates_of(merged: Merged, packets: Iterable[tuple[str, Packet]] | None) -> Rates:
    """Edge rates from ``packets`` (source element, packet), or where there are none from the shares that the policy states.
    Errors: `ClickError` for shares of an element that there is not."""
    if packets is not None:
        return rates_from_packets(merged.master.graph, packets)
    shares: dict[str, tuple[float, ...]] = {}
    for name in merged.master.tenants:
        tenant = merged.policy.tenant(name)
        for element, told in tenant.rates.items():
            if f"{name}/{element}" not in merged.master.graph:
                fail(f"rates name {element!r}, which {name} does not have", "names are those of the flat graph", tenant.location)
            shares[f"{name}/{element}"] = told
    return stated_rates(merged.master.graph, shares, merged.elements)


def split(merged: Merged, rates: Rates, pins: dict[str, bool] | None = None, progress: Progress = quiet, ports: int | None = None) -> Split:
    """Cut the master graph. What the composer cannot make hardware goes back to software with its reason, and the cut is made again.
    ``ports``: those of the card, where it has more than the tenants use.
    Errors: `ClickError`."""
    if not merged.master.ports:
        first = merged.master.tenants[0]
        message = f"{', '.join(merged.master.tenants)}: no device is read or sent to, so that there is nothing for hardware"
        advice = "give a tenant a FromDevice or a ToDevice"
        fail(message, advice, Location(first, str(merged.policy.tenant(first).click), 1, 1))
    for name in pins or {}:
        if name not in merged.elements:
            fail(f"there is no element {name} to pin", "names are those that `mlclick merge` prints", Location(None, "<pins>", 1, 1))
    software = software_only(merged.checked, merged.elements)
    costs = {name: cost_of(element) for name, element in merged.elements.items()}
    pinned: dict[str, str] = {}
    tagged = frozenset(t for t in merged.master.tenants if merged.policy.tenant(t).vlan is not None)
    while True:
        question = Question(merged.master, merged.checked, merged.elements, costs, rates, merged.policy, {**software, **pinned}, pins or {})
        progress("cutting between hardware and software")
        plan = solve(question)
        placement = Placement(merged.master.graph, merged.master.tenants, merged.master.owner, plan.hardware)
        crossings = find_crossings(placement, merged.elements)
        progress("composing the pipeline")
        try:
            composition = compose(placement, merged.elements, crossings, ports or port_count(merged), tagged)
        except NotHardware as error:
            if error.element in pinned or merged.master.owner[error.element] is None:
                _refuse(merged, error)
            pinned[error.element] = str(error)
            continue
        half = software_half(placement, merged.elements, crossings)
        return Split(merged, question, plan, placement, crossings, composition, half, pinned)


def _refuse(merged: Merged, error: NotHardware) -> NoReturn:
    """Say that what the composer cannot make hardware cannot be software either."""
    tenant = merged.master.owner[error.element] or error.tenant or merged.master.tenants[0]
    fail(
        f"{tenant} has no placement: {error}",
        f"pin elements of {tenant} in front of it to software, with --pin NAME=software",
        Location(tenant, str(merged.policy.tenant(tenant).click), 1, 1),
    )


def port_count(merged: Merged) -> int:
    """Physical ports: one more than the highest in use."""
    return max(merged.master.ports) + 1


def build_core(design: Split, parameters: DatapathParameters, progress: Progress = quiet) -> Core:
    """The hardware half: the data path and its registers."""
    merged = design.merged
    tenants = merged.master.tenants
    policies = [merged.policy.tenant(name) for name in tenants]
    rules = tuple(Rule(number, p.vlan, p.mac, p.port) for number, p in enumerate(policies))
    edges = {number: sum(1 for c in design.crossings if c.tenant == name) for number, name in enumerate(tenants)}
    progress("scheduling the pipeline")
    if merged.policy.machine.mode == "strict":
        parameters = replace(parameters, strict=True, slot=merged.policy.machine.slot)
    return Core(Datapath(parameters, rules, design.composition, tuple(p.weight for p in policies), edges))
