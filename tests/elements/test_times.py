"""Elements that set, shift, store and remember times of packets, in both readings."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.elements.bench import Bench

S = 1_000_000_000
M = 1 << 64


def chain(*configurations: str) -> str:
    """`x0`, `x1` and so on, one behind the other."""
    elements = " -> ".join(f"x{number} :: {each}" for number, each in enumerate(configurations))
    return f"s0 :: FromCrossing(t:0) -> {elements} -> d0 :: ToCrossing(t:0);"


def times(x: Bench, now: int, first: int = 0) -> list[tuple[int, int]]:
    return [(packet.time, packet.first_time) for _, packet in x.push(b"abc", now=now, first_time=first)]


def test_a_time_is_set(bench: Callable[..., Bench]) -> None:
    x = bench("", text=chain("SetTimestamp(1.5)", "SetTimestamp(FIRST true)"))
    assert times(x, 7 * S) == [(1_500_000_000, 7 * S)]
    x = bench("", text=chain("SetTimestamp(2, FIRST true)", "AdjustTimestamp(1)", "SetTimestamp", "AdjustTimestamp(+1.5)"))
    assert times(x, 7 * S) == [(8_500_000_000, 2 * S)]


def test_times_are_shifted_but_for_those_that_are_none(bench: Callable[..., Bench]) -> None:
    x = bench("", text=chain("AdjustTimestamp(-1)", "AdjustTimestamp(0.1, FIRST true)", "AdjustTimestamp(20ms, FIRST true, ALL true)"))
    assert times(x, 100_000_000) == [(M - 900_000_000, 20_000_000)]
    assert times(x, S, S) == [(0, 1_120_000_000)]
    assert (x.read("time", element="x0"), x.read("time", element="x2")) == ("-1.000000s", "20ms")
    x.write("time", "2.000000005", element="x0")
    assert (x.read("time", element="x0"), times(x, S)) == ("2.000000005s", [(3_000_000_005, 20_000_000)])
    with pytest.raises(ValueError) as refused:
        x.write("time", "soon", element="x0")
    assert str(refused.value) == "a time such as 1.5 or 20ms is wanted, not 'soon'"


def test_times_become_distances(bench: Callable[..., Bench]) -> None:
    x = bench("", text=chain("SetTimestampDelta"))
    assert times(x, 5 * S) == [(0, 0)]
    assert times(x, 7 * S) == [(2 * S, 0)]
    assert x.read("first", element="x0") == "5.000000\n"
    x.write("reset", element="x0")
    assert times(x, 9 * S) == [(0, 0)]
    x = bench("", text=chain("AdjustTimestamp(-1)", "SetTimestampDelta(TYPE NOW)", "AdjustTimestamp(4)", "SetTimestampDelta(TYPE FIRST)"))
    assert times(x, 7 * S, 2 * S) == [(3 * S, 2 * S)]


def test_how_long_packets_were_under_way_is_added_up(bench: Callable[..., Bench]) -> None:
    x = bench("", text=chain("AdjustTimestamp(-0.5)", "TimestampAccum"))
    assert x.read("average_time", element="x1") == "-nan"
    for now in (S, 2 * S, 3 * S):
        times(x, now)
    assert [x.read(name, element="x1") for name in ("count", "time", "average_time")] == ["3", "1.5", "0.5"]
    x.write("reset_counts", element="x1")
    assert x.read("count", element="x1") == "0"


def test_a_time_is_stored_in_the_packet(bench: Callable[..., Bench]) -> None:
    x = bench("", text=chain("StoreTimestamp(2)", "StoreTimestamp(TAIL true)", "StoreTimestamp(0)"))
    stored = (258).to_bytes(8, "little")
    assert x.out(b"abcd", now=258) == [(0, stored + stored[6:] + stored)]
    long = bytes(range(250)) * 30
    assert x.out(long, now=258) == [(0, stored + stored[6:] + long[10:] + stored)]


@pytest.mark.parametrize(("simple", "reached"), [("false", ["2.000000", "9.000000"]), ("true", ["5.000000", "3.000000"])])
def test_a_range_of_times_is_remembered(bench: Callable[..., Bench], simple: str, reached: list[str]) -> None:
    text = f"s0 :: FromCrossing(t:0) -> a :: AdjustTimestamp(0) -> x :: TimeRange(SIMPLE {simple}) -> d0 :: ToCrossing(t:0);"
    x = bench("", text=text)
    assert x.read("range") == "0.000000 0.000000"
    for time in (5, 9, 2, 3):
        x.write("time", f"-{10 - time}", element="a")
        x.push(b"", now=10 * S)
    assert [x.read("first"), x.read("last")] == reached
    assert x.read("range") == " ".join(reached)
    assert x.read("interval") == ("7.000000" if simple == "false" else "-2.000000")
    x.write("reset")
    assert x.read("first") == "0.000000"


def test_packets_of_a_time_pass(bench: Callable[..., Bench]) -> None:
    for configuration, expected in {
        "TimeFilter(2, 4)": [1, 0, 0, 1, 1],
        "TimeFilter": [0, 0, 0, 0, 0],
        "TimeFilter(START_AFTER 1, END_AFTER 3)": [1, 0, 0, 1, 1],
        "TimeFilter(START 2, INTERVAL 1s)": [1, 0, 1, 1, 1],
        "TimeFilter(START_DELAY 2, END_DELAY 4, STOP true)": [1, 0, 0, 1, 1],
    }.items():
        x = bench(configuration, outputs=2)
        assert [port for now in (1, 2, 3, 4, 5) for port, _ in x.push(b"", now=now * S)] == expected


def test_a_filter_of_times_can_be_moved(bench: Callable[..., Bench]) -> None:
    x = bench("TimeFilter(2, 4)")
    assert [x.read(name) for name in ("start", "end", "interval")] == ["2.000000", "4.000000", "2.000000"]
    assert x.push(b"", now=5 * S) == []
    for handler, text, end in (("extend_interval", "2", 6), ("end", "7", 7), ("start", "3", 7), ("interval", "6", 9)):
        x.write(handler, text)
        assert x.read("end") == f"{end}.000000"
        assert len(x.push(b"", now=5 * S)) == 1


def test_packets_come_in_the_order_of_their_times(bench: Callable[..., Bench]) -> None:
    sources = (
        'a :: FromIPSummaryDump(DATA "!data timestamp\\n1\\n0.2\\n0.1\\n5.5");',
        'b :: FromIPSummaryDump(DATA "!data timestamp\\n0.3\\n1.4");',
    )
    for buffer, expected, ordered in ((3, [0.1, 0.2, 0.3, 1, 1.4, 5.5], "true"), (1, [0.3, 1, 0.2, 0.1, 1.4, 5.5], "false")):
        graph = f"a -> x :: TimeSortedSched(BUFFER {buffer}, STOP true) -> d0 :: ToDevice(0); b -> [1] x;"
        x = bench("", text=" ".join((*sources, graph)))
        assert [packet.time / S for _, packet in x.settle()] == expected
        assert x.read("well_ordered") == ordered
