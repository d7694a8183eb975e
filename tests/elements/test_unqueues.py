"""What pulls packets and pushes them on, as fast as they come or as time allows."""

from collections.abc import Callable

import pytest

from tests.elements.bench import Bench
from tests.swclick.program import swclick

MS = 1_000_000


def bound(monkeypatch: pytest.MonkeyPatch, name: str, value: int) -> None:
    """Another bound of `elements.definition.loops`, in both readings."""
    machines = ("elements.reference.machine", "swclick.generate_machine")
    tasks = (
        "elements.delayunqueue",
        "elements.discard",
        "elements.linkunqueue",
        "elements.rates.burst",
        "elements.unqueue",
        "elements.unqueue2",
    )
    for module in tasks if name == "MOST_A_RUN" else machines:
        monkeypatch.setattr(f"{module}.{name}", value)


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


def test_unqueue2_pulls_only_what_the_queues_behind_it_have_room_for(bench: Callable[..., Bench]) -> None:
    behind = "x -> y :: PaintSwitch; y [0] -> r :: Queue(3) -> u :: Unqueue(ACTIVE false) -> d0 :: ToCrossing(t:0); y [1] -> Discard;"
    x = bench("", text=f"InfiniteSource(LIMIT 9, BURST 9) -> q :: Queue -> x :: Unqueue2(BURST 0); {behind}")
    assert (sent(x, 0), x.read("packets")) == ([0], "3 packets\n")
    assert (x.read("length", element="r"), x.read("drops", element="r"), x.read("length", element="q")) == ("3", "0", "6")
    x.write("active", "true", element="u")
    assert (sent(x, 1), x.read("packets")) == ([9], "9 packets\n")


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


@pytest.mark.parametrize(
    ("element", "moved"),
    [
        ("DelayUnqueue(0)", 120),
        ("Unqueue(BURST -1)", 120),
        ("Unqueue(50)", 120),
        ("TimedUnqueue(1s, 2147483647)", 120),
        ("Burster(1s, 100)", 100),
        ("LinkUnqueue(0, 16GBps)", 80),  # it moves each twice
        ("Discard(BURST 0)", 120),
        ("Discard(BURST 50)", 120),
    ],
)
def test_a_task_moves_so_many_packets_in_a_run(
    monkeypatch: pytest.MonkeyPatch, bench: Callable[..., Bench], element: str, moved: int
) -> None:
    """The source has millions at the first instant, in which every task has nine rounds; a run of 40 packets counts as three."""
    bound(monkeypatch, "MOST_ROUNDS", 9)
    bound(monkeypatch, "MOST_A_RUN", 40)
    end = "" if "Discard" in element else " -> Discard"
    x = bench("", text=f"RatedSource(RATE 4294967295, LENGTH 0) -> x :: Counter -> PullNull -> u :: {element}{end}")
    x.settle(1000 * MS)
    assert int(x.read("count")) == moved


@pytest.mark.parametrize("element", ["DelayUnqueue(0)", "Unqueue(BURST -1)"])
def test_on_a_ring_with_a_queue_a_run_ends(monkeypatch: pytest.MonkeyPatch, bench: Callable[..., Bench], element: str) -> None:
    bound(monkeypatch, "MOST_ROUNDS", 9)
    bound(monkeypatch, "MOST_A_RUN", 40)
    x = bench("", text=f"InfiniteSource(LIMIT 5) -> q :: Queue -> u :: {element} -> x :: Counter -> q;")
    x.settle(1000 * MS)
    assert (int(x.read("count")), x.machine.unsettled) == (120, {"InfiniteSource@1": 1, "u": 1})


def test_a_burst_of_many_runs_is_one_burst(monkeypatch: pytest.MonkeyPatch, bench: Callable[..., Bench]) -> None:
    bound(monkeypatch, "MOST_A_RUN", 40)
    x = bench("", text="RatedSource(RATE 4294967295, LENGTH 0) -> u :: Burster(10ms, 90) -> x :: Counter -> Discard")
    counts = []
    for time in (0, 9, 10, 19, 20):
        x.settle((1000 + time) * MS)
        counts.append(int(x.read("count")))
    assert counts == [90, 90, 180, 180, 270]


@pytest.mark.parametrize("element", ["Burster(0)", "TimedUnqueue(0.0001s, 8)"])
def test_an_interval_that_rounds_to_nothing_is_a_millisecond(bench: Callable[..., Bench], element: str) -> None:
    assert sent(bench("", text=stored(element, 40)), 0, 1, 1, 2) == [8, 8, 0, 8]


def test_a_link_holds_so_many_packets_whatever_its_latency(monkeypatch: pytest.MonkeyPatch, bench: Callable[..., Bench]) -> None:
    monkeypatch.setattr("elements.linkunqueue.MOST_HELD", 10)
    x = bench("", text=stored("LinkUnqueue(50ms, 16GBps)", 25).replace("LENGTH 100", "LENGTH 0"))
    seen = [(sent(x, time), x.read("size")) for time in (0, 49, 50, 99, 100, 150)]
    assert seen == [([0], "10"), ([0], "10"), ([10], "10"), ([0], "10"), ([10], "5"), ([5], "0")]


def test_timers_of_an_arrival_end(monkeypatch: pytest.MonkeyPatch, bench: Callable[..., Bench]) -> None:
    bound(monkeypatch, "MOST_TIMERS", 50)
    x = bench("", text=stored("TimedUnqueue(1ms)"))
    assert (sent(x, 0, 50), x.machine.unsettled) == ([1, 50], {})
    # What is late is for the next arrivals.
    assert (sent(x, 170), x.machine.unsettled) == ([50], {"x": 1})
    assert (sent(x, 170), x.machine.unsettled) == ([50], {"x": 2})
    assert (sent(x, 170, 171), x.machine.unsettled) == ([20, 1], {"x": 2})


@pytest.mark.parametrize("element", ["RatedUnqueue(RATE 10, BURST_SIZE 1)", "BandwidthRatedUnqueue(690, BURST_BYTES 1)"])
def test_a_rated_unqueue_that_is_active_again_goes_on(element: str) -> None:
    """In a machine that runs by itself: the bucket has not been looked at since it was empty."""
    script = (
        "wait 1s, write u.active false, wait 1s, set n $(c.count), write u.active true, wait 2s, print $(gt $(c.count) $(add $n 15)), stop"
    )
    text = f"InfiniteSource(LIMIT 1000, BURST 1000) -> Queue(1000) -> u :: {element} -> c :: Counter -> Discard; Script({script});"
    done = swclick("--simtime", "-e", text, timeout=120)
    assert (done.stdout, done.stderr) == (b"true\n", b"")


def test_a_rate_that_is_given_later_is_kept() -> None:
    text = """InfiniteSource(LIMIT 50, BURST 50) -> Queue -> u :: RatedUnqueue(0) -> c :: Counter -> Discard;
        Script(wait 1s, write u.rate 1000, wait 2s, print $(c.count), stop);"""
    done = swclick("--simtime", "-e", text, timeout=120)
    assert (done.stdout, done.stderr) == (b"50\n", b"")


@pytest.mark.parametrize("queue", ["Queue", "QuickNoteQueue"])
def test_a_burst_that_took_the_last_packet_is_over_when_its_time_is(queue: str) -> None:
    """In a machine that runs by itself: the task has to run once more, though nothing is left to pull."""
    text = f"""InfiniteSource(LIMIT 4096, BURST 4096) -> q :: {queue}(5000) -> TimedUnqueue(1s, 5000) -> c :: Counter -> Discard;
        s :: InfiniteSource(LIMIT 5, BURST 5, ACTIVE false) -> q;
        Script(wait 200ms, write s.active true, wait 200ms, print $(c.count), wait 1s, print $(c.count), stop);"""
    done = swclick("--simtime", "-e", text, timeout=120)
    assert (done.stdout, done.stderr) == (b"4096\n4101\n", b"")


@pytest.mark.parametrize("scheduler", ["TimeSortedSched(BUFFER 8)", "DRRSched", "RoundRobinSched", "PrioSched"])
def test_what_a_scheduler_holds_is_pulled_where_nothing_else_comes(scheduler: str) -> None:
    """In a machine that runs by itself: the task that pulls rests only when the scheduler has nothing left."""
    text = f"""InfiniteSource(LIMIT 5, BURST 5, DATA hello) -> q :: Queue -> {scheduler} -> Unqueue -> c :: Counter -> Discard;
        Script(wait 300ms, print $(c.count) $(q.length), stop);"""
    done = swclick("--simtime", "-e", text, timeout=120)
    assert (done.stdout, done.stderr) == (b"5 0\n", b"")
