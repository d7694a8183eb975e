"""The queues keep packets in order, bound and count them, each in its way, and wake whom they have to."""

from collections.abc import Callable

import pytest

from graph.load import load_text
from swclick.live import Clock, Live
from tests.elements.bench import Bench

LINES = ("FullNoteQueue", "NotifierQueue", "QuickNoteQueue", "SimpleQueue", "ThreadSafeQueue")


def closed(name: str, capacity: int = 3, inputs: int = 1) -> str:
    """A queue that a switch keeps packets in: what it drops leaves by d1, what it gives by d0 when the switch is turned."""
    sources = "".join(f"s{i} :: FromCrossing(t:{i}) -> [{i}] x;" for i in range(inputs))
    return f"x :: {name}({capacity}); {sources} x -> w :: PullSwitch(-1) -> d0 :: ToDevice(0); x[1] -> d1 :: ToCrossing(t:1);"


def counts(x: Bench) -> list[str]:
    return [x.read(handler) for handler in ("length", "highwater_length", "drops", "capacity")]


def given(x: Bench) -> bytes:
    """What it gives, once it may."""
    x.write("switch", "0", "w")
    return b"".join(packet.data for port, packet in x.settle() if port == 0)


@pytest.mark.parametrize("name", LINES)
def test_the_last_packets_find_no_room(bench: Callable[..., Bench], name: str) -> None:
    x = bench("", text=closed(name))
    assert [x.out(bytes((n,))) for n in b"abcde"] == [[], [], [], [(1, b"d")], [(1, b"e")]]
    assert counts(x) == ["3", "3", "2", "3"]
    assert given(x) == b"abc"
    assert counts(x) == ["0", "3", "2", "3"]


def test_the_first_packets_make_room(bench: Callable[..., Bench]) -> None:
    x = bench("", text=closed("FrontDropQueue"))
    assert [x.out(bytes((n,))) for n in b"abcde"] == [[], [], [], [(1, b"a")], [(1, b"b")]]
    assert counts(x) == ["3", "3", "2", "3"]
    x.write("capacity", "2")
    assert counts(x) == ["2", "3", "2", "2"]
    assert given(x) == b"de"


def test_a_mixed_queue_has_two_ends(bench: Callable[..., Bench]) -> None:
    x = bench("", text=closed("MixedQueue", 4, 2))
    order = ((b"a", 0), (b"b", 1), (b"c", 0), (b"d", 1))
    assert [x.out(data, port) for data, port in order] == [[]] * 4
    assert (x.out(b"e", 0), x.out(b"f", 1)) == ([(1, b"e")], [(1, b"c")])
    assert counts(x) == ["4", "4", "2", "4"]
    assert given(x) == b"fdba"


def test_a_capacity_that_is_set_drops_the_last_and_gives_room(bench: Callable[..., Bench]) -> None:
    x = bench("", text=closed("Queue"))
    for n in b"abc":
        x.out(bytes((n,)))
    assert x.read("config") == "3"
    y = bench("", text="Idle -> x :: Queue -> Idle;")
    y.write("capacity", "7")
    assert y.read("config") == "CAPACITY 7"
    x.write("capacity", "2")
    assert (counts(x), x.read("config")) == (["2", "3", "0", "2"], "2")
    x.write("capacity", "9")
    for n in b"defghij":
        assert x.out(bytes((n,))) == []
    assert (x.out(b"k"), given(x)) == ([(1, b"k")], b"abdefghij")
    with pytest.raises(ValueError, match="a whole number from 1 to 1048576 is wanted, not '0'"):
        x.write("capacity", "0")


def test_a_reset_lets_packets_leave_by_the_second_output(bench: Callable[..., Bench]) -> None:
    x = bench("", text=closed("Queue"))
    for n in b"abc":
        x.out(bytes((n,)))
    x.clear()
    x.write("reset")
    assert [(port, packet.data) for port, packet in x.emitted()] == [(1, b"a"), (1, b"b"), (1, b"c")]
    assert (counts(x), given(x)) == (["0", "3", "0", "3"], b"")


def live(text: str, until: str = "1") -> Live:
    """The machine after it has run for a second of its time."""
    made = Live(load_text(f"{text} TimedSource({until}, LIMIT 0, STOP true) -> Discard;", "t"), Clock(1_000_000_000))
    made.drive()
    return made


def runs(made: Live, name: str) -> int:
    task = made.task_of(name)
    assert task is not None
    return int(task.runs)


@pytest.mark.parametrize(("name", "made_by_then"), [("Queue", "5"), ("QuickNoteQueue", "5"), ("NotifierQueue", "15")])
def test_sources_sleep_while_a_queue_is_full_that_says_so(name: str, made_by_then: str) -> None:
    made = live(f"i :: InfiniteSource(LIMIT 15) -> q :: {name}(5) -> s :: PullSwitch(-1) -> d :: Discard;")
    assert [made.read_handler(handler) for handler in ("i.count", "i.scheduled", "d.scheduled")] == [made_by_then, "false", "false"]
    made.write_handler("s.switch", "0")
    assert made.read_handler("d.scheduled") == "true"


def test_whoever_pulls_from_an_empty_queue_sleeps_and_is_woken_by_each_packet() -> None:
    made = live("TimedSource(100ms) -> q :: Queue -> s :: RoundRobinSched -> u :: Unqueue -> d :: Discard; Idle -> [1] s;")
    # A run that finds nothing; then nine packets, and for each of them a run that finds none behind it.
    assert (made.read_handler("d.count"), runs(made, "u")) == ("9", 19)


def test_the_first_packet_without_room_is_told_of(capfd: pytest.CaptureFixture[str]) -> None:
    live("InfiniteSource(LIMIT 5) -> q :: SimpleQueue(2) -> Idle;")
    assert capfd.readouterr().err == "q :: SimpleQueue: overflow\n"


def test_a_debugger_of_notifiers_says_who_may_have_packets() -> None:
    text = "".join(f"q{n} :: Queue; Idle -> q{n} -> [{n}] r;" for n in range(33))
    made = live(
        f"r :: RoundRobinSched; {text} r -> n :: NotifierDebug -> Discard; i :: InfiniteSource(LIMIT 2)"
        "-> f :: NotifierDebug -> g :: Queue(2) -> Idle; InfiniteSource(ACTIVE false) -> b :: NotifierDebug -> Discard;"
        "RatedSource(LIMIT 1) -> h :: Queue -> e :: NotifierDebug -> PullSwitch(-1) -> Discard;"
    )
    said = {name: made.read_handler(f"{name}.signal") for name in "nfbe"}
    assert said == {"n": "empty.0/ffffffff:0+empty.1/1:0", "f": "full.0/1:0", "b": "busy*", "e": "empty.0/1:1*"}


def test_a_debugger_of_notifiers_knows_nothing_of_a_machine_that_packets_are_offered_to(bench: Callable[..., Bench]) -> None:
    x = bench("", text="s0 :: FromCrossing(t:0) -> Queue -> x :: NotifierDebug -> d0 :: ToDevice(0);")
    assert (x.out(b"a"), x.read("signal")) == ([(0, b"a")], "busy*")
