"""Random tenant sets: the same for the same seed, legal, and of all that there is."""

from __future__ import annotations

import random
import tomllib
from pathlib import Path

import pytest

from elements.definition.catalogue import class_info, class_names
from elements.reference.machine import instantiate
from graph.check import check
from graph.diagnostics import ClickError
from graph.load import load
from graph.merge import merge
from graph.model import Graph
from graph.policy import read_policy
from sim.fuzz.designs import random_tenants
from sim.fuzz.policies import random_grants
from sim.fuzz.smaller import smaller_graphs

SEEDS = range(60)
MADE = {"FromCrossing", "ToCrossing", "FromDump", "ToDump", "InfiniteSource"}
"""Made by the split itself, or with files and packets of its own, which no volley asks for."""
_NAMES = """
    ARPPrint AddressInfo AdjustTimestamp AggregateCounter AggregatePaint Align AlignmentInfo AverageCounter BandwidthRatedUnqueue
    BandwidthShaper Burster Bypass CheckICMPHeader CheckIP6Header CheckIPHeader2 CheckPaint CheckTCPHeader CheckUDPHeader Clipboard
    ControlSocket DecIP6HLIM DelayShaper DelayUnqueue DriverManager EtherMirror EtherVLANEncap FTPPortMapper FromIPSummaryDump
    FrontDropQueue FullNoteQueue GetIP6Address HostEtherFilter Hub ICMP6Error ICMPIPEncap ICMPPingEncap ICMPPingRewriter ICMPPingSource
    ICMPRewriter ICMPSendPings IP6NDAdvertiser IP6NDSolicitor IP6Print IPAddrPairRewriter IPAddrRewriter IPInputCombo IPMirror
    IPOutputCombo IPPrint IPReassembler InputSwitch LinearIPLookup LinkUnqueue LookupIP6Route MarkIP6Header MarkIPCE MarkMACHeader
    McastSocket MemSource Message MixedQueue NotifierDebug NotifierQueue Pad PortInfo PrioSched ProtocolTranslator46
    ProtocolTranslator64 PullNull PullSwitch PullTee PushNull QuickNoteQueue QuitWatcher RED RandomSeed RandomSource RandomSwitch
    RangeIPLookup RatedSource RatedUnqueue Resize RoundRobinIPMapper RoundRobinSwitch ScheduleInfo Script SetIP6Address SetIPChecksum
    SetIPDSCP SetIPECN SetRandIPAddress SetTCPChecksum SetTimestamp SetTimestampDelta SetUDPChecksum SetVLANAnno Shaper SimplePrioSched
    SimplePullSwitch SimpleQueue SimpleRoundRobinSched StaticPullSwitch StaticSwitch StoreIPAddress StoreTimestamp StrideSched
    StrideSwitch StripEtherVLANHeader StripToNetworkHeader Suppressor Switch ThreadSafeQueue TimeFilter TimeRange TimeSortedSched
    TimedSink TimedSource TimedUnqueue TimestampAccum ToIPSummaryDump Truncate UDPIPEncap Unqueue Unqueue2 UnstripIPHeader
"""
UNTRIED = frozenset(_NAMES.split())
"""Classes that random tenants do not have yet; reference and C of each are compared in `tests/swclick/test_conformance.py`."""


def graphs(seed: int, folder: Path) -> dict[str, Graph]:
    texts, policy = random_tenants(random.Random(seed))
    (folder / "policy.toml").write_text(policy)
    for name, text in texts.items():
        (folder / f"{name}.click").write_text(text)
    return {name: load(folder / f"{name}.click", name) for name in texts}


@pytest.mark.parametrize("seed", range(0, 60, 10))
def test_tenant_sets_are_sound(seed: int, tmp_path: Path) -> None:
    for number in range(seed, seed + 10):
        tenants = graphs(number, tmp_path)
        master = merge(tenants, read_policy(tmp_path / "policy.toml"))
        check(master.graph, class_info)
        assert set(instantiate(master.graph)) == {node.name for node in master.graph.nodes}
        assert 2 <= len(tenants) <= 8


def test_the_same_seed_is_the_same_set() -> None:
    assert random_tenants(random.Random(5)) == random_tenants(random.Random(5))
    assert random_tenants(random.Random(5)) != random_tenants(random.Random(6))


def test_every_class_that_traffic_reaches_comes_up(tmp_path: Path) -> None:
    used = {node.class_name for seed in range(150) for graph in graphs(seed, tmp_path).values() for node in graph.nodes}
    assert set(class_names()) - used == MADE | UNTRIED


def test_identities_of_every_kind_are_apart_and_close(tmp_path: Path) -> None:
    kinds: set[frozenset[str]] = set()
    bits: list[int] = []
    for seed in SEEDS:
        graphs(seed, tmp_path)
        tenants = tomllib.loads((tmp_path / "policy.toml").read_text())["tenants"]
        kinds |= {frozenset({"vlan", "mac", "port"} & set(each)) for each in tenants.values()}
        tags = [each["vlan"] for each in tenants.values() if "vlan" in each]
        bits += [min((tag ^ other).bit_count() for other in tags if other != tag) for tag in tags if len(set(tags)) > 1]
    assert kinds == {frozenset({"vlan"}), frozenset({"mac"}), frozenset({"vlan", "mac"}), frozenset({"port"})}
    assert bits.count(1) > len(bits) // 2


def test_policies_are_of_both_modes_with_slots_and_weights() -> None:
    policies = [tomllib.loads(random_tenants(random.Random(seed))[1]) for seed in SEEDS]
    machines = [policy.get("machine", {}) for policy in policies]
    assert 5 < sum(machine.get("mode") == "strict" for machine in machines) < 30
    assert any("slot" in machine for machine in machines)
    assert {tenant.get("weight", 1) for policy in policies for tenant in policy["tenants"].values()} == {1, 2, 3, 4, 5}


def test_a_tenant_known_by_its_port_reads_no_other() -> None:
    for seed in SEEDS:
        for grant in random_grants(random.Random(seed)):
            own = [int(word) for word in grant.identity.removeprefix("port = ").split() if grant.identity.startswith("port")]
            assert [grant.devices[device] for device in grant.readable] == (own or list(grant.devices.values()))


def test_smaller_graphs_have_less_in_them_and_the_smallest_come_first(tmp_path: Path) -> None:
    legal = 0
    for graph in graphs(3, tmp_path).values():
        busy = [sum(node.class_name != "Discard" for node in each.nodes) for each in smaller_graphs(graph)]
        assert busy == sorted(busy)
        for each in smaller_graphs(graph):
            names = {node.name for node in each.nodes}
            assert names <= {node.name for node in graph.nodes}
            assert all({edge.source, edge.target} <= names for edge in each.edges)
            assert each.edges != graph.edges
            try:
                check(each, class_info)
            except ClickError:
                continue
            legal += 1
    assert legal > 10
