"""RatedSplitter and BandwidthRatedSplitter against a bucket in exact fractions."""

import random
from collections.abc import Callable
from fractions import Fraction

import pytest

from tests.elements.bench import Bench

SECOND = 1_000_000_000


class Bucket:
    """Tokens by the book: filled at the rate, never more than it holds."""

    def __init__(self, rate: int, holds: int) -> None:
        self.rate, self.holds, self.tokens, self.time = rate, Fraction(holds), Fraction(holds), 0

    def refill(self, now: int) -> Fraction:
        self.tokens = min(self.holds, self.tokens + Fraction(self.rate * (now - self.time), SECOND))
        self.time = now
        return self.tokens


PACKETS = {"RatedSplitter(1000)": (1000, 20), "RatedSplitter(5)": (5, 1), "RatedSplitter(1000, BURST_DURATION 2ms)": (1000, 2),
           "RatedSplitter(RATE 400, BURST_SIZE 3)": (400, 3)}  # fmt: skip


@pytest.mark.parametrize("text", list(PACKETS))
@pytest.mark.parametrize("seed", [1, 2])
def test_packets_a_second(bench: Callable[..., Bench], text: str, seed: int) -> None:
    rate, holds = PACKETS[text]
    x, bucket, rng = bench(text, outputs=2), Bucket(rate, holds), random.Random(seed)
    assert x.read("rate") == str(rate)
    now = SECOND
    close = 0
    for _ in range(400):
        now += rng.choice((0, 1000, SECOND // (3 * rate), SECOND // rate, 5 * SECOND // rate))
        tokens = bucket.refill(now)
        passes = x.out(b"x", now=now)[0][0] == 0
        if tokens == bucket.holds or abs(tokens - 1) > Fraction(1, 100):
            assert passes == (tokens >= 1), f"seed {seed}, at {now}: {float(tokens)} tokens"
        else:
            close += 1
        bucket.tokens -= passes
    assert close < 150


BYTES = {"BandwidthRatedSplitter(100000)": (100000, 2000), "BandwidthRatedSplitter(8Mbps, BURST_BYTES 3000)": (1_000_000, 3000),
         "BandwidthRatedSplitter(80kbps, BURST_DURATION 100ms)": (10_000, 1000)}  # fmt: skip


@pytest.mark.parametrize("text", list(BYTES))
@pytest.mark.parametrize("seed", [1, 2])
def test_bytes_a_second(bench: Callable[..., Bench], text: str, seed: int) -> None:
    rate, holds = BYTES[text]
    x, bucket, rng = bench(text, outputs=2), Bucket(rate, holds), random.Random(seed)
    assert x.read("rate") == {10_000: "80kbps", 100_000: "800kbps", 1_000_000: "8Mbps"}[rate]
    now = SECOND
    for _ in range(300):
        now += rng.choice((0, 100, 300 * SECOND // rate, 2000 * SECOND // rate))
        length = rng.choice((1, 60, 500, 1500))
        tokens = bucket.refill(now)
        passes = x.out(bytes(length), now=now)[0][0] == 0
        if abs(tokens) > 5:
            assert passes == (tokens >= 0), f"seed {seed}, at {now}: {float(tokens)} tokens"
        bucket.tokens -= length if passes else 0


def test_what_is_above_the_rate_is_dropped_without_output_1(bench: Callable[..., Bench]) -> None:
    x = bench("RatedSplitter(5)")
    assert [x.out(b"a", now=SECOND), x.out(b"a", now=SECOND)] == [[(0, b"a")], []]
    y = bench("BandwidthRatedSplitter(100Gbps, BURST_BYTES 0)")
    assert [y.out(b"a", now=SECOND), y.out(b"a", now=SECOND)] == [[(0, b"a")], []]
