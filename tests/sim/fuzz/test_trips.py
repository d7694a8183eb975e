"""Which tenants' packets may come together."""

from __future__ import annotations

from pathlib import Path

import pytest

from elements.placement.crossings import Placement
from mlclick.design import Source
from mlclick.flow import merge_tenants
from sim.fuzz.trips import Manners, manners_of, unordered

POLICY = "[tenants.a]\nvlan = 100\ndevices = { eth0 = 0, eth1 = 1 }\n"
RATED = "FromDevice(eth0) -> s :: Strip(2) -> u :: Unstrip(2) -> r :: RatedSplitter(10) -> q :: Queue -> ToDevice(eth0);"
TWO_WAYS = (
    "FromDevice(eth0) -> c :: Classifier(12/0800, -); r :: Meter(10); c[0] -> u :: Counter -> r; c[1] -> r;"
    "r[0] -> q :: Queue -> ToDevice(eth1); r[1] -> q;"
)
PUNTED = (
    "FromDevice(eth0) -> Strip(14) -> CheckIPHeader -> f :: IPFilter(allow tcp dst port 80) -> r :: RatedSplitter(10) -> Unstrip(14)"
    " -> q :: Queue -> ToDevice(eth0);"
)
COPIED = (
    "FromDevice(eth0) -> t :: Tee; t[0] -> u :: Counter -> r :: RandomSample(0.5); t[1] -> p :: Paint(1) -> r;"
    "r -> q :: Queue -> ToDevice(eth0);"
)
COUNTED = "FromDevice(eth0) -> Counter -> q :: Queue -> ToDevice(eth0);"


@pytest.mark.parametrize(
    ("text", "software", "manners"),
    [
        (COUNTED, set(), Manners(ordered=False, alone=False)),
        (RATED, set(), Manners(ordered=True, alone=False)),
        # All come back from software before they get there.
        (RATED, {"a/s"}, Manners(ordered=True, alone=False)),
        (TWO_WAYS, set(), Manners(ordered=True, alone=False)),
        # Some do, and are overtaken by the others.
        (TWO_WAYS, {"a/u"}, Manners(ordered=True, alone=True)),
        (TWO_WAYS, {"a/u", "a/r"}, Manners(ordered=True, alone=False)),
        # What the filter's hardware leaves to software comes later.
        (PUNTED, set(), Manners(ordered=True, alone=True)),
        (PUNTED, {"a/f"}, Manners(ordered=True, alone=False)),
    ],
)
def test_what_depends_on_order_gets_packets_that_keep_it(text: str, software: set[str], manners: Manners, tmp_path: Path) -> None:
    (tmp_path / "policy.toml").write_text(POLICY)
    (tmp_path / "a.click").write_text(text)
    merged = merge_tenants(Source(("a",), tmp_path))
    master = merged.master
    hardware = frozenset(merged.elements) - software
    assert manners_of(Placement(master.graph, master.tenants, master.owner, hardware), merged.elements) == {"a": manners}


@pytest.mark.parametrize(
    ("software", "found"), [(set(), []), ({"a/u"}, ["a/r"]), ({"a/t", "a/u", "a/r"}, ["a/r"]), ({"a/t", "a/u", "a/p", "a/r"}, [])]
)
def test_copies_of_a_packet_that_overtake_each_other_are_told(software: set[str], found: list[str], tmp_path: Path) -> None:
    (tmp_path / "policy.toml").write_text(POLICY)
    (tmp_path / "a.click").write_text(COPIED)
    merged = merge_tenants(Source(("a",), tmp_path))
    master = merged.master
    hardware = frozenset(merged.elements) - software
    assert unordered(Placement(master.graph, master.tenants, master.owner, hardware), merged.elements) == found
