"""RoundRobinIPMapper spreads the flows of rewriters, as Click's does; rewriters share a capacity; specifications change."""

from __future__ import annotations

import pytest

from elements.reference.machine import Machine as Reference
from graph.diagnostics import ClickError
from tests.elements.bench import Bench
from tests.elements.rewriters import INSIDE, OTHER, OUTSIDE, SERVER, Made, udp

GRAPH = """r :: RoundRobinIPMapper(- - 10.1.0.1 - 0 1, 1.0.0.1 5-6# 10.1.0.2 - 1 0, both 2 0); IPRewriterPatterns(both - - 10.1.0.3 -);
x :: IPRewriter(r, drop, MAPPING_CAPACITY y, UDP_GUARANTEE 1);
y :: UDPRewriter(r, pattern 1.0.0.9 7-9# - - 0 2, MAPPING_CAPACITY 3, GUARANTEE 1, TIMEOUT 2);
s0 :: FromCrossing(t:0) -> x; s1 :: FromCrossing(t:1) -> [1] x; s2 :: FromCrossing(t:2) -> y; s3 :: FromCrossing(t:3) -> [1] y;
x -> d0 :: ToCrossing(t:0); x [1] -> d1 :: ToCrossing(t:1); x [2] -> d2 :: ToCrossing(t:2);
y -> d3 :: ToCrossing(t:3); y [1] -> d4 :: ToCrossing(t:4); y [2] -> d5 :: ToCrossing(t:5);"""
SECOND = 1_000_000_000


def test_flows_get_the_patterns_in_turn_and_tables_share_their_room(bench: Made) -> None:
    x = bench("", text=GRAPH)

    def send(source: str, port: int, at: int, now: float = 1) -> list[tuple[int, bytes]]:
        return x.out(udp(source, port, SERVER, 80), at, now=round(now * SECOND), network=0)

    assert send(INSIDE, 1, 0) == [(0, udp(INSIDE, 1, "10.1.0.1", 80))]
    assert send(INSIDE, 2, 2) == [(4, udp(OUTSIDE, 5, "10.1.0.2", 80))]
    assert send(INSIDE, 1, 0) == [(0, udp(INSIDE, 1, "10.1.0.1", 80))]
    assert send(INSIDE, 3, 0) == [(2, udp(INSIDE, 3, "10.1.0.3", 80))]
    assert x.out(udp("10.1.0.3", 80, INSIDE, 3), 1, now=SECOND, network=0) == [(0, udp(SERVER, 80, INSIDE, 3))]
    # There is no room for a fourth before the guarantees are over.
    assert send(OTHER, 1, 3) == []
    assert [x.read(what, element=name) for name in "xy" for what in ("table_size", "size", "capacity")] == ["2", "3", "3", "1", "3", "3"]
    assert x.read("patterns") == "<mapper> [2]\n<drop>\n"
    assert send(OTHER, 1, 3, 2.5) == [(3, udp("1.0.0.9", 8, SERVER, 80))]
    # The flow of y that was over first is gone.
    assert [x.read(what, element=name) for name in "xy" for what in ("table_size", "mapping_failures")] == ["2", "0", "1", "1"]
    # Where nothing of the second pattern is free, the third is next.
    x.write("capacity", "20", element="x")
    assert send(INSIDE, 6, 0, 2.5) == [(0, udp(INSIDE, 6, "10.1.0.1", 80))]
    assert send(INSIDE, 7, 0, 2.5) == [(1, udp(OUTSIDE, 5, "10.1.0.2", 80))]
    assert send(INSIDE, 8, 0, 2.5) == [(2, udp(INSIDE, 8, "10.1.0.3", 80))]
    assert send(INSIDE, 9, 0, 2.5) == [(0, udp(INSIDE, 9, "10.1.0.1", 80))]
    assert send(INSIDE, 10, 0, 2.5) == [(1, udp(OUTSIDE, 6, "10.1.0.2", 80))]
    assert [send(INSIDE, port, 0, 2.5)[0][0] for port in (11, 12)] == [2, 0]
    assert send(OTHER, 7, 0, 2.5) == [(2, udp(OTHER, 7, "10.1.0.3", 80))]
    assert x.read("capacity", element="y") == "20"
    # A specification changes: its flows are forgotten, the others are not.
    x.write("pattern1", "pattern both 2 0", element="y")
    assert x.read("pattern1", element="y") == "- - 10.1.0.3 -\n"
    assert send(OTHER, 1, 3, 2.5) == [(5, udp(OTHER, 1, "10.1.0.3", 80))]
    assert [x.read("table_size", element=name) for name in "xy"] == ["10", "1"]
    x.write("capacity", "2", element="y")
    assert int(x.read("size")) == 2
    x.write("clear", element="y")
    assert [x.read("size", element=name) for name in "xy"] == ["0", "0"]
    for wrong, said in (
        ("r", "an element that maps has to be in the configuration"),
        ("keep 0 3", "output port out of range"),
        ("pattern none 0 0", "no such pattern 'none'"),
        ("", "empty argument"),
    ):
        with pytest.raises(ValueError, match=said):
            x.write("pattern0", wrong)


def test_a_mapper_needs_the_outputs_of_those_that_name_it() -> None:
    with pytest.raises(ClickError) as refused:
        Bench(Reference, "", 0, 0, "r :: RoundRobinIPMapper(- - - - 0 1);\nx :: IPRewriter(r); Idle -> x -> Idle;")
    assert "t:2:1: error: x :: IPRewriter: input spec 0: output port out of range\n" in str(refused.value)
