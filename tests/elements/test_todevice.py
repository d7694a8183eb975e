"""ToDevice sends all that it can pull."""

from collections.abc import Callable

from tests.elements.bench import Bench


def test_everything_is_sent_in_order(bench: Callable[..., Bench]) -> None:
    text = "InfiniteSource(a, LIMIT 5, BURST 5) -> Queue -> d0 :: ToDevice(eth0, BURST 4, METHOD LINUX, DEBUG true);"
    assert [packet.data for _, packet in bench("", text=text).settle()] == [b"a"] * 5
