"""The split machine, the all-software machine and the Python reference give the same packets in the same order, whatever the cut."""

from itertools import accumulate
from pathlib import Path

import pytest

from elements.reference.machine import Machine
from elements.reference.packet import Packet
from hdl.datapath import DatapathParameters
from mlclick.design import Source
from mlclick.flow import build_core, merge_tenants, port_count, rates_of, split
from mlclick.run import run_software, run_split
from sim.isolation import Scene, Stage, Timed, has_tag
from sim.split_machine import SplitMachine
from sim.tenant_traffic import random_traffic
from swclick.machine import Machine as SoftwareMachine
from tests.in_short import in_short

TENANTS = Path(__file__).parents[2] / "tenants"


def machines_agree(pins: dict[str, bool], width: int, seed: int, count: int) -> int:
    merged = merge_tenants(Source(("a", "b"), TENANTS))
    packets = random_traffic(merged.master, merged.policy, seed, count)
    design = split(merged, rates_of(merged, None), pins)
    reference = run_software(merged, packets, reference=True)
    compiled = run_software(merged, packets)
    joined = run_split(design, packets, build_core(design, DatapathParameters(width, port_count(merged))))
    assert compiled.emitted == reference.emitted, f"seed {seed}"
    assert joined.emitted == reference.emitted, f"seed {seed}"
    assert len(reference.emitted) > count // 8
    assert compiled.handlers == reference.handlers, f"seed {seed}"
    shared = joined.handlers.keys() & reference.handlers.keys()
    assert {name: joined.handlers[name] for name in shared} == {name: reference.handlers[name] for name in shared}, f"seed {seed}"
    counters = {name for name in shared if name.endswith((".count", ".byte_count"))}
    assert counters == {name for name in reference.handlers if "/" in name and name.endswith((".count", ".byte_count"))}
    assert any(reference.handlers[name] != "0" for name in counters if name.rpartition(".")[0] in design.plan.hardware)
    assert joined.journeys is not None
    return joined.journeys.crossed


@pytest.mark.slow
@pytest.mark.parametrize("seed", in_short([1, 2]))
def test_the_planned_cut_changes_nothing(seed: int) -> None:
    assert machines_agree({}, 64, seed, 600) > 0


@pytest.mark.slow
def test_a_cut_through_the_middle_of_everything_changes_nothing() -> None:
    pins = {"a/up0/ttl": False, "a/rt": True, "a/out1": False, "b/rules": False, "b/limit": True, "b/VLANEncap@11": False}
    assert machines_agree(pins, 128, 3, 500) > 50


def as_seen_by_a(names: tuple[str, ...], packets: list[tuple[int, Packet]]) -> tuple[list[tuple[int, int, bytes]], dict[str, str]]:
    """What a machine of these tenants sends of tenant a's, hardware and software together, and what a's handlers say then."""
    merged = merge_tenants(Source(names, TENANTS))
    design = split(merged, rates_of(merged, None))
    outcome = run_split(design, packets, build_core(design, DatapathParameters(64, port_count(merged))))
    mine = has_tag(merged.policy.tenant("a").vlan or 0)
    frames = [(time, port, frame) for time, port, frame in outcome.emitted if mine(frame)]
    return frames, {name: text for name, text in outcome.handlers.items() if name.startswith("a/")}


@pytest.mark.slow
def test_without_b_all_that_a_sends_and_counts_is_the_same() -> None:
    merged = merge_tenants(Source(("a", "b"), TENANTS))
    packets = random_traffic(merged.master, merged.policy, 4, 500)
    beside, alone = as_seen_by_a(("a", "b"), packets), as_seen_by_a(("a",), packets)
    assert beside == alone
    frames, handlers = alone
    assert len(frames) > 50
    assert sum(text not in ("", "0") for name, text in handlers.items() if name.endswith(".count")) > 3


@pytest.mark.slow
def test_packets_that_follow_each_other_closely_leave_as_they_do_one_by_one() -> None:
    """What stays in hardware, of both tenants and on both ports at once at half of the core's rate each: by tenant and way in and out the
    same frames in the same order as the reference sends one by one."""
    merged = merge_tenants(Source(("a", "b"), TENANTS))
    design = split(merged, rates_of(merged, None))
    core = build_core(design, DatapathParameters(64, port_count(merged), egress_depth=1024, egress_packets=128))
    alone = SplitMachine(core, SoftwareMachine(design.software), merged.master.tenants, design.crossings)
    reference = Machine(merged.master.graph)
    offered: dict[int, list[bytes]] = {0: [], 1: []}
    wanted: dict[tuple[str, int, int], list[bytes]] = {}
    seen_before: set[bytes] = set()
    tenants = {tenant: has_tag(merged.policy.tenant(tenant).vlan or 0) for tenant in merged.master.tenants}
    for port, packet in random_traffic(merged.master, merged.policy, 6, 1_500):
        crossed = alone.journeys.crossed
        alone.inject(port, packet)
        reference.inject(f"port{port}_in", packet.copy())
        sent = [(int(name[4]), out.data) for name, out in reference.emitted if name.endswith("_out")]
        reference.emitted.clear()
        # Frames are told apart by what is in them.
        if alone.journeys.crossed != crossed or any(frame in seen_before for _, frame in sent):
            continue
        offered[port].append(packet.data)
        for out, frame in sent:
            seen_before.add(frame)
            (tenant,) = (name for name, mine in tenants.items() if mine(frame))
            wanted.setdefault((tenant, port, out), []).append(frame)
    assert {tenant for tenant, _, _ in wanted} == set(tenants)
    assert sum(map(len, wanted.values())) > 200
    frames: dict[int, list[Timed]] = {}
    for port, each in offered.items():
        lengths = [2 * -(-len(frame) // 8) for frame in each]
        frames[port] = [(start, frame) for start, frame in zip(accumulate([0, *lengths]), each, strict=False)]
    cycles = max(start for each in frames.values() for start, _ in each) + 4_000
    seen = Stage(core).play(Scene(frames, cycles=cycles, seed=None))
    found: dict[tuple[str, int, int], list[bytes]] = {}
    ways = {frame: way for way, each in wanted.items() for frame in each}
    for out in (0, 1):
        for _, frame in seen.frames[f"tx{out}"]:
            found.setdefault(ways[frame], []).append(frame)
            assert ways[frame][2] == out
    assert found == wanted
    assert seen.frames["tx_host"] == ()
