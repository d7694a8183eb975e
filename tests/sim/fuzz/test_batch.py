"""The machine for volleys, its hardware evaluated as values: time passes for software whether or not anything comes to it."""

from __future__ import annotations

from pathlib import Path

import pytest

from mlclick.design import Source
from mlclick.flow import merge_tenants, rates_of, split
from mlclick.fuzz_machine import Built, Comparison
from sim.fuzz.scenario import Arrival, Volley
from sim.tenant_traffic import sound_frame

POLICY = "".join(f"[tenants.{name}]\nvlan = {vlan}\ndevices = {{ eth0 = 0 }}\n" for name, vlan in (("a", 100), ("b", 200)))
NAT = (
    "FromDevice(eth0) -> Strip(14) -> CheckIPHeader -> r :: UDPRewriter(pattern 9.9.9.9 1024-65535 - - 0 0, TIMEOUT 2)"
    " -> Unstrip(14) -> q :: Queue -> ToDevice(eth0);"
)
COUNTED = "FromDevice(eth0) -> Counter -> q :: Queue -> ToDevice(eth0);"
MILLISECOND = 1_000_000


@pytest.mark.parametrize("then", ["b's", "malformed"])
@pytest.mark.parametrize("later", [700, 1_600, 5_000])
def test_a_flow_grows_old_in_both_machines_while_nothing_comes_to_it(later: int, then: str, tmp_path: Path) -> None:
    for name, text in (("policy.toml", POLICY), ("a.click", NAT), ("b.click", COUNTED)):
        (tmp_path / name).write_text(text)
    merged = merge_tenants(Source(("a", "b"), tmp_path))
    comparison = Comparison(Built(split(merged, rates_of(merged, None)), None), 1)
    try:
        frames = {name: sound_frame(merged.policy.tenant(name), 0x08080808, 0x0A000001, bytes(26)) for name in ("a", "b")}
        assert comparison.fire(Volley(MILLISECOND, (Arrival(0, frames["a"]),))) == []
        assert comparison.crossed == 1
        assert comparison.state() == []
        # Nothing crosses, or comes in at all, and a's flow is older, or no more.
        frame = frames["b"] if then == "b's" else bytes(10)
        assert comparison.fire(Volley((1 + later) * MILLISECOND, (Arrival(0, frame),))) == []
        assert comparison.crossed == 1
        assert comparison.state() == []
    finally:
        comparison.close()
