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


@pytest.mark.parametrize("text", ["RatedSource(RATE 1, LIMIT 2)", "InfiniteSource(LIMIT 20)"])
def test_a_bucket_of_more_than_64_bits_is_full_and_not_empty(bench: Callable[..., Bench], text: str) -> None:
    """Of 17 billion bytes, in billionths. It fills in half a second."""
    x = bench("", text=f"{text} -> Queue -> x :: BandwidthShaper(17GBps) -> Unqueue(BURST -1) -> c :: Counter -> Discard")
    x.settle(SECOND)
    assert x.read("count", element="c") == x.read("count", element=text.split("(")[0] + "@1")
    x.settle(3 * SECOND)
    x.write("rate", "16GBps")
    x.write("reset", element=text.split("(")[0] + "@1")
    x.settle(9 * SECOND)
    assert x.read("count", element="c") == ("4" if "Rated" in text else "40")


def test_a_bucket_that_begins_with_more_than_64_bits_is_full(bench: Callable[..., Bench]) -> None:
    class_ = "BandwidthRatedUnqueue(17GBps, BURST_DURATION 4294967)"
    x = bench("", text=f"InfiniteSource(LIMIT 20) -> Queue -> x :: {class_} -> c :: Counter -> Discard")
    for time in (1, 2, 3):
        x.settle(time * SECOND)
        x.write("rate", "16GBps")
        assert x.read("count", element="c") == "20"
