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


def stops(live: Live) -> bool:
    """Whether the driver is told to stop within a second, at whose end its `tick` tells it."""
    live.write_handler("tick.reset", "")
    began = live.now
    live.run_driver()
    live.stop(-1)
    return live.now - began < SECOND


INFINITE, RATED, TIMED = (
    "InfiniteSource(LIMIT 4, STOP true)",
    "RatedSource(LIMIT 4, RATE 1000, STOP true)",
    "TimedSource(1ms, LIMIT 4, STOP true)",
)
HANDLERS = ["data y", "active true", "limit 4", "limit 3", "active true", "limit 6", "active true", "reset", "active false", "active true"]
HAS_MORE = [handler in ("limit 6", "reset") for handler in HANDLERS]
IS_BEGUN = [handler in ("active true", "reset") for handler in HANDLERS]


@pytest.mark.parametrize(
    ("source", "way", "told"),
    [
        (INFINITE, "", HAS_MORE),
        (INFINITE, "-> PullNull -> Unqueue ", HAS_MORE),
        (RATED, "", IS_BEGUN),
        (TIMED, "", IS_BEGUN),
    ],
)
def test_a_source_that_is_over_stops_the_driver_and_again_after_the_handlers_that_wake_it_in_click(
    source: str, way: str, told: list[bool]
) -> None:
    text = f"s :: {source} {way}-> Discard; tick :: TimedSource(1s, LIMIT 1, STOP true) -> Discard;"
    live = Live(load_text(text, "t"), Clock(5))
    assert stops(live)
    for handler, again in zip(HANDLERS, told, strict=True):
        name, _, value = handler.partition(" ")
        live.write_handler(f"s.{name}", value)
        assert (handler, stops(live)) == (handler, again)
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


@pytest.mark.parametrize("way", ["", "-> PullNull -> Unqueue "])
@pytest.mark.parametrize(
    ("writes", "calls"),
    [
        (["data y", "burst 2", "active true", "limit 4"], 1),
        (["limit 7", "limit 3", "active true"], 2),
        (["active false", "reset", "active true"], 2),
        (["active false", "limit 9", "limit 4", "active true"], 1),
    ],
)
def test_who_is_called_at_the_end_is_called_again_only_where_more_was_made(way: str, writes: list[str], calls: int) -> None:
    """As often as a stock Click calls."""
    story = "".join(f"wait 0.1, write x.{each}, " for each in writes)
    text = f"""x :: InfiniteSource(DATA x, LIMIT 4, END_CALL t.reset) {way}-> Discard; Script({story}wait 0.1, stop);
        t :: InfiniteSource(LIMIT 1) -> told :: Counter -> Discard;"""
    live = Live(load_text(text, "t"), Clock(5))
    live.run_driver()
    assert int(live.read_handler("told.count")) == 1 + calls
    live.close()


@pytest.mark.parametrize("way", ["", "-> PullNull -> Unqueue "])
def test_one_that_is_stopped_with_its_last_packet_has_not_come_to_its_end(way: str) -> None:
    text = f"""x :: InfiniteSource(DATA x, LIMIT 4, END_CALL t.active true) {way}-> Counter(COUNT_CALL 4 x.active false) -> Discard;
        Script(wait 0.1, write x.active true, wait 0.1, stop); t :: InfiniteSource(LIMIT 1, ACTIVE false) -> told :: Counter -> Discard;"""
    live = Live(load_text(text, "t"), Clock(5))
    live.run_driver()
    assert live.read_handler("told.count") == "0"
    live.close()


@pytest.mark.parametrize(("handler", "expected"), [("data y", "474"), ("active true", "777"), ("reset", "777")])
def test_sources_in_time_that_are_over_wait_for_active_or_reset_and_not_for_their_limit(handler: str, expected: str) -> None:
    """But where they are pulled, nobody sleeps: this is what a stock Click does."""
    writes = "".join(f"wait 0.1, write x.{each}, write y.{each}, write z.{each}, " for each in ("limit 7", handler))
    live = made_until(
        "x :: RatedSource(a, 1000, 4) -> Discard; y :: RatedSource(a, 1000, 4) -> Unqueue -> Discard;"
        f"z :: TimedSource(1ms, a, LIMIT 4) -> Discard; Script({writes} wait 0.1, stop);",
        "1s",
    )
    assert "".join(live.read_handler(f"{name}.count") for name in "xyz") == expected
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
