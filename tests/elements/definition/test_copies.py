"""What one packet of a tenant may become is bounded, by whatever ways its copies go."""

from __future__ import annotations

from pathlib import Path

import pytest

from elements.definition.copies import MOST_COPIES, refuse_copies
from elements.reference.machine import instantiate
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


def refuse(text: str) -> None:
    graph = load_text(text, "t.click", "t")
    refuse_copies(graph, instantiate(graph))


@pytest.mark.parametrize(("element", "most"), [("Tee", 10), ("PaintTee(1)", 10), ("Classifier(0/00, -)", 100)])
def test_copies_of_copies_are_as_many_as_may_be(element: str, most: int) -> None:
    refuse(chain(element, most))


@pytest.mark.parametrize("element", ["Tee", "PaintTee(1)"])
def test_one_doubling_more_is_refused_where_it_is(element: str) -> None:
    """Behind the last but ten there are as many as may be; the one in front of it makes too many."""
    with pytest.raises(ClickError) as error:
        refuse(chain(element, 13))
    assert str(error.value).splitlines()[0] == (
        f"t: t.click:3:1: error: one packet may become 2048 behind e2, and {MOST_COPIES} at most are allowed"
    )
    assert "put fewer elements that copy (Tee, PullTee, PaintTee, Hub, EtherSwitch) one behind the other" in str(error.value)


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
    refuse("Idle -> q :: Queue -> Unqueue -> t :: Tee -> q; t[1] -> s :: Tee -> q; s[1] -> Discard;")


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
