"""What one packet of a tenant may become is bounded, by whatever ways its copies go."""

from __future__ import annotations

from pathlib import Path

import pytest

from elements.definition.catalogue import class_info
from elements.definition.copies import MOST_COPIES, refuse_copies
from elements.definition.multiplied import multiplied
from elements.definition.steps import WHOLE
from elements.reference.machine import instantiate
from graph.check import check
from graph.diagnostics import ClickError
from graph.load import load_text
from graph.policy import read_policy
from mlclick.flow import read_tenant
from partition.rates import arrivals, stated_rates


def chain(element: str, count: int) -> str:
    """So many elements with two outputs, each on a line, both of whose outputs lead to the next."""
    lines = [f"e{n} :: {element};" for n in range(count)]
    lines.append(f"e{count} :: Discard; Idle -> e0;")
    lines += [f"f{n + 1} :: Null; e{n}[0] -> f{n + 1} -> e{n + 1}; e{n}[1] -> f{n + 1};" for n in range(count)]
    return "\n".join(lines)


def made(text: str, name: str) -> int:
    """What a packet that comes to the element may become."""
    graph = load_text(text, "t.click", "t")
    return multiplied(check(graph, class_info), instantiate(graph)).made[name, WHOLE]


def refuse(text: str) -> None:
    graph = load_text(text, "t.click", "t")
    refuse_copies(check(graph, class_info), instantiate(graph))


@pytest.mark.parametrize(("element", "most"), [("Tee", 10), ("PaintTee(1)", 10), ("Classifier(0/00, -)", 100)])
def test_copies_of_copies_are_as_many_as_may_be(element: str, most: int) -> None:
    refuse(chain(element, most))


@pytest.mark.parametrize(
    ("element", "classes"), [("Tee", "Tee"), ("PaintTee(1)", "PaintTee"), ("PaintSwitch", "PaintSwitch"), ("Tee(2)", "Tee")]
)
def test_one_doubling_more_is_refused_where_it_is(element: str, classes: str) -> None:
    """Behind the last but ten there are as many as may be; the one in front of it makes too many."""
    with pytest.raises(ClickError) as error:
        refuse(chain(element, 13))
    (found,) = error.value.diagnostics
    assert found.message == (
        "one packet may become 2048 behind e2, and 1024 at most are allowed: e2 -> f3 -> e3 -> f4 -> ... -> f11 -> e11 -> f12 -> e12"
    )
    assert found.advice == f"put fewer elements that make several packets of one ({classes}) one behind the other"
    assert str(found.location).endswith("t.click:3:1")


def test_the_advice_names_what_makes_several_on_the_way_in_its_order() -> None:
    row = "Idle -> p :: PaintTee(1) -> n :: Null -> t :: Tee -> h :: Hub -> Discard; p[1] -> Discard; "
    row += "h[1] -> Discard; h[2] -> Discard; Idle -> [1] h; Idle -> [2] h; "
    with pytest.raises(ClickError) as error:
        refuse(row + " ".join(f"t[{n}] -> Discard;" for n in range(1, 1024)))
    (found,) = error.value.diagnostics
    assert found.message == "one packet may become 1025 behind t, and 1024 at most are allowed: t -> h"
    assert found.advice == "put fewer elements that make several packets of one (Tee, Hub) one behind the other"


def test_a_queue_between_hides_no_copies() -> None:
    queued = "Idle -> e0 :: Tee -> Discard; e0[1] -> Queue -> Unqueue -> t :: Tee; " + "".join(f"t[{n}] -> Discard; " for n in range(1023))
    refuse(queued)
    with pytest.raises(ClickError, match="one packet may become 1025 behind e0"):
        refuse(queued + "t[1023] -> Discard;")


@pytest.mark.parametrize(("element", "ways"), [("Hub", 2), ("EtherSwitch", 2)])
def test_what_sends_to_all_but_one_is_counted_so(element: str, ways: int) -> None:
    """Of three ports, in a row of them."""
    row = "Idle -> h0 :: {0}; " + "".join(
        f"h{n}[1] -> h{n + 1} :: {{0}}; h{n}[2] -> [1] h{n + 1}; h{n}[0] -> Discard; Idle -> [2] h{n}; " for n in range(11)
    )
    row += "h11[0] -> Discard; h11[1] -> Discard; h11[2] -> Discard; Idle -> [2] h11; Idle -> [1] h0;"
    assert ways**10 == MOST_COPIES
    with pytest.raises(ClickError, match="one packet may become 2048 behind h1,"):
        refuse(row.format(element))


def test_a_ring_is_counted_once_round() -> None:
    assert made("Idle -> q :: Queue -> Unqueue -> t :: Tee -> q; t[1] -> s :: Tee -> q; s[1] -> Discard;", "q") == 3


def test_the_order_of_declarations_is_nothing_to_a_ring() -> None:
    """A ring of two, and behind one of them a Tee: it is behind both, whichever comes first."""
    parts = [
        "x :: Tee;",
        "a :: PaintSwitch;",
        "b :: Queue;",
        "u :: Unqueue;",
        "i :: Idle;",
        "big :: Tee;",
        "i -> x; x[0] -> a; x[1] -> b; b -> u -> a; a[0] -> b; a[1] -> big;" + "".join(f"big[{n}] -> Discard;" for n in range(300)),
    ]
    for order in (parts, parts[::-1][1:] + parts[-1:], [*parts[2:6], *parts[:2], parts[6]]):
        found = {name: made(" ".join(order), name) for name in "xabu"}
        assert found == {"x": 602, "a": 301, "b": 301, "u": 301}


def test_what_leads_back_within_a_row_hides_none_of_it() -> None:
    """Each element of the row has a third output that leads to the one before."""
    row = "Idle -> e0 :: Tee;" + "".join(f"e{n} :: Tee;" for n in range(1, 12)) + "e12 :: Discard;"
    row += "".join(f"e{n}[0] -> e{n + 1}; e{n}[1] -> e{n + 1}; e{n}[2] -> e{max(0, n - 1)};" for n in range(12))
    with pytest.raises(ClickError, match=r"one packet may become \d+ behind e0, and 1024 at most are allowed: e0 -> e1 -> "):
        refuse(row)


def test_too_many_on_a_ring_are_refused_where_it_begins() -> None:
    row = " ".join(f"t{n} :: Tee; t{n}[0] -> t{n + 1}; t{n}[1] -> t{n + 1};" for n in reversed(range(10)))
    ring = f"t10 :: {{}}; u :: Unqueue; q :: Queue; Idle -> q; {row} q -> u -> t0; t10 -> q;"
    refuse(ring.format("Null"))
    with pytest.raises(ClickError, match=r"one packet may become 2048 behind q, .*: q -> u -> t0 -> t1 -> \.\.\. -> t7 -> t8 -> t9 -> t10"):
        refuse(ring.format("Tee") + " t10[1] -> Discard;")


@pytest.mark.parametrize(
    ("source", "element", "pieces"),
    [
        ("FromDump(x.pcap)", "IPFragmenter(1500)", 46),
        ("FromDump(x.pcap)", "IPFragmenter(576)", 128),
        ("FromDevice(0)", "IPFragmenter(1500)", 2),
        ("FromDevice(0)", "IPFragmenter(576)", 4),
        ("FromDevice(0)", "IPFragmenter(28)", 198),
        ("FromDevice(0)", "IPFragmenter(27)", 1),
        ("FromDevice(0)", "IPFragmenter(1600)", 1),
        ("FromDevice(0)", "ARPQuerier(1.0.0.1, 2:2:2:2:2:2)", 2),
        ("FromDevice(0)", "IP6NDSolicitor(fe80::1, 2:2:2:2:2:2)", 2),
    ],
)
def test_pieces_are_as_many_as_the_longest_packet_makes(source: str, element: str, pieces: int) -> None:
    """65535 bytes from a file, 1600 from a port; the longest header leaves the least room."""
    rest = "; Idle -> [1] x" if "," in element else ""
    assert made(f"{source} -> x :: {element} -> Discard{rest};", "x") == pieces


def test_pieces_are_cut_again_only_where_they_have_grown() -> None:
    twice = "FromDump(x.pcap) -> x :: IPFragmenter(1500) -> {0} IPFragmenter({1}) -> Discard;"
    assert made(twice.format("", 1500), "x") == 46
    assert made(twice.format("Queue -> Unqueue -> Strip(14) -> Unstrip(14) ->", 1514), "x") == 46
    assert made(twice.format("UDPIPEncap(1.0.0.1, 1, 2.0.0.2, 2) ->", 1500), "x") == 46 * 2
    assert made(twice.format("", 576), "x") == 46 * 3


def test_pieces_of_pieces_are_refused() -> None:
    row = "FromDevice(0) -> " + " -> ".join(f"u{n} :: UDPIPEncap(1.0.0.1, 1, 2.0.0.2, 2) -> f{n} :: IPFragmenter(28)" for n in range(3))
    with pytest.raises(ClickError) as error:
        refuse(f"{row} -> Discard;")
    (found,) = error.value.diagnostics
    assert found.message == "one packet may become 1025 behind f1, and 1024 at most are allowed: f1 -> u2 -> f2"
    classes = "(IPFragmenter) one behind the other"
    assert found.advice == f"put fewer elements that make several packets of one {classes}, or give f1, f2 an MTU of 76 or more"
    refuse(
        f"{row} -> Discard;".replace("f1 :: IPFragmenter(28)", "f1 :: IPFragmenter(76)").replace(
            "f2 :: IPFragmenter(28)", "f2 :: IPFragmenter(76)"
        )
    )


@pytest.mark.parametrize(("mtu", "pieces"), [(28, 8190), (68, 8185), (123, 1170)])
def test_pieces_that_are_too_small_are_refused_with_the_least_mtu(mtu: int, pieces: int) -> None:
    row = "FromDevice(0) -> IPReassembler -> a :: IPFragmenter({}) -> Discard;"
    refuse(row.format(124))
    with pytest.raises(ClickError) as error:
        refuse(row.format(mtu))
    (found,) = error.value.diagnostics
    assert found.message == f"one packet may become {pieces} behind a, and 1024 at most are allowed: a"
    assert found.advice == "give a an MTU of 124 or more"


def test_no_mtu_is_named_where_none_helps() -> None:
    row = "FromDevice(0) -> t :: Tee -> a :: IPFragmenter(100) -> Discard;" + "".join(f"t[{n}] -> Discard; " for n in range(1, 1025))
    with pytest.raises(ClickError) as error:
        refuse(row)
    (found,) = error.value.diagnostics
    assert found.advice == "put fewer elements that make several packets of one (Tee, IPFragmenter) one behind the other"


def test_one_that_copies_too_often_alone_is_told_so() -> None:
    with pytest.raises(ClickError) as error:
        refuse("Idle -> t :: Tee -> Discard;" + "".join(f"t[{n}] -> Discard; " for n in range(1, 1025)))
    (found,) = error.value.diagnostics
    assert found.message == "one packet may become 1025 behind t, and 1024 at most are allowed: t"
    assert found.advice == "use fewer outputs of t"


def test_pieces_are_no_longer_than_the_last_cut_made_them() -> None:
    row = "FromDevice(0) -> Strip(14) -> CheckIPHeader -> " + " -> ".join(f"f{n} :: IPFragmenter({n})" for n in (1000, 500, 250, 125, 60))
    assert made(f"{row} -> Discard;", "f125") == 24 * 10
    refuse(f"{row} -> Discard;")


def test_pieces_whose_header_is_marked_elsewhere_may_pass_what_would_cut_them() -> None:
    shorter = "Strip(100) -> " * 4
    row = f"FromDevice(0) -> x :: IPFragmenter(1500) -> {{}} IPFragmenter(500) -> {shorter} MarkIPHeader -> IPFragmenter(100) -> Discard;"
    assert made(row.format(""), "x") == 29
    assert made(row.format("Null ->"), "x") == 29
    assert made(row.format("MarkIPHeader(127) ->"), "x") == 2 * 27


def test_a_ring_through_a_queue_hides_nothing_of_one_push() -> None:
    """Packets come to `b` from elsewhere, but what comes out of the queue is copied before it gets there."""
    row = "Idle -> b :: Tee; q :: Queue -> u :: Unqueue -> a :: Tee; b[0] -> q; d :: Discard; "
    row += "".join(f"b[{n}] -> d; " for n in range(1, 501)) + "".join(f"a[{n}] -> b; " for n in range(10))
    with pytest.raises(ClickError, match="one packet may become 5010 behind u, and 1024 at most are allowed: u -> a -> b"):
        refuse(row)


def test_a_tenant_with_too_many_is_refused(tmp_path: Path) -> None:
    (tmp_path / "policy.toml").write_text("[tenants.a]\nport = 0\n")
    (tmp_path / "a.click").write_text(chain("Tee", 24))
    with pytest.raises(ClickError, match=r"^a: .*a\.click:14:1: error: one packet may become 2048 behind e13,"):
        read_tenant(read_policy(tmp_path / "policy.toml"), "a")


def test_rates_add_up_over_copies() -> None:
    graph = load_text("i :: Idle -> t :: Tee -> n :: Null -> d :: Discard; t[1] -> p :: PaintTee(1) -> n; p[1] -> n;", "t")
    rates = stated_rates(graph, {}, instantiate(graph))
    assert rates == {("i", 0): 1.0, ("t", 0): 1.0, ("t", 1): 1.0, ("p", 0): 1.0, ("p", 1): 0.5, ("n", 0): 2.5}
    assert arrivals(graph, rates, "d") == 2.5


def test_what_a_ring_of_copies_makes_is_bounded() -> None:
    graph = load_text("i :: Idle -> q :: Queue -> u :: Unqueue -> t :: Tee -> q; t[1] -> m :: Null -> q; t[2] -> d :: Discard;", "t")
    assert arrivals(graph, stated_rates(graph, {}, instantiate(graph)), "d") <= 50 * MOST_COPIES


def test_a_hub_gives_each_output_what_came_elsewhere() -> None:
    graph = load_text("i :: Idle -> h :: Hub -> d :: Discard; Idle -> [1] h [1] -> Discard; Idle -> [2] h [2] -> Discard;", "t")
    assert arrivals(graph, stated_rates(graph, {}, instantiate(graph)), "d") == pytest.approx(2 / 3)
