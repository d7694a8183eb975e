"""What gives packets to whoever pulls when time allows, and TimedSink, which pulls by the clock."""

from collections.abc import Callable

import pytest

from graph.load import load_text
from swclick.live import Clock, Live
from tests.elements.bench import Bench

MS = 1_000_000


def shaped(element: str) -> str:
    return f"InfiniteSource(LIMIT 200, LENGTH 100, BURST 200) -> q :: Queue -> x :: {element} -> d0 :: ToDevice(0);"


def sent(x: Bench, *times: int) -> list[int]:
    """How many packets leave at each of these instants, in ms behind a second."""
    return [len(x.settle((1000 + time) * MS)) for time in times]


def test_a_shaper_gives_one_packet_at_a_time_and_makes_up_for_a_second(bench: Callable[..., Bench]) -> None:
    x = bench("", text=shaped("Shaper(100)"))
    assert sent(x, 0, 9, 10, 35, 40) == [1, 0, 1, 2, 1]
    x.write("rate", "10")
    assert (x.read("rate"), sent(x, 41, 140, 141)) == ("10", [1, 0, 1])
    x.write("reset")
    assert sent(x, 142, 143) == [1, 0]


def test_what_is_over_the_rate_can_be_pulled_beside_it() -> None:
    text = """InfiniteSource(LIMIT 100) -> q :: Queue -> s :: Shaper(1000); s -> a :: Counter -> [0] r :: RoundRobinSched -> TimedSink(1ms);
              s[1] -> b :: Counter -> [1] r; TimedSource(20.5ms, LIMIT 0, STOP true) -> Discard;"""
    live = Live(load_text(text, "t"), Clock(1))
    live.drive()
    assert (live.read_handler("a.count"), live.read_handler("b.count")) == ("20", "0")
    live.write_handler("s.rate", "100")
    live.stop(-1)
    live.write_handler("q.reset", "")
    assert live.read_handler("q.length") == "0"


def test_whoever_sleeps_before_a_shaper_is_woken_in_time() -> None:
    text = "InfiniteSource -> Queue -> s :: Shaper(100) -> d :: Discard; TimedSource(1.005, LIMIT 0, STOP true) -> Discard;"
    live = Live(load_text(text, "t"), Clock(1))
    live.drive()
    assert live.read_handler("d.count") == "101"


def test_a_bandwidth_shaper_pays_for_bytes(bench: Callable[..., Bench]) -> None:
    x = bench("", text=shaped("BandwidthShaper(80kbps)"))
    assert sent(x, 0, 9, 10, 35, 40) == [1, 0, 1, 2, 1]
    assert x.read("rate") == "80kbps"
    x.write("rate", "160kbps")
    assert sent(x, 41, 46) == [1, 1]
    x.write("reset")
    assert sent(x, 47) == [1]


def test_a_delay_shaper_gives_packets_when_their_time_has_come(bench: Callable[..., Bench]) -> None:
    x = bench("", text="s0 :: FromCrossing(t:0) -> Queue -> x :: DelayShaper(20ms) -> d0 :: ToDevice(0);")
    for time in (5000, 5001):
        assert x.out(bytes((time % 100,)), now=time * MS) == []
    assert [len(x.settle(time * MS)) for time in (5019, 5020, 5021)] == [0, 1, 1]
    x.write("delay", "0")
    assert ([packet.time for _, packet in x.push(b"a", now=5030 * MS)], x.read("delay")) == ([5030 * MS], "0ms")


def test_a_timed_sink_pulls_by_the_clock(bench: Callable[..., Bench]) -> None:
    x = bench("", text="InfiniteSource(LIMIT 9, BURST 9) -> q :: Queue -> x :: TimedSink(10ms);")
    left = []
    for time in (0, 9, 10, 15, 20, 95):
        x.settle((1000 + time) * MS)
        left.append(x.read("length", element="q"))
    assert left == ["9", "9", "8", "8", "7", "6"]
    x.write("interval", "1ms")
    assert x.read("interval") == "1ms"
    with pytest.raises(ValueError, match="a time longer than 0 is wanted"):
        x.write("interval", "0s")


def test_a_timed_sink_that_is_driven_keeps_its_time() -> None:
    live = Live(
        load_text("InfiniteSource -> c :: Counter -> TimedSink(10ms);TimedSource(1.005, LIMIT 0, STOP true) -> Discard;", "t"), Clock(1)
    )
    live.drive()
    assert live.read_handler("c.count") == "100"
