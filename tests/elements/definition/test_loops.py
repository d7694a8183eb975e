"""Rings that no packet can leave are refused; in others packets go round as often as the bound allows, in both readings alike."""

from __future__ import annotations

import pytest

from elements.definition.catalogue import class_info
from elements.definition.copies import MOST_COPIES
from elements.definition.loops import DEEPEST, MOST_PASSES, MOST_ROUNDS, find_rings, refuse_endless
from elements.reference.machine import Machine as Reference
from elements.reference.machine import instantiate
from elements.reference.packet import Packet
from graph.check import check
from graph.diagnostics import ClickError
from graph.load import load_text
from swclick.machine import Machine as Compiled

ENDLESS = {
    "tee": ("s :: Idle -> t :: Tee;\nt[0] -> Paint(1) -> t;\nt[1] -> Discard;", "t.click:1:14", "t -> Paint@3 -> t"),
    "plain": ("a :: Null -> b :: Counter -> a;", "t.click:1:1", "a -> b -> a"),
    "alone": ("Idle -> n :: Null -> n;", "t.click:1:9", "n -> n"),
    "printed": ("Idle -> p :: Print -> t :: PaintTee(1) -> p; t[1] -> Discard;", "t.click:1:9", "p -> t -> p"),
    "written": ("Idle -> d :: ToDump(x) -> d;", "t.click:1:9", "d -> d"),
    "classifier": ("Idle -> c :: Classifier(-) -> c;", "t.click:1:9", "c -> c"),
    "shortest": ("Idle -> t :: Tee(2) -> Null -> n :: Null -> t; t[1] -> n;", "t.click:1:9", "t -> n -> t"),
}


@pytest.mark.parametrize("kind", list(ENDLESS))
def test_a_ring_that_no_packet_can_leave_is_refused(kind: str) -> None:
    text, place, ring = ENDLESS[kind]
    graph = load_text(text, "t.click", "a")
    with pytest.raises(ClickError) as error:
        refuse_endless(check(graph, class_info), instantiate(graph))
    first = str(error.value).splitlines()[0]
    assert first == f"a: {place}: error: packets go round for ever: {ring}; none of these elements can drop or keep one"
    assert str(error.value).endswith("\n  put a Queue into the ring, or take it apart")


def test_every_ring_is_named() -> None:
    graph = load_text("a :: Null -> a; b :: Null -> b;", "t.click")
    with pytest.raises(ClickError) as error:
        refuse_endless(check(graph, class_info), instantiate(graph))
    assert [d.message.partition(";")[0] for d in error.value.diagnostics] == [f"packets go round for ever: {n} -> {n}" for n in "ab"]


ENDING = {
    "stored": "Idle -> q :: Queue -> p :: PaintTee(1) -> Discard; p[1] -> q;",
    "chosen": "Idle -> c :: Classifier(0/00, -) -> Paint(1) -> c; c[1] -> Discard;",
    "errors": "Idle -> rt :: StaticIPLookup(0.0.0.0/0 0) -> d :: DecIPTTL -> Discard; d[1] -> ICMPError(1.1.1.1, timeexceeded) -> rt;",
    "longer": "Idle -> n :: Null -> EtherEncap(0x800, 1:1:1:1:1:1, 2:2:2:2:2:2) -> n;",
    "shorter": "Idle -> n :: Null -> Strip(1) -> n;",
    "copied away": "Idle -> p :: PaintTee(1) -> Discard; p[1] -> Null -> p;",
}


@pytest.mark.parametrize("kind", list(ENDING))
def test_a_ring_that_packets_can_leave_is_none_of_ours(kind: str) -> None:
    graph = load_text(ENDING[kind], "t.click")
    refuse_endless(check(graph, class_info), instantiate(graph))


S = "s :: FromCrossing(t:0) -> "
WRAP = "EtherEncap(0x800, 1:1:1:1:1:1, 2:2:2:2:2:2)"
RUNAWAY: dict[str, tuple[str, int, dict[tuple[str, int], int]]] = {
    "plain": (S + "n :: Null -> m :: Null -> n;", 0, {("m", 0): 1}),
    "copies": (S + "t :: Tee -> n :: Null -> t; t[1] -> ToCrossing(t:1);", DEEPEST // 2 + 1, {("n", 0): 1}),
    "wrapped": (S + f"w :: {WRAP} -> Strip(14) -> c :: Counter -> w;", 0, {("c", 0): 1}),
    "answers": (S + "a :: Paint(1) -> d :: DecIPTTL -> a; d[1] -> ToCrossing(t:1);", 1, {}),
    # Two ways lead round: copies would double with every round. One round makes three packets of one.
    "swarm": (
        S + "t :: Tee(3) -> n :: Null -> t; t[1] -> n; t[2] -> ToCrossing(t:1);",
        MOST_COPIES // 2 + 1,
        {("n", 0): MOST_COPIES // 2 + 2},
    ),
    # The ring has 101 elements. Both copies of the first round may go on to another.
    "long swarm": (
        S + f"t :: Tee(3) -> n :: Null -> {'Null -> ' * 98} m :: Null -> t; t[1] -> n; t[2] -> ToCrossing(t:1);",
        MOST_PASSES // 101 + 2,
        {("m", 0): MOST_PASSES // 101 + 3},
    ),
    # One that goes round once becomes 130.
    "leaving": (
        S
        + "a :: Null -> t :: Tee(130); t[0] -> c :: CheckLength(2000) -> a; t[1] -> e :: CheckLength(2001) -> a; "
        + "d :: Null -> ToCrossing(t:1);"
        + " ".join(f"t[{n}] -> d;" for n in range(2, 130)),
        128 * (1 + MOST_COPIES // 129),
        {("c", 0): 1, ("e", 0): 1 + MOST_COPIES // 129},
    ),
    # They share the bound, since they are copies of one.
    "several at once": (
        S + "w :: Tee(3) -> t :: Tee -> n :: Null -> t; w[1] -> t; w[2] -> t; t[1] -> ToCrossing(t:1);",
        MOST_COPIES + 3,
        {("n", 0): 3},
    ),
    # Each packet that comes out of a queue has a bound of its own, be it pushed on, copied on its way, or turned away.
    "one by one": (
        S + "w :: Tee -> q :: Queue -> Unqueue(BURST 2) -> t :: Tee -> n :: Null -> t; w[1] -> q; t[1] -> ToCrossing(t:1);",
        2 * (MOST_COPIES + 1),
        {("n", 0): 2},
    ),
    "copied one by one": (
        S
        + "w :: Tee -> q :: Queue -> p :: PaintTee(0) -> Discard; p[1] -> t :: Tee -> n :: Null -> t; w[1] -> q; t[1] -> ToCrossing(t:1);",
        2 * (MOST_COPIES + 1),
        {("n", 0): 2},
    ),
    "turned away one by one": (
        S
        + "w :: Tee -> q :: Queue -> c :: CheckLength(1) -> Discard; w[1] -> q; "
        + "c[1] -> t :: Tee -> n :: Null -> t; t[1] -> ToCrossing(t:1);",
        2 * (MOST_COPIES + 1),
        {("n", 0): 2},
    ),
}


@pytest.mark.parametrize("kind", list(RUNAWAY))
def test_both_readings_drop_and_count_what_runs_away(kind: str) -> None:
    text, emitted, dropped = RUNAWAY[kind]
    graph = load_text(text, "t")
    packet = Packet.of(bytes.fromhex("4500001400000000ff11") + bytes(10))
    packet.network = packet.start
    reference, compiled = Reference(graph), Compiled(graph)
    for machine in (reference, compiled):
        machine.inject("s", packet.copy())
    assert compiled.runaway == reference.runaway
    assert [p.data for _, p in compiled.emitted] == [p.data for _, p in reference.emitted]
    assert (len(reference.emitted), reference.runaway) == (emitted, dropped)
    # The next packet has the whole bound again.
    compiled.clear()
    for machine in (reference, compiled):
        machine.inject("s", packet.copy())
    assert len(compiled.emitted) == emitted
    assert compiled.runaway == reference.runaway == {place: 2 * count for place, count in dropped.items()}
    compiled.close()


def test_what_closes_rings_is_the_same_in_whatever_order_they_are_written() -> None:
    """Two rings that share an element, and one that nothing leads to."""
    names = ["s, s2 :: Idle;", "c :: Classifier(0/00, 0/01, -);", "a, b :: Null;", "x :: PaintSwitch;", "y :: Null;", "d :: Discard;"]
    ways = ["s -> c;", "s2 -> b;", "a -> c;", "b -> c;", "c[0] -> a;", "c[1] -> b;", "c[2] -> d;", "x -> y;", "y -> x;", "x[1] -> d;"]
    for order in (names + ways, names[::-1] + ways[::-1], names[3:] + names[:3] + ways[5:] + ways[:5]):
        found = find_rings(check(load_text("".join(order), "t"), class_info)).back
        assert {(edge.source, edge.source_port): size for edge, size in found.items()} == {("a", 0): 3, ("b", 0): 3, ("y", 0): 2}


def test_a_packet_that_goes_round_a_queue_stops_for_the_next_arrival() -> None:
    graph = load_text(S + "q :: Queue -> p :: PaintTee(0) -> Discard; p[1] -> q;", "t")
    reference, compiled = Reference(graph), Compiled(graph)
    for machine in (reference, compiled):
        machine.inject("s", Packet.of(b"abc"))
        machine.inject("s", Packet.of(b"d"))
    assert compiled.unsettled == reference.unsettled == {"Discard@4": 2}
    assert compiled.read("Discard@4", "count") == reference.read("Discard@4", "count") == str(2 * MOST_ROUNDS)
    compiled.close()


def test_each_element_whose_packets_go_round_is_counted_and_no_other() -> None:
    ring = "{0} :: FromCrossing(t:{1}) -> {0}q :: Queue -> {0}p :: PaintTee(0) -> {0}d :: Discard; {0}p[1] -> {0}q; "
    graph = load_text(ring.format("a", 0) + ring.format("b", 1) + "c :: FromCrossing(t:2) -> Queue -> cd :: Discard;", "t")
    reference, compiled = Reference(graph), Compiled(graph)
    for machine in (reference, compiled):
        machine.inject("b", Packet.of(b"b"))
        machine.inject("a", Packet.of(b"a"))
        machine.inject("c", Packet.of(b"c"))
    assert compiled.unsettled == reference.unsettled == {"ad": 2, "bd": 3}
    assert compiled.read("cd", "count") == reference.read("cd", "count") == "1"
    compiled.close()


def test_a_long_chain_is_no_ring() -> None:
    text = S + "Null -> " * (3 * DEEPEST) + "ToCrossing(t:0);"
    reference = Reference(load_text(text, "t"))
    reference.inject("s", Packet.of(b"abc"))
    assert (len(reference.emitted), reference.runaway) == (1, {})


def test_what_a_timer_pushes_has_the_bound_to_itself() -> None:
    """A source that answers are pushed to begins packets, too."""
    text = """
        ping :: ICMPPingSource(1.0.0.1, 1.0.0.2, INTERVAL 0.001, VERBOSE false);
        r :: ICMPPingResponder; t :: Tee(2); c :: Counter;
        ping -> r -> c -> t; t[0] -> ping; t[1] -> r;
    """
    graph = load_text(text, "t.click")
    for machine in (Reference(graph), Compiled(graph)):
        machine.settle()
        machine.settle(2 * MOST_COPIES * 1_000_000)
        assert int(machine.read("c", "count")) == 2 * MOST_COPIES
        assert machine.runaway == {}
