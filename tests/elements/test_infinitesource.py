"""InfiniteSource makes packets of its data, as many as it is told and no more at a time than the machine can bear."""

from collections.abc import Callable

import pytest

from elements.sources.data import TEXT
from tests.elements.bench import Bench


def source(configuration: str) -> str:
    return f"s0 :: FromCrossing(t:0) -> d9 :: ToCrossing(t:9); x :: InfiniteSource({configuration}) -> d0 :: ToCrossing(t:0);"


def test_without_a_limit_it_sends_a_burst_at_each_instant(bench: Callable[..., Bench]) -> None:
    x = bench("", text=source("ab, BURST 3"))
    assert [(port, packet.data, packet.time) for port, packet in x.settle(5)] == [(0, b"ab", 5)] * 3
    assert x.settle(5) == []
    assert len(x.settle(6)) == 3
    assert [(port, packet.data) for port, packet in x.push(b"arrives", now=9)] == [(9, b"arrives"), (0, b"ab"), (0, b"ab"), (0, b"ab")]
    assert (x.read("count"), x.read("limit"), x.read("burst"), x.read("active")) == ("9", "-1", "3", "true")


def test_it_stops_at_its_limit_and_a_reset_starts_it_again(bench: Callable[..., Bench]) -> None:
    x = bench("", text=source("LIMIT 7, BURST 3, TIMESTAMP false"))
    assert [(packet.data, packet.time) for _, packet in x.settle(1)] == [(TEXT, 0)] * 7
    assert x.settle(2) == []
    x.write("reset")
    assert (x.read("count"), len(x.settle(2)), x.read("count")) == ("0", 7, "7")
    x.write("limit", "9")
    assert len(x.settle(3)) == 2


def test_a_large_limit_is_served_in_portions(bench: Callable[..., Bench]) -> None:
    x = bench("", text=source("a, 5000, 100"))
    assert [len(x.settle(now)) for now in (1, 1, 2, 3)] == [4096, 0, 904, 0]


@pytest.mark.parametrize(
    ("length", "expected"), [("-1", b"abc"), ("0", b""), ("2", b"ab"), ("3", b"abc"), ("7", b"abcabca"), ("9216", (b"abc" * 3072))]
)
def test_length_cuts_or_repeats_the_data(bench: Callable[..., Bench], length: str, expected: bytes) -> None:
    for keyword in ("LENGTH", "DATASIZE"):
        x = bench("", text=source(f"abc, 1, {keyword} {length}"))
        assert [packet.data for _, packet in x.settle()] == [expected]
        assert x.read("length") == length


def test_handlers_change_what_is_made(bench: Callable[..., Bench]) -> None:
    x = bench("", text=source("\\<00ff>, ACTIVE false, STOP true"))
    assert x.settle(1) == []
    assert x.read("data") == "\x00\xff"
    x.write("data", "\x80\xc3\xa9")
    assert x.read("data") == "\x80\xc3\xa9"
    for handler, text in (("data", "xy\xe9"), ("length", "5"), ("burst", "2"), ("active", "true")):
        x.write(handler, text)
        assert x.read(handler) == text
    assert [packet.data for _, packet in x.settle(2)] == [b"xy\xe9xy"] * 2


@pytest.mark.parametrize(
    ("handler", "text", "said"),
    [
        ("burst", "0", "burstsize parameter must be integer >= 1"),
        ("burstsize", "x", "burstsize parameter must be integer >= 1"),
        ("burst", "4097", "a whole number from 1 to 4096 is wanted, not '4097'"),
        ("limit", "x", "limit parameter must be integer"),
        ("length", "", "length must be integer"),
        ("datasize", "1.5", "length must be integer"),
        ("length", "9217", "a whole number from -1 to 9216 is wanted, not '9217'"),
        ("active", "maybe", "active parameter must be boolean"),
        ("data", "x" * 2049, "at most 2048 bytes are wanted, not 2049"),
    ],
)
def test_a_handler_refuses_what_it_cannot_be(bench: Callable[..., Bench], handler: str, text: str, said: str) -> None:
    x = bench("", text=source("ab"))
    before = x.read(handler)
    with pytest.raises(ValueError) as refused:
        x.write(handler, text)
    assert str(refused.value) == said
    assert x.read(handler) == before


@pytest.mark.parametrize(("given", "most"), [("ab", 1514), ("ab, LENGTH 60", 1514), ("ab, LENGTH 1600", 1600)])
def test_no_handler_makes_packets_longer_than_the_machine_is_made_for(bench: Callable[..., Bench], given: str, most: int) -> None:
    x = bench("", text=source(f"{given}, LIMIT 1"))
    said = f"at most {most} bytes are taken while the machine runs, not {most + 1}: for more, give LENGTH in the configuration"
    for handler, text in (("length", str(most + 1)), ("data", "x" * (most + 1))):
        with pytest.raises(ValueError) as refused:
            x.write(handler, text)
        assert str(refused.value) == said
    bound = x.machine.elements["x"].most_bytes(0, (1600,))
    x.write("length", str(most))
    assert [packet.length for _, packet in x.settle(1)] == [most] == [bound]
    x.write("data", "x" * most)
    x.write("length", "-1")
    x.write("reset")
    assert [packet.length for _, packet in x.settle(2)] == [most]


def test_empty_data_cannot_fill_a_packet(bench: Callable[..., Bench]) -> None:
    x = bench("", text=source('"", 1'))
    assert [packet.data for _, packet in x.settle()] == [b""]
    with pytest.raises(ValueError, match="DATA is empty: it cannot fill a packet of LENGTH bytes"):
        x.write("length", "5")
    x.write("data", "z")
    x.write("length", "5")
    with pytest.raises(ValueError, match="DATA is empty: it cannot fill a packet of LENGTH bytes"):
        x.write("data", "")


def test_pulled_it_gives_no_more_than_it_would_push(bench: Callable[..., Bench]) -> None:
    text = "x :: InfiniteSource(a, BURST 4) -> d0 :: ToDevice(0); y :: InfiniteSource(b, LIMIT 3) -> d1 :: ToDevice(1);"
    x = bench("", text=text)
    assert sorted(port for port, _ in x.settle(1)) == [0, 0, 0, 0, 1, 1, 1]
    assert [port for port, _ in x.settle(2)] == [0, 0, 0, 0]
