"""CheckLength tells long packets from others."""

from collections.abc import Callable

from tests.elements.bench import Bench


def test_longer_packets_leave_by_output_1(bench: Callable[..., Bench]) -> None:
    x = bench("CheckLength(64)", outputs=2)
    for length in (0, 63, 64):
        assert x.out(bytes(length)) == [(0, bytes(length))]
    for length in (65, 1500):
        assert x.out(bytes(length)) == [(1, bytes(length))]
    assert x.read("length") == "64"


def test_longer_packets_are_dropped_where_output_1_is_not_in_use(bench: Callable[..., Bench]) -> None:
    x = bench("CheckLength(LENGTH 64)")
    assert x.out(bytes(64)) == [(0, bytes(64))]
    assert x.out(bytes(65)) == []


def test_no_packet_is_longer_than_what_lengths_can_be(bench: Callable[..., Bench]) -> None:
    assert bench("CheckLength(65536)", outputs=2).out(bytes(65535)) == [(0, bytes(65535))]


def test_what_is_pulled_through_it_is_told_apart(bench: Callable[..., Bench]) -> None:
    text = "s0 :: FromCrossing(t:0) -> Queue -> x :: CheckLength(3); x[0] -> d0 :: ToDevice(0); x[1] -> d1 :: ToCrossing(t:1);"
    x = bench("", text=text)
    assert x.out(b"abc") == [(0, b"abc")]
    assert x.out(b"abcd") == [(1, b"abcd")]
