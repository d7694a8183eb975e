"""Meter and BandwidthMeter against the moving average in exact fractions."""

import random
from collections.abc import Callable
from fractions import Fraction

import pytest

from tests.elements.bench import Bench

EPOCH = 1 << 20


class Average:
    """Weight 1/16 for what the last epoch had, and nothing for those that had nothing."""

    def __init__(self) -> None:
        self.epoch, self.counted, self.average = 0, 0, Fraction(0)

    def count(self, now: int, amount: int) -> Fraction:
        epoch = now // EPOCH
        for _ in range(min(epoch - self.epoch, 200)):
            self.average += (self.counted - self.average) / 16
            self.counted = 0
        self.epoch = epoch
        self.counted += amount
        return self.average


@pytest.mark.parametrize(("name", "rates"), [("Meter", (500, 2000)), ("BandwidthMeter", (100_000, 400_000))])
@pytest.mark.parametrize("seed", [1, 2])
def test_the_average_says_the_output(bench: Callable[..., Bench], name: str, rates: tuple[int, int], seed: int) -> None:
    x, average, rng = bench(f"{name}({rates[0]}, {rates[1]})", outputs=3), Average(), random.Random(seed)
    now, seen = EPOCH * 100, set()
    average.epoch = 100
    for step in range(900):
        gap = (300_000, 3_000_000, 900_000)[step // 300]
        now += rng.randrange(2 * gap) if rng.random() > 0.005 else 60 * EPOCH
        data = bytes(rng.choice((60, 500, 1500)))
        rate = average.count(now, 1 if name == "Meter" else len(data)) * 1_000_000_000 / EPOCH
        ((output, _),) = x.out(data, now=now)
        if all(abs(rate / limit - 1) > Fraction(1, 20) for limit in rates):
            assert output == sum(rate >= limit for limit in rates), f"seed {seed}, step {step}: {float(rate)}"
            seen.add(output)
        assert abs(int(x.read("rate")) - rate) < rate / 20 + 60
    assert len(seen) >= 2


def test_what_has_no_output_is_dropped(bench: Callable[..., Bench]) -> None:
    x = bench("Meter(1, 2, 3)", outputs=2)
    for step in range(40):
        out = x.out(b"a", now=EPOCH * (1 + step))
    assert out == []
