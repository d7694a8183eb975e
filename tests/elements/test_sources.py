"""RatedSource, TimedSource and RandomSource make packets in time, as many as they are told."""

from collections.abc import Callable

import pytest

from graph.load import load_text
from swclick.live import Clock, Live
from tests.elements.bench import Bench

SECOND = 1_000_000_000


def made_until(text: str, until: str) -> Live:
    """The machine after it has run so long."""
    live = Live(load_text(f"{text} TimedSource({until}, LIMIT 0, STOP true) -> Discard;", "t"), Clock(1_000_000_000))
    live.drive()
    return live


def test_a_rated_source_makes_its_rate_exactly() -> None:
    rates = (3, 7, 1000, 333_333, 1_000_003)
    live = made_until("".join(f"r{rate} :: RatedSource(a, {rate}) -> Discard;" for rate in rates), "999.9999ms")
    # A full bucket at first, and then what its rate gives in the time, without the last part of a packet.
    bursts = {rate: 2 if rate < 200 else rate // 100 for rate in rates}
    expected = {rate: bursts[rate] + rate * 999_999_900 // SECOND for rate in rates}
    assert {rate: int(live.read_handler(f"r{rate}.count")) for rate in rates} == expected


def test_a_rated_source_makes_what_its_bucket_has_at_an_instant(bench: Callable[..., Bench]) -> None:
    x = bench("", text="x :: RatedSource(ab, RATE 1000, LIMIT 17, LENGTH 3) -> d0 :: ToCrossing(t:0);")
    first = x.settle(SECOND)
    assert [(packet.data, packet.time) for _, packet in first] == [(b"aba", SECOND)] * 10
    assert [len(x.settle(SECOND + n)) for n in (999_999, 1_000_000, 3_500_000, 4_000_000)] == [0, 1, 2, 1]
    assert (len(x.settle(2 * SECOND)), x.read("count"), x.read("limit")) == (3, "17", "17")
    x.write("rate", "2000")
    x.write("reset")
    assert (x.read("rate"), len(x.settle(2 * SECOND)), len(x.settle(2 * SECOND + 1_000_000))) == ("2000", 1, 2)
    for handler, text in (("length", "2"), ("datasize", "2"), ("data", "xyz"), ("active", "false")):
        x.write(handler, text)
        assert x.read(handler) == text
    assert x.settle(3 * SECOND) == []


def test_a_rated_source_is_pulled(bench: Callable[..., Bench]) -> None:
    x = bench("", text="x :: RatedSource(BANDWIDTH 8kbps, LENGTH 100) -> d0 :: ToDevice(0);")
    assert x.read("rate") == "10"
    assert [len(x.settle(now * SECOND // 100)) for now in (1, 2, 10, 11, 12, 21)] == [2, 0, 0, 1, 0, 1]


def test_whoever_pulls_from_a_rated_source_is_woken_in_time() -> None:
    live = made_until("s :: RatedSource(RATE 10) -> d :: Discard;", "1.05")
    assert (live.read_handler("d.count"), live.read_handler("s.count")) == ("12", "12")


def test_a_timed_source_makes_a_packet_each_interval() -> None:
    live = made_until(
        """t :: TimedSource(0.1, "abc") -> c :: Counter -> Discard; u :: TimedSource(50ms, LIMIT 3, ACTIVE false) -> d :: Discard;
        TimedSource(2, LIMIT 0, STOP true) -> Discard;""",
        "0.45",
    )
    said = [live.read_handler(h) for h in ("t.count", "c.byte_count", "t.interval", "d.count", "t.headroom")]
    assert said == ["4", "12", "100ms", "0", "28"]
    live.write_handler("u.active", "true")
    live.stop(-1)
    live.drive()
    assert (live.read_handler("t.count"), live.read_handler("d.count")) == ("19", "3")
    live.write_handler("u.reset", "")
    assert live.read_handler("u.count") == "0"


def test_a_timed_source_that_is_over_stops_the_driver() -> None:
    live = Live(load_text("t :: TimedSource(10ms, LIMIT 3, STOP true) -> d :: Discard;", "t"), Clock(5))
    assert (live.drive(), live.read_handler("d.count"), live.now) == (True, "3", 5 * SECOND + 40_000_000)


@pytest.mark.parametrize("source", ["InfiniteSource(LIMIT 4, STOP true)", "RatedSource(LIMIT 4, RATE 1000, STOP true)"])
@pytest.mark.parametrize("way", ["", "-> PullNull "])
def test_a_source_that_is_over_stops_the_driver_pushed_or_pulled_and_again_after_a_handler(source: str, way: str) -> None:
    live = Live(load_text(f"s :: {source} {way}-> c :: Counter -> Discard; TimedSource(1s, LIMIT 1) -> Discard;", "t"), Clock(5))
    for handler, value, count in (("reset", "", "4"), ("active", "true", "8")):
        live.run_driver()
        assert (live.now < 6 * SECOND, live.read_handler("c.count").strip()) == (True, count)
        live.write_handler(f"s.{handler}", value)
        live.stop(-1)
    live.run_driver()
    assert (live.now < 6 * SECOND, live.read_handler("c.count").strip()) == (True, "8")
    live.close()


@pytest.mark.parametrize("way", ["", "-> PullNull "])
def test_what_is_to_be_called_at_the_end_is_called_pushed_or_pulled(way: str) -> None:
    live = Live(
        load_text(
            f"InfiniteSource(LIMIT 4, END_CALL next.active true) {way}-> Discard;"
            "next :: InfiniteSource(LIMIT 3, ACTIVE false, STOP true) -> c :: Counter -> Discard; TimedSource(1s, LIMIT 1) -> Discard;",
            "t",
        ),
        Clock(5),
    )
    live.run_driver()
    assert (live.now < 6 * SECOND, live.read_handler("c.count").strip()) == (True, "3")
    live.close()


def test_a_timed_source_moves_with_what_arrives(bench: Callable[..., Bench]) -> None:
    x = bench("", text="x :: TimedSource(1ms, a, LIMIT 3) -> d0 :: ToCrossing(t:0);")
    assert [len(x.settle(now)) for now in (10**18, 10**18 + 999_999, 10**18 + 1_000_000, 10**18 + 1_500_000)] == [0, 0, 1, 0]
    assert [len(x.settle(10**18 + now * SECOND)) for now in (1, 2, 3)] == [1, 1, 0]
    x.write("interval", "2.5s")
    assert x.read("interval") == "2.500000s"
    with pytest.raises(ValueError, match="a time longer than 0 is wanted"):
        x.write("interval", "0")


def test_a_random_source_repeats_itself_from_run_to_run_and_never_within_one(bench: Callable[..., Bench]) -> None:
    x = bench("", text="x :: RandomSource(7, LIMIT 5, BURST 2, TIMESTAMP false) -> d0 :: ToCrossing(t:0);")
    # By hand from the generator: 2463534242 is followed by 723471715, 2497366906 and 2064144800 (Marsaglia, 2003).
    numbers = b"".join(number.to_bytes(4, "little") for number in (723471715, 2497366906))
    packets = x.settle(1)
    assert [packet.length for _, packet in packets] == [7] * 5
    assert packets[0][1].data == numbers[:7]
    assert len({packet.data for _, packet in packets}) == 5
    assert {packet.time for _, packet in packets} == {0}
    x.write("length", "1514")
    x.write("limit", "6")
    assert [packet.length for _, packet in x.settle(2)] == [1514]
    with pytest.raises(ValueError, match="at most 1514 bytes are taken while the machine runs, not 1515"):
        x.write("length", "1515")
    assert [x.read(handler) for handler in ("count", "burst", "active", "length")] == ["6", "2", "true", "1514"]
