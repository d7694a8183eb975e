"""Unstrip puts bytes back."""

from collections.abc import Callable

from tests.elements.bench import Bench


def test_what_was_stripped_comes_back(bench: Callable[..., Bench]) -> None:
    data = bytes(range(1, 40))
    text = "s0 :: FromCrossing(t:0) -> Strip(14) -> x :: Unstrip(10) -> d0 :: ToCrossing(t:0);"
    ((_, packet),) = bench("", text=text).push(data, network=14)
    assert (packet.data, packet.network) == (data[4:], packet.start + 10)
    assert bench("Unstrip(64)").out(data) == [(0, bytes(64) + data)]
