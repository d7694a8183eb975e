"""Frames that tenants make longer than a port takes: they come back from the host as they are, leave where a port sends so much, and are
counted against their tenant where not, in the reference, all in software and split."""

from __future__ import annotations

from itertools import groupby
from pathlib import Path

import pytest

from elements.reference.packet import Packet
from hdl.datapath import DatapathParameters
from mlclick.design import Merged, Source, Split
from mlclick.flow import build_core, merge_tenants, port_count, rates_of, split
from mlclick.run import Outcome, run_software, run_split
from tests.sim.fuzz.test_trips import POLICY

A = (
    "FromDevice(eth0) -> v :: VLANEncap(VLAN_ID 7) -> i :: IPEncap(50, 1.1.1.1, 2.2.2.2)"
    " -> e :: EtherEncap(0x0800, 2:2:2:2:2:2, 3:3:3:3:3:3) -> q :: Queue -> ToDevice(eth0);"
)
B = "FromDevice(eth0) -> Unstrip(40) -> Unstrip(40) -> q :: Queue -> ToDevice(eth0);"
SIZES = (18, 64, 1500, 1562, 1563, 1583, 1584, 1585, 1599, 1600)
STRICT = '[machine]\nmode = "strict"\n'


def read(folder: Path, mode: str) -> Merged:
    policy = mode + POLICY.replace(", eth1 = 1", "") + "[tenants.b]\nvlan = 101\ndevices = { eth0 = 0 }\n"
    for name, text in {"policy.toml": policy, "a.click": A, "b.click": B}.items():
        (folder / name).write_text(text)
    return merge_tenants(Source(("a", "b"), folder))


def frames() -> list[tuple[int, Packet]]:
    """Of every size, one of each tenant."""
    every = enumerate((size, vlan) for size in SIZES for vlan in (100, 101))
    return [
        (0, Packet.of(b"\2" * 12 + b"\x81\0" + vlan.to_bytes(2, "big") + bytes(size - 16), time=1_000 * number))
        for number, (size, vlan) in every
    ]


def sent_and_counted(outcome: Outcome) -> None:
    lengths = {vlan: [len(frame) for _, _, frame in frames] for vlan, frames in groupby(sorted(outcome.emitted, key=_tag), key=_tag)}
    assert lengths == {100: [size + 38 for size in SIZES], 101: [size + 80 for size in SIZES if size + 80 <= 1664]}
    assert outcome.handlers["b/port0_long.count"] == "3"


def cut(merged: Merged) -> Split:
    design = split(merged, rates_of(merged, None), {"a/v": False, "a/i": True, "a/e": True})
    assert {"a/i", "a/e"} <= design.plan.hardware
    return design


def test_all_in_software_and_by_the_reference_a_port_sends_the_same(tmp_path: Path) -> None:
    merged = read(tmp_path, "")
    slow, fast = run_software(merged, frames(), reference=True), run_software(merged, frames())
    sent_and_counted(slow)
    assert slow.emitted == fast.emitted
    assert slow.handlers == fast.handlers


@pytest.mark.parametrize("mode", ["", STRICT])
def test_the_host_s_way_in_holds_what_comes_back_and_ports_take_no_more_than_before(mode: str, tmp_path: Path) -> None:
    design = cut(read(tmp_path, mode))
    datapath = build_core(design, DatapathParameters(64, 1)).datapath
    # In front of the frame of 1600 bytes and its tag is room for what hardware puts there; b's frames fit a port.
    assert [ingress.max_frame for ingress in datapath.ingresses] == [1600, 1664]
    assert datapath.arbiter.max_frame == datapath.returned == 1664
    assert all(egress.longest == 1664 + max(design.composition.growth.values()) for egress in datapath.egress_ports)
    if mode:
        assert datapath.arbiter.turns.slot is not None
        assert datapath.arbiter.turns.slot > 1664 // 8 + max(datapath.arbiter.growth)


@pytest.mark.slow
@pytest.mark.parametrize("mode", ["", STRICT])
def test_split_they_come_back_from_the_host_and_leave(mode: str, tmp_path: Path) -> None:
    merged = read(tmp_path, mode)
    joined = run_split(cut(merged), frames(), build_core(cut(merged), DatapathParameters(64, port_count(merged))))
    sent_and_counted(joined)
    assert joined.emitted == run_software(merged, frames()).emitted


def _tag(sent: tuple[int, int, bytes]) -> int:
    return int.from_bytes(sent[2][14:16], "big")
