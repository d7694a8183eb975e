"""Merges the tenants' graphs into one master graph, of stock elements only, in which none can see or name another's.

For every physical port P that a tenant receives on:

    portP_in :: FromDevice(P) -> portP_count :: Counter -> portP_demux :: Classifier(…, -);
    portP_demux [last] -> portP_unknown :: Counter -> portP_drop :: Discard;

and for each tenant t on it `portP_demux [i] -> t/portP_in :: Counter`, then the policers that its quota asks for, then
`t/portP_decap :: VLANDecap` where it is known by a tag, then what followed its own FromDevice. What preceded its ToDevice goes through
`t/portP_encap :: VLANEncap` and `t/portP_out :: Counter` to `portP_mux :: DRRSched -> portP_out :: ToDevice(P)`. Where it may be longer
than what a port sends, `t/portP_fits :: CheckLength` stands in front of that Counter, and what does not fit goes to
`t/portP_long :: Counter -> t/portP_long_drop :: Discard`.

Of what tenants require, `compact_config` stays, which is about how the text is kept. A package does not: a Click that is told to require
one loads code from a file of that name, and what the machine loads is the operator's to say.

A rate in a quota holds for each port on its own: stock policers see one path.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from graph.configuration import split_arguments, split_words, unquote
from graph.diagnostics import ClickError, Diagnostic, Location
from graph.model import Edge, Graph, Node
from graph.policy import Policy, TenantPolicy

MADE_BY_MERGE: Final = Location(None, "<merge>", 1, 1)
"""Where the elements that the operator adds are from."""


@dataclass(frozen=True)
class Master:
    """The master graph; ``owner`` is a node's tenant, or None for the operator's own; ``tenants`` in the policy's order; ``ports`` in
    use.
    """

    graph: Graph
    tenants: tuple[str, ...]
    owner: Mapping[str, str | None]
    ports: tuple[int, ...]


@dataclass
class _Building:
    nodes: list[Node] = field(default_factory=list)
    edges: list[Edge] = field(default_factory=list)
    owner: dict[str, str | None] = field(default_factory=dict)

    def node(self, name: str, class_name: str, config: str, owner: str | None, location: Location = MADE_BY_MERGE) -> str:
        self.nodes.append(Node(name, class_name, config, location))
        self.owner[name] = owner
        return name

    def edge(self, source: str, target: str, source_port: int = 0, target_port: int = 0, location: Location = MADE_BY_MERGE) -> None:
        self.edges.append(Edge(source, source_port, target, target_port, location))


def merge(tenants: Mapping[str, Graph], policy: Policy, limits: Mapping[str, int] | None = None) -> Master:
    """The master graph of ``tenants``. ``limits``: by the name of a Counter in front of a port's scheduler, the most bytes of a packet that
    may pass it, where others come. Errors: `ClickError` for a device that the policy does not map or that is read twice, for a package, and
    for a name that the operator's own elements have.
    """
    order = tuple(name for name in policy.tenants if name in tenants)
    _check_tenants(tenants, policy, order)
    building = _Building()
    receiving = {name: _devices(tenants[name], "FromDevice", policy.tenant(name)) for name in order}
    sending = {name: _devices(tenants[name], "ToDevice", policy.tenant(name)) for name in order}
    ports = sorted({port for each in (*receiving.values(), *sending.values()) for _, port in each})
    for port in ports:
        _demultiplex(building, policy, port, {t: [n for n, p in receiving[t] if p == port] for t in order}, tenants)
    for name in order:
        _rename(building, name, tenants[name])
    for port in ports:
        _multiplex(building, policy, port, {t: [n for n, p in sending[t] if p == port] for t in order}, tenants, limits or {})
    _check_names(building)
    requirements = tuple(dict.fromkeys(r for t in order for r in tenants[t].requirements))
    return Master(Graph(tuple(building.nodes), tuple(building.edges), requirements), order, building.owner, tuple(ports))


def device_of(node: Node) -> str:
    """The device that a FromDevice or ToDevice names, by its first argument or the keyword DEVNAME."""
    arguments = split_arguments(node.config)
    named = [words[1] for argument in arguments if len(words := split_words(argument)) == 2 and words[0] == "DEVNAME"]
    return unquote((named or arguments or [""])[0])


def _check_tenants(tenants: Mapping[str, Graph], policy: Policy, order: tuple[str, ...]) -> None:
    mistakes = [mistake for name in order for mistake in _device_mistakes(tenants[name], policy.tenant(name), policy)]
    mistakes += [mistake for name in order for mistake in _package_mistakes(name, tenants[name])]
    if mistakes:
        raise ClickError(*mistakes)


def _package_mistakes(tenant: str, graph: Graph) -> Iterator[Diagnostic]:
    places = graph.required_at or ((MADE_BY_MERGE, ""),) * len(graph.requirements)
    for text, (location, line) in zip(graph.requirements, places, strict=True):
        if text != "compact_config":
            package = text.removeprefix("package ")
            message = f"{tenant} requires the package {package}, which would load code into everybody's machine"
            yield Diagnostic(location, message, "leave it out: every element that there is here is there without it", line or None)


def _device_mistakes(graph: Graph, tenant: TenantPolicy, policy: Policy) -> Iterator[Diagnostic]:
    read: dict[int, Node] = {}
    for node in graph.nodes:
        if node.class_name not in ("FromDevice", "ToDevice"):
            continue
        device = device_of(node)
        port = tenant.devices.get(device)
        if port is None:
            message = f"the policy maps no device {device!r} of {tenant.name}"
            advice = f"it maps: {', '.join(tenant.devices) or 'none'}; add it to devices in [tenants.{tenant.name}] of {policy.path}"
        elif node.class_name == "FromDevice" and port in read:
            message = f"{device!r} is port {port}, which {read[port].name} reads already"
            advice = "put a Tee behind one FromDevice"
        elif node.class_name == "FromDevice" and tenant.port not in (None, port):
            message = f"{device!r} is port {port}, where no packet is {tenant.name}'s"
            advice = f"read port {tenant.port}, by which the policy knows {tenant.name}'s packets"
        else:
            if node.class_name == "FromDevice":
                read[port] = node
            continue
        yield Diagnostic(node.location, message, advice, node.source_line)


def _check_names(building: _Building) -> None:
    """Merging makes elements in a tenant's namespace; the tenant can have none of the same name."""
    count = Counter(node.name for node in building.nodes)
    mistakes = [
        Diagnostic(
            node.location,
            f"the operator makes an element of the name {node.name.partition('/')[2]!r}",
            "names such as port0_… are the operator's own; give it another name",
            node.source_line,
        )
        for node in building.nodes
        if count[node.name] > 1 and node.location != MADE_BY_MERGE
    ]
    if mistakes:
        raise ClickError(*mistakes)


def _devices(graph: Graph, class_name: str, tenant: TenantPolicy) -> list[tuple[Node, int]]:
    return [(node, tenant.devices[device_of(node)]) for node in graph.nodes if node.class_name == class_name]


def _pattern(tenant: TenantPolicy) -> str:
    terms = [f"0/{tenant.mac:012x}"] if tenant.mac is not None else []
    if tenant.vlan is not None:
        terms += ["12/8100", f"14/{tenant.vlan:04x}%0fff"]
    return " ".join(terms) or "-"


def _demultiplex(building: _Building, policy: Policy, port: int, receivers: Mapping[str, list[Node]], tenants: Mapping[str, Graph]) -> None:
    mine = {t: nodes for t, nodes in receivers.items() if nodes and policy.tenant(t).port in (None, port)}
    if not mine:
        return
    patterns = [_pattern(policy.tenant(t)) for t in mine]
    source = building.node(f"port{port}_in", "FromDevice", str(port), None)
    count = building.node(f"port{port}_count", "Counter", "", None)
    demux = building.node(f"port{port}_demux", "Classifier", ", ".join([*patterns, "-"]), None)
    unknown = building.node(f"port{port}_unknown", "Counter", "", None)
    drop = building.node(f"port{port}_drop", "Discard", "", None)
    building.edge(source, count)
    building.edge(count, demux)
    for index, (tenant, nodes) in enumerate(mine.items()):
        _receive(building, policy.tenant(tenant), port, demux, index, nodes[0], tenants[tenant])
    building.edge(demux, unknown, len(mine))
    building.edge(unknown, drop)


def _receive(building: _Building, tenant: TenantPolicy, port: int, demux: str, index: int, node: Node, graph: Graph) -> None:
    prefix = f"{tenant.name}/port{port}"
    last = building.node(f"{prefix}_in", "Counter", "", tenant.name)
    building.edge(demux, last, index)
    quota = tenant.quota
    policers = []
    if quota.packets_per_second is not None:
        policers.append(("pps", "RatedSplitter", str(quota.packets_per_second)))
    if quota.bits_per_second is not None:
        policers.append(("bps", "BandwidthRatedSplitter", str(quota.bits_per_second // 8)))
    if policers:
        policed = building.node(f"{prefix}_policed", "Counter", "", tenant.name)
        building.edge(policed, building.node(f"{prefix}_policed_drop", "Discard", "", tenant.name))
        for suffix, class_name, config in policers:
            policer = building.node(f"{prefix}_{suffix}", class_name, config, tenant.name)
            building.edge(last, policer)
            building.edge(policer, policed, 1)
            last = policer
    if tenant.vlan is not None:
        decap = building.node(f"{prefix}_decap", "VLANDecap", "", tenant.name)
        building.edge(last, decap)
        last = decap
    for edge in graph.outgoing(node.name):
        building.edge(last, f"{tenant.name}/{edge.target}", 0, edge.target_port, edge.location)


def _rename(building: _Building, tenant: str, graph: Graph) -> None:
    devices = {node.name for node in graph.nodes if node.class_name in ("FromDevice", "ToDevice")}
    for node in graph.nodes:
        if node.name not in devices:
            building.nodes.append(replace(node, name=f"{tenant}/{node.name}"))
            building.owner[f"{tenant}/{node.name}"] = tenant
    for edge in graph.edges:
        if edge.source not in devices and edge.target not in devices:
            building.edges.append(replace(edge, source=f"{tenant}/{edge.source}", target=f"{tenant}/{edge.target}"))


def _multiplex(
    building: _Building,
    policy: Policy,
    port: int,
    senders: Mapping[str, list[Node]],
    tenants: Mapping[str, Graph],
    limits: Mapping[str, int],
) -> None:
    mine = [(t, node) for t, nodes in senders.items() for node in nodes]
    if not mine:
        return
    mux = building.node(f"port{port}_mux", "DRRSched", "", None)
    sink = building.node(f"port{port}_out", "ToDevice", str(port), None)
    building.edge(mux, sink)
    seen: dict[str, int] = {}
    for index, (name, node) in enumerate(mine):
        tenant = policy.tenant(name)
        seen[name] = seen.get(name, 0) + 1
        suffix = "" if seen[name] == 1 else f"_{seen[name]}"
        count = building.node(f"{name}/port{port}_out{suffix}", "Counter", "", name)
        first = count if count not in limits else _fitting(building, name, f"{name}/port{port}", suffix, limits[count])
        if tenant.vlan is not None:
            encap = building.node(f"{name}/port{port}_encap{suffix}", "VLANEncap", f"VLAN_ID {tenant.vlan}", name)
            building.edge(encap, first)
            first = encap
        for edge in tenants[name].incoming(node.name):
            building.edge(f"{name}/{edge.source}", first, edge.source_port, 0, edge.location)
        building.edge(count, mux, 0, index)


def _fitting(building: _Building, tenant: str, prefix: str, suffix: str, longest: int) -> str:
    """What lets pass to the Counter of this suffix what is not longer than that, and counts the rest; returns its name."""
    fits = building.node(f"{prefix}_fits{suffix}", "CheckLength", str(longest), tenant)
    long = building.node(f"{prefix}_long{suffix}", "Counter", "", tenant)
    building.edge(fits, f"{prefix}_out{suffix}")
    building.edge(fits, long, 1)
    building.edge(long, building.node(f"{prefix}_long_drop{suffix}", "Discard", "", tenant))
    return fits
