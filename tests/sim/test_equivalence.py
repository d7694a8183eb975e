"""The split machine, the all-software machine and the Python reference give the same packets in the same order, whatever the cut."""

from pathlib import Path

import pytest

from elements.reference.packet import Packet
from hdl.datapath import DatapathParameters
from mlclick.design import Source
from mlclick.flow import build_core, merge_tenants, port_count, rates_of, split
from mlclick.run import run_software, run_split
from sim.isolation import has_tag
from sim.tenant_traffic import random_traffic

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
@pytest.mark.parametrize("seed", [1, 2])
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
