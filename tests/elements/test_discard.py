"""Discard drops and counts what is pushed to it, or what it pulls."""

from collections.abc import Callable

import pytest

from tests.elements.bench import Bench


def test_packets_are_dropped_and_counted(bench: Callable[..., Bench]) -> None:
    x = bench("Discard(BURST 8)", outputs=0)
    assert [x.out(bytes(n)) for n in range(3)] == [[], [], []]
    assert x.read("count") == "3"
    x.write("reset_counts")
    assert x.read("count") == "0"


PULLED = "InfiniteSource(abc, LIMIT 5, BURST 5) -> q :: Queue -> x :: Discard{};"


@pytest.mark.parametrize("arguments", ["", "(BURST 3)", "(BURST 0)"])
def test_what_nobody_pushes_is_pulled(bench: Callable[..., Bench], arguments: str) -> None:
    x = bench("", text=PULLED.format(arguments))
    assert x.settle(1) == []
    assert (x.read("count"), x.read("length", element="q"), x.read("active")) == ("5", "0", "true")


def test_a_burst_is_what_is_pulled_at_once(bench: Callable[..., Bench]) -> None:
    """The other task of the round sees what a burst has left."""
    text = (
        "InfiniteSource(abc, LIMIT 6, BURST 6) -> q :: Queue -> t :: PaintTee(0) -> x :: Discard(BURST 2); t[1] -> d0 :: ToCrossing(t:0);"
    )
    x = bench("", text=text)
    assert [packet.data for _, packet in x.settle(1)] == [b"abc"] * 6
    x = bench("", text="s :: InfiniteSource(abc, LIMIT 4, BURST 1) -> q :: Queue -> x :: Discard(BURST 2);")
    x.settle(1)
    assert (x.read("count"), x.read("highwater_length", element="q")) == ("4", "1")


def test_a_pull_input_can_be_left_alone(bench: Callable[..., Bench]) -> None:
    x = bench("", text=PULLED.format("(ACTIVE false)"))
    x.settle(1)
    assert (x.read("count"), x.read("length", element="q"), x.read("active")) == ("0", "5", "false")
    x.write("active", "true")
    x.settle(2)
    assert (x.read("count"), x.read("length", element="q")) == ("5", "0")
    x.write("active", "false")
    x.write("reset", element="q")
    assert (x.read("active"), x.read("count")) == ("false", "5")
