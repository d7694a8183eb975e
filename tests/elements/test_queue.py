"""Queue keeps packets in order, counts and bounds them."""

from collections.abc import Callable

from tests.elements.bench import Bench

STORED = "s0 :: FromCrossing(t:0) -> x :: Queue(3); x -> [0] r :: RoundRobinSched; r -> d0 :: ToDevice(0);"


def counts(x: Bench) -> list[str]:
    return [x.read(handler) for handler in ("length", "highwater_length", "drops", "capacity")]


def test_packets_leave_in_order_and_the_last_are_dropped(bench: Callable[..., Bench]) -> None:
    # A source without a limit makes five packets at an instant, before anything is pulled.
    text = "InfiniteSource(abc, BURST 5) -> x :: Queue(3) -> d0 :: ToDevice(0);"
    x = bench("", text=text)
    assert [packet.data for _, packet in x.settle(1)] == [b"abc"] * 3
    assert counts(x) == ["0", "3", "2", "3"]
    x.write("reset_counts")
    assert counts(x) == ["0", "0", "0", "3"]
    assert len(x.settle(2)) == 3


def test_order_is_that_of_arrival(bench: Callable[..., Bench]) -> None:
    x = bench("", text=STORED)
    assert [x.out(bytes((n,))) for n in range(5)] == [[(0, bytes((n,)))] for n in range(5)]
    assert counts(x) == ["0", "1", "0", "3"]


def test_a_reset_drops_what_is_in_it(bench: Callable[..., Bench]) -> None:
    # Nobody pulls.
    text = "s0 :: FromCrossing(t:0) -> x :: Queue(3) -> [0] i :: Idle;"
    x = bench("", text=text)
    for n in range(4):
        assert x.out(bytes((n,))) == []
    assert counts(x) == ["3", "3", "1", "3"]
    x.write("reset")
    assert counts(x) == ["0", "3", "1", "3"]
    x.out(b"a")
    assert counts(x) == ["1", "3", "1", "3"]
    x.write("reset_counts")
    assert counts(x) == ["1", "1", "0", "3"]


def test_what_finds_it_full_leaves_by_the_second_output(bench: Callable[..., Bench]) -> None:
    text = "s0 :: FromCrossing(t:0) -> x :: Queue(2) -> Idle; x[1] -> d1 :: ToCrossing(t:1);"
    x = bench("", text=text)
    assert [x.out(bytes((n,))) for n in range(4)] == [[], [], [(1, b"\x02")], [(1, b"\x03")]]
    assert counts(x) == ["2", "2", "2", "2"]
