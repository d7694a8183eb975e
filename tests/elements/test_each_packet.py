"""Whoever pulls through an element that drops packets, or sends them another way, gets the next one that goes on."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from elements.definition.loops import MOST_PULLS
from graph.load import load_text
from sim.packets import internet_checksum, ipv4
from swclick.live import Clock, Live
from tests.elements.bench import Bench
from tests.elements.test_ip6 import solicitation

Made = Callable[..., Bench]
SECOND = 1_000_000_000
UDP = ipv4(0x0A000001, 0x0A000002, 17, b"\x12\x34\0\x35\0\x09\0\0!")
PING = ipv4(0x0A000001, 0x0A000002, 1, b"\x08\0\xf7\xff\0\0\0\0")
PSEUDO = bytes((10, 0, 0, 1, 10, 0, 0, 2, 0, 6, 0, 20))
TCP = bytes(12) + b"\x50" + bytes(7)
TCP = ipv4(0x0A000001, 0x0A000002, 6, TCP[:16] + internet_checksum(PSEUDO + TCP).to_bytes(2, "big") + bytes(2))
IP6 = b"\x60\0\0\0\0\x08\x3b\x40" + (b"\x20" + bytes(14) + b"\1") * 2 + b"12345678"
MAPPED = IP6[:8] + (bytes(10) + b"\xff\xff\x0a\0\0\1") * 2 + b"12345678"
ELEMENTS = {
    "CheckICMPHeader": (PING, UDP),
    "CheckTCPHeader": (TCP, UDP),
    "CheckUDPHeader": (UDP, PING),
    "ICMP6Error(3ffe::1, 1, 0)": (IP6, b"short"),
    "ICMPError(10.0.0.1, unreachable)": (UDP, b"short"),
    "ICMPPingResponder": (PING, UDP),
    "IP6NDAdvertiser(3ffe::5/128 1:2:3:4:5:6)": (solicitation("3ffe::5"), b"short"),
    "IPGWOptions(10.0.0.1)": (UDP, ipv4(1, 2, 17, b"", options=b"\x07\x08\x02" + bytes(5))),
    "IPReassembler": (UDP, ipv4(1, 2, 17, b"12345678", fragment=0x2000)),
    "ProtocolTranslator46": (UDP, b"short"),
    "ProtocolTranslator64": (MAPPED, b"short"),
    "SetIPChecksum": (UDP, b"short"),
    "SetTCPChecksum": (TCP, b"short"),
    "SetUDPChecksum": (UDP, b"short"),
    "StoreIPAddress(10.0.0.9, src)": (UDP, b"short"),
    "TimeFilter(START 5)": (UDP, UDP),
}
"""By element, a packet that goes on, and one that does not and comes before it."""


@pytest.mark.parametrize("element", list(ELEMENTS))
def test_what_is_dropped_does_not_end_a_pull(bench: Made, element: str) -> None:
    good, bad = ELEMENTS[element]
    x = bench("", text=f"s0 :: FromCrossing(t:0) -> Queue -> x :: {element} -> u :: Unqueue(ACTIVE false) -> d0 :: ToCrossing(t:0);")
    for packet in (bad, bad, bad):
        x.push(packet, network=0, now=SECOND)
    x.push(good, network=0, now=5 * SECOND)
    x.write("active", "true", "u")
    assert len(x.settle(5 * SECOND)) == 1


LIVE = """
InfiniteSource("short", LIMIT {count}) -> q :: Queue({room});
TimedSource(0.5, \\<{good}>, LIMIT 1) -> q -> MarkIPHeader -> {element} -> u :: Unqueue(ACTIVE false) -> c :: Counter -> Discard;
DriverManager(wait 1s, write u.active true, wait 1s, stop);
"""


@pytest.mark.parametrize("element", ["SetIPChecksum", "ProtocolTranslator46"])
def test_a_task_that_was_given_nothing_for_all_that_was_dropped_asks_again(element: str) -> None:
    dropped = 2 * MOST_PULLS + 9
    live = Live(load_text(LIVE.format(count=dropped, room=dropped + 1, good=UDP.hex(), element=element), "t"), Clock(1000))
    assert live.drive()
    assert live.read_handler("c.count") == "1"
    live.close()
