"""The split machine, the all-software machine and the Python reference give the same packets in the same order, whatever the cut."""

from pathlib import Path

import pytest

from hdl.datapath import DatapathParameters
from mlclick.design import Source
from mlclick.flow import merge_tenants, port_count, rates_of, split
from mlclick.run import run_software, run_split
from sim.tenant_traffic import random_traffic

TENANTS = Path(__file__).parents[2] / "tenants"


def machines_agree(pins: dict[str, bool], width: int, seed: int, count: int) -> int:
    merged = merge_tenants(Source(("a", "b"), TENANTS))
    packets = random_traffic(merged.master, merged.policy, seed, count)
    design = split(merged, rates_of(merged, None), pins)
    reference = run_software(merged, packets, reference=True)
    compiled = run_software(merged, packets)
    joined = run_split(design, packets, DatapathParameters(width, port_count(merged)))
    assert compiled.emitted == reference.emitted, f"seed {seed}"
    assert joined.emitted == reference.emitted, f"seed {seed}"
    assert len(reference.emitted) > count // 8
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
