"""ProtocolTranslator64 and ProtocolTranslator46 make packets of the one protocol of those of the other."""

from __future__ import annotations

from typing import Any

from scapy.layers.inet import ICMP, IP, TCP, UDP
from scapy.layers.inet6 import (
    ICMPv6DestUnreach,
    ICMPv6EchoReply,
    ICMPv6EchoRequest,
    ICMPv6PacketTooBig,
    ICMPv6ParamProblem,
    ICMPv6TimeExceeded,
    IPv6,
)
from scapy.packet import Packet, Raw

from tests.elements.bench import Bench
from tests.elements.rewriters import Made

GRAPH = """s0 :: FromCrossing(t:0) -> ProtocolTranslator64 -> d0 :: ToCrossing(t:0);
s1 :: FromCrossing(t:1) -> ProtocolTranslator46 -> d1 :: ToCrossing(t:1);"""
ONE, OTHER = "10.0.0.1", "8.8.8.8"
QUOTED = Raw(b"quoted packet")


def ip4(layer: Packet, protocol: int | None = None) -> bytes:
    kind: dict[str, Any] = {} if protocol is None else {"proto": protocol}
    return bytes(IP(src=ONE, dst=OTHER, id=0, flags="DF", ttl=9, **kind) / layer)


def ip6(layer: Packet, protocol: int | None = None) -> bytes:
    kind: dict[str, Any] = {} if protocol is None else {"nh": protocol}
    return bytes(IPv6(src=f"::ffff:{ONE}", dst=f"::ffff:{OTHER}", hlim=9, **kind) / layer)


ALIKE: list[tuple[Packet, Packet]] = [
    (TCP(sport=1, dport=2) / b"odd", TCP(sport=1, dport=2) / b"odd"),
    (UDP(sport=1, dport=2) / b"even", UDP(sport=1, dport=2) / b"even"),
    (ICMPv6EchoRequest(id=5, seq=6, data=b"ping"), ICMP(type=8, id=5, seq=6) / b"ping"),
    (ICMPv6EchoReply(id=5, seq=6, data=b"ping"), ICMP(type=0, id=5, seq=6) / b"ping"),
    (ICMPv6DestUnreach(code=0) / QUOTED, ICMP(type=3, code=0) / QUOTED),
    (ICMPv6DestUnreach(code=1) / QUOTED, ICMP(type=3, code=10) / QUOTED),
    (ICMPv6DestUnreach(code=2) / QUOTED, ICMP(type=3, code=5) / QUOTED),
    (ICMPv6DestUnreach(code=4) / QUOTED, ICMP(type=3, code=3) / QUOTED),
    (ICMPv6PacketTooBig(mtu=1480) / QUOTED, ICMP(type=3, code=4, nexthopmtu=1460) / QUOTED),
    (ICMPv6TimeExceeded(code=1) / QUOTED, ICMP(type=11, code=1) / QUOTED),
    (ICMPv6ParamProblem(code=0, ptr=7) / QUOTED, ICMP(type=12, code=0, ptr=8) / QUOTED),
    (ICMPv6ParamProblem(code=1, ptr=6) / QUOTED, ICMP(type=3, code=2) / QUOTED),
]


def test_packets_become_those_of_the_other_protocol_and_back(bench: Made) -> None:
    b: Bench = bench("", text=GRAPH)
    for six, four in ALIKE:
        assert b.out(ip6(six), 0) == [(0, ip4(four))], six.summary()
        assert b.out(ip4(four), 1) == [(1, ip6(six))], four.summary()
    assert b.out(ip6(Raw(b"any"), 99) + b"padding", 0) == [(0, ip4(Raw(b"any"), 99))]
    assert b.out(ip4(Raw(b"any"), 99) + b"padding", 1) == [(1, ip6(Raw(b"any"), 99))]
    # What is told in one direction alone.
    for six, four in (
        (ICMPv6DestUnreach(code=3) / QUOTED, ICMP(type=3, code=1) / QUOTED),
        (ICMPv6ParamProblem(code=2, ptr=40) / QUOTED, ICMP(type=12, code=0, ptr=255) / QUOTED),
        (ICMPv6PacketTooBig(mtu=10) / QUOTED, ICMP(type=3, code=4, nexthopmtu=0) / QUOTED),
        (ICMPv6PacketTooBig(mtu=100000) / QUOTED, ICMP(type=3, code=4, nexthopmtu=65535) / QUOTED),
    ):
        assert b.out(ip6(six), 0) == [(0, ip4(four))], six.summary()
    for code, becomes in ((1, 0), (6, 0), (9, 1), (12, 0)):
        assert b.out(ip4(ICMP(type=3, code=code) / QUOTED), 1) == [(1, ip6(ICMPv6DestUnreach(code=becomes) / QUOTED))]
    assert b.out(ip4(ICMP(type=12, ptr=1) / QUOTED), 1) == [(1, ip6(ICMPv6ParamProblem(code=0, ptr=0xFFFFFFFF) / QUOTED))]
    options = bytes(IP(src=ONE, dst=OTHER, ttl=9, options=[b"\x01" * 4]) / UDP(sport=1, dport=2) / b"even")
    assert b.out(options, 1) == [(1, ip6(ALIKE[1][0]))]


def test_what_has_no_meaning_there_is_dropped(bench: Made) -> None:
    b: Bench = bench("", text=GRAPH)
    good = ip6(ALIKE[1][0])
    strangers = [bytes(IPv6(src="3ffe::1", dst=f"::ffff:{OTHER}") / b"x"), bytes(IPv6(src=f"::ffff:{ONE}", dst="::ffff:0.0.0.0") / b"x")]
    unknown = [ip6(Raw(message), 58) for message in (b"\x87" + bytes(20), bytes(7), b"\x04\x03" + bytes(9))]
    for data in (*strangers, *unknown, good[:-1], good[:39], b""):
        assert b.out(data, 0) == []
    good = ip4(ALIKE[1][1])
    fragment = bytes(IP(src=ONE, dst=OTHER, flags="MF") / b"x")
    wrong = bytes((0x44, *good[1:])), good[:2] + b"\0\x13" + good[4:]
    for data in (fragment, good[:-1], good[:19], b"", ip4(Raw(b"\x0d" + bytes(20)), 1), ip4(Raw(bytes(7)), 1), *wrong):
        assert b.out(data, 1) == []
