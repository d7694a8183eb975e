"""Telling traffic takes packets where random traffic seldom does, and what a flood of a port needs is found."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from elements.reference.packet import Packet
from mlclick.design import Merged, Source
from mlclick.flow import merge_tenants
from mlclick.run import run_software
from sim.functions import Functions
from sim.telling_traffic import BEFORE_THE_WRAP, leaving, long_frames, telling_runs
from sim.tenant_traffic import addresses_by_element, addresses_of, random_traffic, sound_frame
from tests.mlclick.test_readme import small_tenants

RARE = (
    "a/port0_policed: a packet leaves by output 0",
    "b/port1_policed: a packet leaves by output 0",
    "a/up0/f: a packet leaves by output 1",
    "a/near0/ttl: a packet leaves by output 1",
    "a/in1/ARPResponder@2: a packet leaves by output 0",
    "b/limit: a packet leaves by output 1",
    "b/over: a packet leaves by output 0",
    "b: a frame of 256 to 511 bytes comes in",
)
"""Floods, packets that are too long and may not be cut, and hosts that are few among many prefixes."""


@pytest.fixture(scope="module")
def merged() -> Merged:
    return merge_tenants(Source(("a", "b"), Path("tenants")))


def reached(merged: Merged, runs: list[list[tuple[int, Packet]]]) -> dict[str, int]:
    functions = Functions(merged.master, merged.policy, ())
    for packets in runs:
        run_software(merged, packets, reference=True, observer=functions.passed)
    return functions.counts


@pytest.fixture(scope="module")
def runs(merged: Merged) -> list[list[tuple[int, Packet]]]:
    return telling_runs(merged.master, merged.policy, 1)


def test_what_random_traffic_leaves_out_is_reached_by_fewer_frames(merged: Merged, runs: list[list[tuple[int, Packet]]]) -> None:
    assert len(runs) == len(BEFORE_THE_WRAP)
    plain = random_traffic(merged.master, merged.policy, 1, 300)
    assert sum(map(len, runs)) < len(plain) / 2
    told, random = reached(merged, runs), reached(merged, [plain])
    assert [name for name in RARE if not told[name]] == []
    assert sum(not random[name] for name in RARE) > len(RARE) / 2
    assert sum(map(bool, told.values())) > 1.1 * sum(map(bool, random.values()))


def test_software_agrees_with_the_reference_on_a_clock_that_wraps(merged: Merged, runs: list[list[tuple[int, Packet]]]) -> None:
    for packets in runs:
        assert run_software(merged, packets).emitted == run_software(merged, packets, reference=True).emitted


def test_the_same_seed_is_the_same_traffic_and_another_is_not(tmp_path: Path) -> None:
    small = merge_tenants(Source(("a", "b"), small_tenants(tmp_path) / "tenants"))
    first, again, other = ([[packet.data for _, packet in run] for run in telling_runs(small.master, small.policy, s)] for s in (1, 1, 2))
    assert first == again
    assert first != other


def test_frames_that_leave_are_found_by_port_and_tenant(merged: Merged) -> None:
    packets = random_traffic(merged.master, merged.policy, 1, 300)
    found = leaving(merged.master, merged.policy, packets, most=2)
    assert {(port, tenant) for port, each in found.items() for tenant in each} == {(port, tenant) for port in (0, 1) for tenant in "ab"}
    for port, each in found.items():
        for tenant, frames in each.items():
            assert 1 <= len(frames) <= 2
            for at, frame in frames:
                out = run_software(merged, [(at, Packet.of(frame, time=1_000_000, device=at))]).emitted
                tag = merged.policy.tenant(tenant).vlan
                assert [left[12:16] for _, by, left in out if by == port] == [b"\x81\x00" + (tag or 0).to_bytes(2, "big")]


def test_long_frames_leave_whole_by_every_port_of_each_tenant(merged: Merged) -> None:
    left = set[tuple[str, int, int]]()
    for tenant, found in long_frames(merged.master, merged.policy, 1, (1464, 1518)).items():
        for at, frames in found:
            assert [len(frame) for frame in frames] == [1464, 1518]
            packets = [(at, Packet.of(frame, time=2_000_000 * (1 + i), device=at)) for i, frame in enumerate(frames)]
            left |= {(tenant, port, len(frame)) for _, port, frame in run_software(merged, packets).emitted}
    assert left >= {(tenant, port, size) for tenant in "ab" for port in (0, 1) for size in (1464, 1518)}


def test_addresses_are_told_by_the_element_that_names_them(merged: Merged) -> None:
    groups = addresses_by_element(merged.master, "a")
    assert {len(group) for group in groups} > {1, 4}
    assert sorted({address for group in groups for address in group}) == sorted(addresses_of(merged.master, "a"))


@pytest.mark.parametrize(
    ("vlan", "mac", "start"),
    [
        (100, None, "020000000a0002000000cc0081000064080045"),
        (None, 0x020000000001, "02000000000102000000cc00080045"),
    ],
)
def test_a_sound_frame_is_known_as_its_tenants(vlan: int | None, mac: int | None, start: str, merged: Merged) -> None:
    identity = replace(merged.policy.tenant("a"), vlan=vlan, mac=mac)
    frame = sound_frame(identity, 0x08080808, 0x0A000001, bytes(26))
    assert frame.hex().startswith(start)
    assert frame.hex().endswith("080808080a0000010035003500220000" + "00" * 26)
