"""RoundRobinSched takes its inputs in turn."""

from collections.abc import Callable

from tests.elements.bench import Bench


def test_inputs_are_served_in_turn_and_empty_ones_passed_over(bench: Callable[..., Bench]) -> None:
    sources = "".join(
        f"InfiniteSource({letter}, LIMIT {count}, BURST {count}) -> Queue -> [{at}] x;"
        for at, (letter, count) in enumerate((("a", 3), ("b", 1), ("c", 2)))
    )
    x = bench("", text=f"x :: RoundRobinSched; {sources} x -> d0 :: ToDevice(0);")
    assert b"".join(packet.data for _, packet in x.settle(1)) == b"abcaca"


def test_without_inputs_it_has_no_packets(bench: Callable[..., Bench]) -> None:
    assert bench("", text="x :: RoundRobinSched -> d0 :: ToDevice(0);").settle(1) == []
