"""Discard drops and counts."""

from collections.abc import Callable

from tests.elements.bench import Bench


def test_packets_are_dropped_and_counted(bench: Callable[..., Bench]) -> None:
    x = bench("Discard(BURST 8)", outputs=0)
    assert [x.out(bytes(n)) for n in range(3)] == [[], [], []]
    assert x.read("count") == "3"
    x.write("reset_counts")
    assert x.read("count") == "0"
