"""Token buckets lose nothing: what a second rate gives is exact, in however small pieces it is looked at."""

from collections.abc import Callable
from fractions import Fraction

import pytest

from elements.rates.tokens import bucket_size
from tests.elements.bench import Bench

SECOND = 1_000_000_000


@pytest.mark.parametrize(("rate", "gap"), [(3, 7_777_777), (333_333, 1009), (999_999_937, 3), (7, 123_456_789)])
def test_what_has_come_is_exact_after_many_looks(bench: Callable[..., Bench], rate: int, gap: int) -> None:
    x = bench("", text=f"InfiniteSource(LIMIT 4096, BURST 4096) -> Queue(4096) -> x :: RatedUnqueue({rate}, BURST_SIZE 2) -> Discard;")
    for look in range(60):
        x.settle(SECOND + look * gap)
        # Two packets at the start, and then one for each whole token of the time since then.
        sent = int(x.read("calls").split("\n")[2].split()[0])
        assert sent == 2 + int(Fraction(rate * look * gap, SECOND))


def test_a_bucket_holds_what_it_is_told_or_20_ms() -> None:
    assert [bucket_size(1000, None, None, "N"), bucket_size(1000, 25, None, "N"), bucket_size(1000, None, 3, "N")] == [20, 25, 3]
    assert bucket_size(0xFFFF_FFFF, 10**6, None, "N") == 0xFFFF_FFFF
    with pytest.raises(ValueError, match="BURST_DURATION and N cannot both be given"):
        bucket_size(1, 1, 1, "N")


def test_a_bucket_of_more_than_64_bits_is_full_and_not_empty(bench: Callable[..., Bench]) -> None:
    """Of 17 billion bytes, in billionths."""
    x = bench("", text="s :: InfiniteSource(LIMIT 20) -> Queue -> x :: BandwidthShaper(17GBps) -> Unqueue -> c :: Counter -> Discard")
    counts = []
    for time in (1, 2, 3, 4):
        x.settle(time * SECOND)
        counts.append(x.read("count", element="c"))
        if time == 3:
            x.write("reset", element="s")
    assert counts == ["1", "20", "20", "40"]


def test_a_bucket_that_begins_with_a_rate_of_more_than_64_bits_is_full(bench: Callable[..., Bench]) -> None:
    x = bench(
        "",
        text="s :: InfiniteSource(LIMIT 20) -> Queue -> x :: BandwidthRatedUnqueue(17GBps, BURST_DURATION 1000) -> c :: Counter -> Discard",
    )
    for count in ("20", "40"):
        x.settle(SECOND * int(count))
        assert x.read("count", element="c") == count
        x.write("rate", "16GBps")
        x.write("reset", element="s")
