"""How long packets may be: what a port sends, and what crosses to hardware."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from elements.definition.element import Element
from elements.placement.crossings import Placement, find_crossings
from elements.placement.lengths import CARRIED, SENT, TAKEN, carried, find_lengths, length_at
from elements.reference.machine import instantiate
from elements.reference.packet import LONGEST
from graph.load import load_text
from mlclick.design import Merged, Source
from mlclick.flow import merge_tenants

POLICY = "[tenants.a]\nvlan = 100\ndevices = { eth0 = 0 }\n[tenants.b]\nvlan = 101\ndevices = { eth0 = 0 }\n"
PLAIN = "FromDevice(eth0) -> c :: Counter -> q :: Queue -> ToDevice(eth0);"
GROWN = (
    "FromDevice(eth0) -> v :: VLANEncap(VLAN_ID 7) -> Strip(18) -> w :: Unstrip(18) -> i :: IPEncap(50, 1.1.1.1, 2.2.2.2)"
    " -> e :: EtherEncap(0x0800, 2:2:2:2:2:2, 3:3:3:3:3:3) -> q :: Queue -> ToDevice(eth0);"
)
ROUND = "FromDevice(eth0) -> n :: PaintSwitch; n[0] -> Unstrip(9) -> Paint(1) -> n; n[1] -> q :: Queue -> ToDevice(eth0);"
MADE = 'InfiniteSource("x", LIMIT 1, LENGTH {}) -> c :: Counter -> q :: Queue -> ToDevice(eth0);'


def merged(folder: Path, a: str, b: str = PLAIN) -> Merged:
    (folder / "policy.toml").write_text(POLICY)
    (folder / "a.click").write_text(a)
    (folder / "b.click").write_text(b)
    return merge_tenants(Source(("a", "b"), folder))


@pytest.mark.parametrize(
    ("text", "most"),
    [
        ("Null", TAKEN),
        ("Strip(14) -> EtherEncap(0x0800, 2:2:2:2:2:2, 3:3:3:3:3:3)", TAKEN),
        ("IPEncap(50, 1.1.1.1, 2.2.2.2) -> VLANEncap(VLAN_ID 7)", TAKEN + 24),
        # A tag may be there or not, and a header has at least 20 bytes.
        ("VLANEncap(VLAN_ID 7) -> VLANDecap", TAKEN + 4),
        ("CheckIPHeader(OFFSET 14) -> Strip(14) -> StripIPHeader", TAKEN - 34),
        ("Unstrip(40) -> CheckLength(1500) -> Unstrip(2)", 1502),
        # What its handler may set it to, where that is more.
        ("MarkIPHeader -> ICMPError(10.0.0.1, timeexceeded)", 1500),
        ("MarkIPHeader -> ICMPError(10.0.0.1, timeexceeded, MTU 3000)", 3000),
        ("ARPQuerier(10.0.0.1, 2:2:2:2:2:2)", TAKEN + 14),
        ("Queue -> Unstrip(3)", TAKEN + 3),
        ("p :: PaintSwitch; p[1] -> Unstrip(2) -> p; p", LONGEST),
    ],
)
def test_a_packet_is_as_long_as_what_it_was_and_what_is_put_in_front(text: str, most: int) -> None:
    graph = load_text(f"FromDevice(0) -> {text} -> d :: Discard;", "t")
    assert length_at(graph, find_lengths(graph, instantiate(graph)), "d") == most


def test_a_loop_is_not_followed_as_often_as_it_makes_packets_longer(monkeypatch: pytest.MonkeyPatch) -> None:
    """By one byte each time round, of 100 elements."""
    asked = []

    def counted(element: Element, output: int, arriving: tuple[int, ...], usual: Callable[..., int] = Element.most_bytes) -> int:
        asked.append(output)
        return usual(element, output, arriving)

    monkeypatch.setattr(Element, "most_bytes", counted)
    graph = load_text(f"FromDevice(0) -> p :: PaintSwitch -> {'Null -> ' * 98} Unstrip(1) -> p; p[1] -> d :: Discard;", "t")
    assert length_at(graph, find_lengths(graph, instantiate(graph)), "d") == LONGEST
    assert len(asked) < 40 * 100


@pytest.mark.parametrize(
    ("text", "most"), [('InfiniteSource("abc")', 1514), ("InfiniteSource(LENGTH 2000)", 2000), ("FromDump(x.pcap)", LONGEST)]
)
def test_new_packets_are_as_long_as_their_source_says(text: str, most: int) -> None:
    graph = load_text(f"{text} -> d :: Discard;", "t")
    assert length_at(graph, find_lengths(graph, instantiate(graph)), "d") == most


@pytest.mark.parametrize(
    ("text", "checked"), [(PLAIN, False), (GROWN, False), (MADE.format(SENT - 4), False), (MADE.format(SENT - 3), True)]
)
def test_only_what_may_be_too_long_for_a_port_is_looked_at(text: str, checked: bool, tmp_path: Path) -> None:
    names = {"a/port0_fits", "a/port0_long", "a/port0_long_drop"}
    found = merged(tmp_path, text)
    assert names & set(found.elements) == (names if checked else set())
    assert not any(name.startswith("b/port0_fits") for name in found.elements)


def test_behind_a_loop_that_makes_packets_longer_a_port_s_limit_stands_behind_the_tag(tmp_path: Path) -> None:
    graph = merged(tmp_path, ROUND).master.graph
    (fits,) = (node for node in graph.nodes if node.name == "a/port0_fits")
    assert (fits.class_name, fits.config) == ("CheckLength", str(SENT))
    assert [edge.source for edge in graph.incoming("a/port0_fits")] == ["a/port0_encap"]
    assert {(e.source_port, e.target) for e in graph.outgoing("a/port0_fits")} == {(0, "a/port0_out"), (1, "a/port0_long")}


@pytest.mark.parametrize(
    ("text", "software", "most"),
    [
        (PLAIN, set(), TAKEN),
        (PLAIN, {"a/c"}, TAKEN),
        # Of no bytes, or of fewer than are taken off: there is nothing to hold.
        (PLAIN.replace("->", "-> CheckLength(0) ->", 1), {"a/c"}, TAKEN),
        (PLAIN.replace("->", "-> CheckLength(60) -> Strip(100) ->", 1), {"a/c"}, TAKEN),
        # A tag of its own, and room for all that hardware puts in front; or both of them.
        (GROWN, {"a/v"}, TAKEN + 4 + 34),
        (GROWN, {"a/v", "a/w", "a/i", "a/e"}, TAKEN + 4 + 34),
        (GROWN, set(), TAKEN),
        (
            ROUND,
            {"a/n", "a/Unstrip@3", "a/Paint@4", "a/q", *(f"a/port0_{end}" for end in ("encap", "fits", "long", "long_drop", "out"))},
            SENT,
        ),
        (MADE.format(9000), set(), CARRIED),
    ],
)
def test_a_crossing_carries_what_software_can_make_of_its_tenant_s_frames(text: str, software: set[str], most: int, tmp_path: Path) -> None:
    found = merged(tmp_path, text)
    master = found.master
    sources = {node.name for node in master.graph.nodes if node.class_name == "InfiniteSource"}
    placement = Placement(master.graph, master.tenants, master.owner, frozenset(found.elements) - software - sources)
    crossings = find_crossings(placement, found.elements)
    assert carried(master.graph, found.elements, crossings).get("a", TAKEN) == most
