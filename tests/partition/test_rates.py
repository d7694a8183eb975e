"""How often each edge is used: what the policy states, what is presumed where it states nothing, and what a capture shows."""

from __future__ import annotations

from pathlib import Path

import pytest

from elements.captures.pcap import read_capture, write_capture
from elements.reference.machine import instantiate
from elements.reference.packet import Packet
from graph.load import load_text
from graph.merge import merge
from graph.model import Graph
from graph.policy import read_policy
from partition.rates import arrivals, rates_from_packets, stated_rates

QUOTA = "quota = { packets_per_second = 1, bits_per_second = 1_000_000 }"


def merged(folder: Path, quota: str = QUOTA) -> Graph:
    """The master graph of one tenant that sends what it receives."""
    (folder / "policy.toml").write_text(f"[tenants.a]\nport = 0\ndevices = {{ eth0 = 0 }}\n{quota}\n")
    own = load_text("FromDevice(eth0) -> RatedSplitter(1) -> Queue -> ToDevice(eth0);", "a.click", "a")
    return merge({"a": own}, read_policy(folder / "policy.toml")).graph


def test_without_shares_every_source_and_every_output_has_the_same() -> None:
    graph = load_text("a :: Idle -> s :: PaintSwitch -> x :: Null -> d :: Discard; b :: Idle -> y :: Null -> d; s [1] -> y;", "t")
    assert stated_rates(graph, {}) == {("a", 0): 0.5, ("b", 0): 0.5, ("s", 0): 0.25, ("s", 1): 0.25, ("x", 0): 0.25, ("y", 0): 0.75}
    assert [arrivals(graph, stated_rates(graph, {}), name) for name in ("a", "s", "y", "d")] == [0.5, 0.5, 0.75, 1.0]


def test_what_shares_say_of_an_element_is_taken_of_what_reaches_it_and_what_they_leave_out_is_none() -> None:
    graph = load_text("a :: Idle -> s :: PaintSwitch -> x :: PaintSwitch -> d :: Discard; s [1] -> d; s [2] -> d; x [1] -> d;", "t")
    rates = stated_rates(graph, {"s": (0.75, 0.25), "x": (0.0, 1.0)})
    assert rates == {("a", 0): 1.0, ("s", 0): 0.75, ("s", 1): 0.25, ("s", 2): 0.0, ("x", 0): 0.0, ("x", 1): 0.75}


def test_what_shares_say_goes_before_what_elements_usually_send() -> None:
    """A hub whose packets mostly come by one input, and a tee of which the cut is to see nothing by one output."""
    text = "Idle -> h :: Hub -> d :: Discard; Idle -> [1] h [1] -> t :: Tee -> d; t [1] -> d;"
    graph = load_text(text, "t")
    rates = stated_rates(graph, {"h": (0.1, 0.9), "t": (1.0, 0.0)}, instantiate(graph))
    assert [rates[place] for place in (("h", 0), ("h", 1), ("t", 0), ("t", 1))] == [0.1, 0.9, 0.9, 0.0]
    usual = stated_rates(graph, {"h": (0.1, 0.9)}, instantiate(graph))
    assert [usual[place] for place in (("h", 0), ("h", 1), ("t", 0), ("t", 1))] == [0.1, 0.9, 0.9, 0.9]


def test_a_ring_is_followed_until_next_to_nothing_is_left() -> None:
    graph = load_text("a :: Idle -> s :: PaintSwitch -> x :: Null -> s; s [1] -> d :: Discard;", "t")
    rates = stated_rates(graph, {"s": (0.5, 0.5)})
    assert rates["x", 0] == pytest.approx(1.0, abs=1e-5)
    assert rates["s", 1] == pytest.approx(1.0, abs=1e-5)


def test_of_a_quota_s_policers_all_packets_keep_the_rate(tmp_path: Path) -> None:
    """A tenant's own splitter, of which nothing is known, is not one of them."""
    graph = merged(tmp_path)
    rates = stated_rates(graph, {})
    offered = arrivals(graph, rates, "a/port0_in")
    for policer in ("a/port0_pps", "a/port0_bps"):
        assert (rates[policer, 0], rates[policer, 1]) == (offered, 0.0)
    assert arrivals(graph, rates, "a/port0_policed") == 0
    assert arrivals(graph, rates, "a/RatedSplitter@2") == offered


def test_what_the_policy_states_of_a_policer_holds(tmp_path: Path) -> None:
    graph = merged(tmp_path)
    rates = stated_rates(graph, {"a/port0_pps": (0.25, 0.75)})
    offered = arrivals(graph, rates, "a/port0_in")
    assert (rates["a/port0_pps", 0], rates["a/port0_pps", 1]) == (offered / 4, offered * 3 / 4)


def test_a_capture_that_is_replayed_shows_what_policers_drop(tmp_path: Path) -> None:
    """Four frames within a second, of which a packet a second is let through, and one a second later."""
    capture = tmp_path / "in.pcap"
    write_capture(capture, [(time, bytes(60)) for time in (1_000, 2_000, 3_000, 4_000, 1_500_000_000)])
    graph = merged(tmp_path)
    rates = rates_from_packets(graph, [("port0_in", Packet.of(data, time=time)) for time, data in read_capture(capture).packets])
    assert (rates["port0_in", 0], rates["a/port0_in", 0]) == (1.0, 1.0)
    assert (rates["a/port0_pps", 0], rates["a/port0_pps", 1]) == (0.4, 0.6)
    assert (rates["a/port0_bps", 0], rates.get(("a/port0_bps", 1), 0.0)) == (0.4, 0.0)
    assert arrivals(graph, rates, "a/port0_policed_drop") == 0.6
    assert ("port0_unknown", 0) not in rates


def test_no_packets_are_no_rates(tmp_path: Path) -> None:
    assert rates_from_packets(merged(tmp_path), []) == {}
