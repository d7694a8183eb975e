"""AverageCounter says how many packets and bytes came a second, from the first to the last."""

from collections.abc import Callable

from tests.elements.bench import Bench

MILLISECOND = 1_000_000
BEGINNING = 1_700_000_000_000_000_000


def read(x: Bench) -> list[str]:
    return [x.read(name) for name in ("count", "byte_count", "rate", "byte_rate")]


def test_rates_are_of_the_time_from_the_first_packet_to_the_last(bench: Callable[..., Bench]) -> None:
    x = bench("AverageCounter")
    assert read(x) == ["0", "0", "0", "0"]
    assert x.out(bytes(10), now=BEGINNING) == [(0, bytes(10))]
    assert read(x) == ["1", "10", "1000", "10000"]
    x.out(bytes(20), now=BEGINNING + 1500 * MILLISECOND)
    x.out(b"", now=BEGINNING + 3000 * MILLISECOND + 999_999)
    assert read(x) == ["3", "30", "1", "10"]
    x.out(b"a", now=BEGINNING + 4001 * MILLISECOND)
    assert read(x) == ["4", "31", "0.999750062484", "7.74806298425"]


def test_it_starts_anew(bench: Callable[..., Bench]) -> None:
    x = bench("AverageCounter")
    x.out(b"abc", now=BEGINNING)
    x.write("reset")
    assert read(x) == ["0", "0", "0", "0"]
    for second in (8, 10):
        x.out(b"abc", now=BEGINNING + second * 1000 * MILLISECOND)
    assert read(x) == ["2", "6", "1", "3"]


def test_the_first_seconds_can_be_left_out(bench: Callable[..., Bench]) -> None:
    x = bench("AverageCounter(2)")
    for passed in (0, 1000, 1999):
        assert x.out(b"ab", now=BEGINNING + passed * MILLISECOND) == [(0, b"ab")]
    assert read(x) == ["0", "0", "0", "0"]
    for passed in (2000, 3000, 4000):
        x.out(b"ab", now=BEGINNING + passed * MILLISECOND)
    assert read(x) == ["3", "6", "1.5", "3"]
