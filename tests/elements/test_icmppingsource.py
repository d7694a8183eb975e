"""ICMPPingSource sends requests and counts replies."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from elements.checksums.sums import ones_sum
from graph.load import load_text
from swclick.live import Clock, Live
from tests.elements.bench import Bench

Made = Callable[..., Bench]
SECOND = 1_000_000_000
TEXT = "s0 :: FromCrossing(t:0) -> x :: {} -> d0 :: ToCrossing(t:0);"


def reply(request: bytes, ttl: int = 60) -> bytes:
    return request[:8] + bytes((ttl, 1)) + request[10:12] + request[16:20] + request[12:16] + b"\0" + request[21:]


def test_requests_leave_at_their_time_and_replies_are_counted(bench: Made) -> None:
    x = bench("", text=TEXT.format('ICMPPingSource(10.0.0.1, 10.0.0.2, IDENTIFIER 0x102, DATA "abc", LIMIT 2)'))
    assert x.settle() == []
    found = x.settle(3 * SECOND)
    assert [(packet.time, packet.dst_ip) for _, packet in found] == [(SECOND, 0x0A000002), (2 * SECOND, 0x0A000002)]
    first, second = (packet.data for _, packet in found)
    assert (first[12:20], first[20:22], first[24:], second[24:]) == (b"\x0a\0\0\1\x0a\0\0\2", b"\x08\0", b"\2\1\0\1abc", b"\2\1\0\2abc")
    assert [ones_sum(part) for part in (first[:20], first[20:], second[20:])] == [0xFFFF] * 3
    assert (first[4:6], second[4:6], first[8]) == (b"\0\1", b"\0\2", 200)
    assert x.out(reply(first), network=0, now=3 * SECOND + 2_500_000) == []
    assert x.log == ["x :: ICMPPingSource: 3 bytes from 10.0.0.2: icmp_seq=1 ttl=60 time=2002.500 ms"]
    x.out(reply(first), network=0, now=3 * SECOND + 4_500_000)
    wrong = reply(second)
    for other in (wrong[:20] + b"\x08" + wrong[21:], wrong[:24] + b"\0\0" + wrong[26:], wrong[:27], wrong[:9] + b"\2" + wrong[10:], b""):
        assert (x.out(other, network=0, now=4 * SECOND), x.log) == ([], [])
    assert x.read("summary") == (
        "2 packets transmitted, 1 received, +1 duplicates, -50% packet loss\nrtt min/avg/max/mdev = 2002.500/2003.500/2004.500/1.000\n"
    )
    assert [x.read(f"rtt_{each}") for each in ("min", "avg", "max")] == ["2.0025s", "2.0035s", "2.0045s"]
    x.write("reset_counts")
    assert x.read("summary") == "0 packets transmitted, 0 received"


def test_data_is_sent_as_it_was_given_whatever_stands_in_it(bench: Made) -> None:
    data = b'@INPUTS@ @SIZE@ @TITLE@ @DATA@ "+ @MIRROR@ */ OUT(0, p) %s'
    quoted = data.decode().replace('"', '\\"')
    x = bench("", text=TEXT.format(f'ICMPPingSource(10.0.0.1, 10.0.0.2, DATA "{quoted}", LIMIT 1)'))
    x.settle()
    ((_, request),) = x.settle(SECOND)
    assert request.data[28:] == data


def test_handlers_start_and_stop_it(bench: Made) -> None:
    x = bench("", text=TEXT.format("ICMPPingSource(10.0.0.1, 10.0.0.2, ACTIVE false)"))
    assert (x.settle(5 * SECOND), x.read("active")) == ([], "false")
    for handler, value in (("active", "true"), ("interval", "0.5"), ("dst", "9.9.9.9"), ("limit", "3")):
        x.write(handler, value)
    for value in ("0", "0.4ms"):
        with pytest.raises(ValueError, match=f"a time of at least 1ms is wanted, not '{value}'"):
            x.write("interval", value)
    x.settle(5 * SECOND)
    assert [(packet.time, packet.dst_ip) for _, packet in x.settle(9 * SECOND)] == [(t * SECOND // 2, 0x09090909) for t in (10, 11, 12)]
    x.write("limit", "-1")
    x.settle(9 * SECOND)
    x.write("active", "false")
    assert (x.settle(20 * SECOND), x.read("count")) == ([], "3")


def test_a_reply_can_be_the_next_request(bench: Made) -> None:
    x = bench("", text=TEXT.format("ICMPSendPings(10.0.0.1, 10.0.0.2, MIRROR true, VERBOSE false, INTERVAL 100)"))
    x.settle()
    ((_, request),) = x.settle(100 * SECOND)
    ((_, again),) = x.push(b"mac" + reply(request.data), network=3, now=100 * SECOND)
    assert (again.data[26:28], again.network, ones_sum(again.data[20:]), x.log) == (b"\0\2", again.start, 0xFFFF, [])


def test_the_driver_stops_behind_the_last(capfd: pytest.CaptureFixture[str]) -> None:
    live = Live(load_text("x :: ICMPPingSource(1.0.0.1, 2.0.0.2, LIMIT 2, STOP true) -> ICMPPingResponder -> x;", "t"), Clock(1000))
    assert live.drive()
    assert (live.read_handler("x.count"), live.now) == ("2", 1003 * SECOND)
    assert live.read_handler("x.summary").startswith("2 packets transmitted, 2 received, 0% packet loss\n")
    live.close()
    assert capfd.readouterr().err.count("bytes from 2.0.0.2: icmp_seq=") == 2


def test_a_reply_that_comes_at_once_is_made_a_request_of_the_same_number(bench: Made) -> None:
    text = (
        "x :: ICMPPingSource(1.0.0.1, 2.0.0.2, MIRROR true, VERBOSE false) -> t :: Tee -> d0 :: ToCrossing(t:0);"
        "t [1] -> r :: RoundRobinSwitch -> ICMPPingResponder -> x; r [1] -> Discard; s0 :: FromCrossing(t:0) -> Discard;"
    )
    x = bench("", text=text)
    x.settle()
    numbers = [packet.data[26:28] for second in (1, 2) for _, packet in x.settle(second * SECOND)]
    assert numbers == [b"\0\1", b"\0\1", b"\0\3", b"\0\3"]
    assert x.read("count") == "4"
