"""What pulls packets and pushes them on, as fast as they come or as time allows."""

from collections.abc import Callable

import pytest

from tests.elements.bench import Bench

MS = 1_000_000


def stored(element: str, count: int = 200) -> str:
    """The element behind a queue with packets of 100 bytes, which come at the first instant."""
    source = f"InfiniteSource(LIMIT {count}, LENGTH 100, BURST {count}, TIMESTAMP false)"
    return f"{source} -> q :: Queue -> x :: {element} -> d0 :: ToCrossing(t:0);"


def sent(x: Bench, *times: int) -> list[int]:
    """How many packets leave at each of these instants, in ms behind a second; timers between them run in their time."""
    return [len(x.settle((1000 + time) * MS)) for time in times]


def test_unqueue_pulls_what_there_is_up_to_its_limit(bench: Callable[..., Bench]) -> None:
    x = bench("", text=stored("Unqueue(BURST 3, LIMIT 5, ACTIVE false)", 9))
    assert sent(x, 0) == [0]
    x.write("active", "true")
    assert (sent(x, 1), x.read("count")) == ([5], "5")
    x.write("limit", "6")
    assert (sent(x, 2), x.read("count")) == ([1], "6")
    x.write("reset")
    x.write("burst", "-1")
    assert (sent(x, 3), x.read("count"), x.read("burst"), x.read("limit"), x.read("active")) == ([3], "3", "2147483647", "6", "true")
    x.write("reset_counts")
    assert x.read("count") == "0"


def test_rated_unqueue_sends_its_burst_and_then_at_its_rate(bench: Callable[..., Bench]) -> None:
    x = bench("", text=stored("RatedUnqueue(100, BURST_SIZE 3)"))
    assert sent(x, 0, 9, 10, 19, 20, 55, 60) == [3, 0, 1, 0, 1, 3, 1]
    assert x.read("rate") == "100"
    assert x.read("config") == "100"
    x.write("rate", "1000")
    assert x.read("config") == "1000"
    assert sent(x, 61, 62, 72) == [1, 1, 10]
    x.write("active", "false")
    assert (sent(x, 100), x.read("active"), x.read("calls").split("\n")[2]) == ([0], "false", "21 pushes")


def test_bandwidth_rated_unqueue_pays_for_bytes(bench: Callable[..., Bench]) -> None:
    # A bucket of 200 bytes and one packet that it is overdrawn by; then a packet of 100 bytes each 10 ms.
    x = bench("", text=stored("BandwidthRatedUnqueue(80kbps)"))
    assert sent(x, 0, 9, 10, 20, 29, 40) == [3, 0, 1, 1, 0, 2]
    assert x.read("rate") == "80kbps"
    x.write("rate", "125000")
    assert (x.read("rate"), x.read("config"), sent(x, 41)) == ("1Mbps", "1Mbps", [1])


@pytest.mark.parametrize("rate", ["RatedUnqueue(0)", "RatedUnqueue(RATE 0, BURST_SIZE 5)"])
def test_without_a_rate_nothing_is_sent(bench: Callable[..., Bench], rate: str) -> None:
    assert sent(bench("", text=stored(rate)), 0, 1_000_000) == [0, 0]


@pytest.mark.parametrize(("element", "burst"), [("TimedUnqueue(10ms)", 1), ("TimedUnqueue(0.01, 3)", 3), ("Burster(10ms)", 8)])
def test_timed_unqueue_sends_a_burst_each_interval(bench: Callable[..., Bench], element: str, burst: int) -> None:
    x = bench("", text=stored(element, 5 * burst))
    assert sent(x, 0, 9, 10, 19, 35, 40, 100) == [burst, 0, burst, 0, 2 * burst, burst, 0]


def test_timed_unqueue_sends_at_once_what_comes_after_a_pause(bench: Callable[..., Bench]) -> None:
    x = bench("", text="s0 :: FromCrossing(t:0) -> Queue -> x :: TimedUnqueue(10ms) -> d0 :: ToCrossing(t:0);")
    times = (1000, 1001, 1002, 1050, 1055)
    assert [len(x.out(b"a", now=time * MS)) for time in times] == [1, 0, 0, 3, 0]
    assert len(x.settle(1060 * MS)) == 1
    assert len(x.out(b"a", now=1061 * MS)) == 0


def test_delay_unqueue_holds_packets_back(bench: Callable[..., Bench]) -> None:
    x = bench("", text="s0 :: FromCrossing(t:0) -> Queue -> x :: DelayUnqueue(20ms) -> d0 :: ToCrossing(t:0);")
    for time in (5000, 5001, 5015):
        assert x.out(bytes((time % 100,)), now=time * MS) == []
    assert x.settle(5019 * MS) == []
    assert [(packet.data, packet.time) for _, packet in x.settle(5021 * MS)] == [(b"\x00", 5020 * MS), (b"\x01", 5021 * MS)]
    assert x.read("delay") == "20ms"
    x.write("delay", "1.5ms")
    assert x.read("delay") == "1500us"
    assert len(x.settle(5035 * MS)) == 1
    assert x.out(b"a", now=6000 * MS) == []
    assert len(x.settle(6000 * MS + 1_500_000)) == 1


def test_a_link_delays_by_latency_and_length(bench: Callable[..., Bench]) -> None:
    # 100 bytes take 8 ms at 100 kb/s; the first packet arrives latency and length after it was there.
    x = bench("", text=stored("LinkUnqueue(5ms, 100kb/s)", 4))
    assert sent(x, 0, 12, 13, 20, 21, 29, 36, 37) == [0, 0, 1, 0, 1, 1, 0, 1]
    assert [x.read(handler) for handler in ("latency", "bandwidth", "size")] == ["5ms", "12500", "0"]


def test_a_link_that_is_reset_is_empty(bench: Callable[..., Bench]) -> None:
    x = bench("", text=stored("LinkUnqueue(50ms, 100kb/s)", 4))
    # It takes the next packet when it has room for one: 8 ms after the one before.
    assert (sent(x, 0, 15), x.read("size"), sent(x, 24), x.read("size")) == ([0, 0], "2", [0], "4")
    x.write("latency", "1ms")
    assert (x.read("size"), sent(x, 1000), x.read("latency")) == ("0", [0], "1ms")
    x.write("bandwidth", "200kb/s")
    with pytest.raises(ValueError, match="bandwidth too small, minimum 100Bps"):
        x.write("bandwidth", "99")
    assert x.read("bandwidth") == "25000"
