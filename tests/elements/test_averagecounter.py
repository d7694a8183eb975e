"""AverageCounter says how many packets and bytes a second passed."""

from collections.abc import Callable

from tests.elements.bench import Bench

HANDLERS = ("count", "byte_count", "rate", "byte_rate")


def test_rates_are_those_between_the_first_and_the_last_packet(bench: Callable[..., Bench]) -> None:
    x = bench("AverageCounter")
    for n in range(5):
        assert x.out(bytes(20), now=1_000_000_000 + n * 500_000_000) == [(0, bytes(20))]
    assert [x.read(handler) for handler in HANDLERS] == ["5", "100", "2.5", "50"]
    x.write("reset")
    assert [x.read(handler) for handler in HANDLERS] == ["0", "0", "0", "0"]
    x.out(bytes(3), now=9_000_000_000)
    assert [x.read(handler) for handler in HANDLERS] == ["1", "3", "1000", "3000"]


def test_the_first_seconds_may_not_count(bench: Callable[..., Bench]) -> None:
    x = bench("AverageCounter(1)")
    for n in range(7):
        x.out(bytes(10), now=n * 500_000_000)
    assert [x.read(handler) for handler in HANDLERS] == ["5", "50", "2.5", "25"]
