"""What a board asks of the data path."""

from __future__ import annotations

from pathlib import Path

import pytest

from mlclick.build import VERSA_HOST_PACE, VERSA_LINK_PACE, VERSA_PACE, parameters_for
from mlclick.design import Source
from mlclick.flow import merge_tenants, rates_of, split


@pytest.mark.parametrize(
    ("devices", "paces"),
    [
        ("eth0 = 0", (VERSA_PACE, VERSA_HOST_PACE)),
        # Port 1 stands at the other end of the host's link, and has half of it.
        ("eth0 = 0, eth1 = 1", (VERSA_PACE, VERSA_LINK_PACE, VERSA_LINK_PACE)),
    ],
)
def test_the_versa_s_ports_have_the_pace_of_their_wires(devices: str, paces: tuple[object, ...], tmp_path: Path) -> None:
    (tmp_path / "policy.toml").write_text(f"[tenants.a]\nvlan = 100\ndevices = {{ {devices} }}\n")
    ways = "".join(f"FromDevice({name}) -> Queue -> ToDevice({name});" for name in ("eth0", "eth1") if name in devices)
    (tmp_path / "a.click").write_text(ways)
    merged = merge_tenants(Source(("a",), tmp_path))
    assert parameters_for("versa_ecp5", split(merged, rates_of(merged, None))).paces == paces


def test_of_two_at_one_link_each_has_half_its_pace() -> None:
    assert VERSA_LINK_PACE.cycles(1000) == 2 * VERSA_HOST_PACE.cycles(1000)
