"""Times of packets are exact where the clock has no part in them."""

from __future__ import annotations

import pytest

from elements.captures.pcap import Record
from mlclick.stock.times import BEGINS, CLOSE, may_be_apart


@pytest.mark.parametrize(
    ("example", "time", "apart"),
    [
        ("SetTimestampDelta", BEGINS + 5, CLOSE),
        ("SetTimestampDelta", 1_000_000, 0),
        ("SetTimestampDelta(TYPE RANGE)", BEGINS + 5, 0),
        ("SetTimestampDelta(TYPE NOW)", 1_000_000, CLOSE),
        ("Paint(1)", BEGINS + 5, 0),
        ("ICMPError(1.2.3.4, 3, 1)", 5, CLOSE),
        ("ICMP6Error(1::2, 3, 1)", 5, None),
    ],
)
def test_how_far_times_may_be_apart_is_known_by_example_and_time(example: str, time: int, apart: int | None) -> None:
    assert may_be_apart(example, Record(time, b"x", 1, 0), {}) == apart
