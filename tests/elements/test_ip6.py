"""Elements for IPv6 do to packets what RFCs, and Click's of these names, say."""

from __future__ import annotations

import ipaddress
from typing import Any

import pytest
from scapy.layers.inet import UDP
from scapy.layers.inet6 import (
    ICMPv6DestUnreach,
    ICMPv6ND_NA,
    ICMPv6ND_NS,
    ICMPv6NDOptDstLLAddr,
    ICMPv6NDOptSrcLLAddr,
    ICMPv6PacketTooBig,
    ICMPv6ParamProblem,
    ICMPv6TimeExceeded,
    IPv6,
)
from scapy.layers.l2 import Ether
from scapy.packet import Raw

from elements.ip6.addresses import checksum, ip6_prefix, ip6_text
from elements.reference.packet import Packet
from tests.elements.rewriters import Made

HERE, THERE, ROUTER = "3ffe::1", "3ffe:1ce1:2::2", "3ffe::99"
OWN, OTHER = "00:e0:29:05:e5:6f", "00:00:c0:ae:67:ef"


def number(address: str) -> int:
    return int(ipaddress.IPv6Address(address))


def ip6(source: str = HERE, destination: str = THERE, data: bytes = b"data", **header: Any) -> bytes:
    return bytes(IPv6(src=source, dst=destination, **header) / UDP(sport=1, dport=2) / data)


GRAPH = f"""check :: CheckIP6Header("{ROUTER} 3ffe::98", OFFSET 2); plain :: CheckIP6Header; dec :: DecIP6HLIM;
s0 :: FromCrossing(t:0) -> check -> d0 :: ToCrossing(t:0); check [1] -> d1 :: ToCrossing(t:1);
s1 :: FromCrossing(t:1) -> MarkIP6Header(2) -> dec -> d2 :: ToCrossing(t:2); dec [1] -> d3 :: ToCrossing(t:3);
s2 :: FromCrossing(t:2) -> GetIP6Address(24) -> d4 :: ToCrossing(t:4);
s3 :: FromCrossing(t:3) -> SetIP6Address({THERE}) -> d5 :: ToCrossing(t:5);
s4 :: FromCrossing(t:4) -> plain -> d6 :: ToCrossing(t:6);
s5 :: FromCrossing(t:5) -> x :: LookupIP6Route(3ffe::/16 0, 3ffe:1ce1::/ffff:ffff:: {ROUTER} 1, {THERE} 2, 3ffe::7/128 ::5 0);
x -> d7 :: ToCrossing(t:7); x [1] -> d8 :: ToCrossing(t:8); x [2] -> d9 :: ToCrossing(t:9);
s6 :: FromCrossing(t:6) -> IP6Print(seen) -> IP6Print(CONTENTS true, NBYTES 50) -> d10 :: ToCrossing(t:10);"""


def test_headers_addresses_and_routes(bench: Made) -> None:
    b = bench("", text=GRAPH)
    good = ip6()
    # Headers that are good, and cut to their length; others as they are.
    [(way, packet)] = b.push(b"xx" + good + b"padding", 0)
    assert (way, packet.data, packet.network) == (0, b"xx" + good, packet.start + 2)
    bad = (good[:39], bytes((0x40, *good[1:])), good[:-1], ip6(source=ROUTER), ip6(source="3ffe::98"), ip6("ffff:" * 7 + "ffff"), b"")
    for data in bad:
        assert b.out(b"xx" + data, 0) == [(1, b"xx" + data)]
    assert b.read("drops", element="check") == str(len(bad))
    assert b.out(good, 4) == [(6, good)]
    assert b.out(good[:40] + b"", 4) == []
    assert b.read("drops", element="plain") == "1"
    # Hop limits.
    assert b.out(b"xx" + ip6(hlim=2), 1) == [(2, b"xx" + ip6(hlim=1))]
    for limit in (0, 1):
        assert b.out(b"xx" + ip6(hlim=limit), 1) == [(3, b"xx" + ip6(hlim=limit))]
    assert b.out(b"xx" + good[:7], 1) == [(3, b"xx" + good[:7])]
    assert b.read("drops", element="dec") == "3"
    # Addresses beside packets.
    assert [p.dst_ip6 for _, p in b.push(good, 2)] == [number(THERE)]
    assert [p.dst_ip6 for _, p in b.push(good[:39], 2, dst_ip6=5)] == [number(THERE) - 2]
    assert [p.dst_ip6 for _, p in b.push(good[:24], 2, dst_ip6=5)] == [0]
    assert [p.dst_ip6 for _, p in b.push(b"", 3)] == [number(THERE)]

    def routed(address: str) -> list[tuple[int, str]]:
        return [(way, ip6_text(p.dst_ip6)) for way, p in b.push(good, 5, dst_ip6=number(address))]

    assert routed("3ffe::1") == [(7, "3ffe::1")]
    assert routed("3ffe::7") == [(7, "::0.0.0.5")]
    assert routed("3ffe:1ce1::1") == [(8, ROUTER)]
    assert routed(THERE) == [(9, THERE)]
    assert routed("3fff::1") == []
    table = "# Active routes\n3ffe::/16\t::\t0\n3ffe:1ce1::/32\t3ffe::99\t1\n3ffe:1ce1:2::2/128\t::\t2\n3ffe::7/128\t::0.0.0.5\t0\n"
    assert b.read("table") == table
    b.write("add", "::/0 3ffe::5 1")
    assert routed("3fff::1") == [(8, "3ffe::5")]
    b.write("ctrl", f"remove {THERE}/128")
    assert routed(THERE) == [(8, ROUTER)]
    b.write("ctrl", "add 3ffe:1ce1:ffff::/32 2")
    assert routed(THERE) == [(9, THERE)]
    b.write("remove", "3ffe:1ce1::/32")
    assert routed(THERE) == [(7, THERE)]
    assert b.read("table") == "# Active routes\n3ffe::/16\t::\t0\n3ffe::7/128\t::0.0.0.5\t0\n::/0\t3ffe::5\t1\n"
    for call, text, said in (
        ("add", "3ffe::/16 3", "output port out of range"),
        ("add", "3ffe::/16", "a route such as"),
        ("ctrl", "set x", "bad command"),
    ):
        with pytest.raises(ValueError, match=said):
            b.write(call, text)
    # What is printed.
    assert b.out(good, 6, network=0) == [(10, good)]
    line = f"{HERE} -> {THERE} plen 12, next 17, hlim 64"
    groups = [[good[at : at + 4].hex() for at in range(start, min(start + 24, 50), 4)] for start in (0, 24, 48)]
    groups[2] = [good[48:50].hex()]
    assert list(b.log) == [f"seen: {line}", line, *("  " + " ".join(group) for group in groups)]
    assert b.out(good[:39], 6, network=0) == [(10, good[:39])]
    assert list(b.log) == []


ERRORS = f"""big :: ICMP6Error({ROUTER}, 2, 0); time :: ICMP6Error({ROUTER}, 3, 1); bad :: ICMP6Error({ROUTER}, 4, 0);
to :: ICMP6Error({ROUTER}, 137, 0); odd :: ICMP6Error({ROUTER}, 137, 1); none :: ICMP6Error({ROUTER}, 1, 4);
s0 :: FromCrossing(t:0) -> big -> d0 :: ToCrossing(t:0); s1 :: FromCrossing(t:1) -> time -> d1 :: ToCrossing(t:1);
s2 :: FromCrossing(t:2) -> bad -> d2 :: ToCrossing(t:2); s3 :: FromCrossing(t:3) -> to -> d3 :: ToCrossing(t:3);
s4 :: FromCrossing(t:4) -> odd -> d4 :: ToCrossing(t:4); s5 :: FromCrossing(t:5) -> none -> d5 :: ToCrossing(t:5);"""


def test_errors(bench: Made) -> None:
    b = bench("", text=ERRORS)

    def sent(packet: bytes, port: int, **annotations: Any) -> Packet:
        [(way, made)] = b.push(packet, port, network=0, **annotations)
        assert way == port
        return made

    for length in (1, 2, 700):
        about = ip6(data=bytes(length))
        quoted = Raw(about[:568])
        for port, layer in (
            (0, ICMPv6PacketTooBig(mtu=1500)),
            (1, ICMPv6TimeExceeded(code=1)),
            (2, ICMPv6ParamProblem(ptr=6)),
            (5, ICMPv6DestUnreach(code=4)),
        ):
            made = sent(about, port, parameter=6, dst_ip6=number(THERE))
            assert made.data == bytes(IPv6(src=ROUTER, dst=HERE, hlim=255) / layer / quoted)
            assert (made.dst_ip6, made.fix_ip_src, made.network) == (number(HERE), 1, made.start)
    about = ip6()
    told = sent(about, 3, dst_ip6=number(ROUTER)).data
    assert told[40:42] == b"\x89\0"
    assert told[48:] == ipaddress.IPv6Address(ROUTER).packed + ipaddress.IPv6Address(THERE).packed + about
    odd = sent(about, 4).data
    assert (odd[40:42], odd[48:]) == (b"\x89\1", about + bytes(32))
    for data in (told, odd):
        assert checksum(data[8:24], data[24:40], data[40:42] + bytes(2) + data[44:]).to_bytes(2, "big") == data[42:44]
    error = bytes(IPv6(src=HERE, dst=THERE) / ICMPv6DestUnreach() / b"x")
    for data in (error, error[:40], ip6(destination="ff02::1"), about[:39]):
        assert b.out(data, 1, network=0) == []
    for kind in (1, 2):
        assert b.out(about, 1, network=0, packet_type=kind) == []
    assert b.out(about, 1) == []


ND = f"""x :: IP6NDSolicitor({ROUTER}, {OWN}); s0 :: FromCrossing(t:0) -> x; s1 :: FromCrossing(t:1) -> [1] x;
x -> d0 :: ToCrossing(t:0); x [1] -> d1 :: ToCrossing(t:1);
s2 :: FromCrossing(t:2) -> IP6NDAdvertiser({THERE} {OWN}, 3ffe:1ce1:2::/47 3ffe::77 {OTHER}, {THERE} {OTHER}) -> d2 :: ToCrossing(t:2);"""
SECOND = 1_000_000_000


def solicitation(target: str, source: str = ROUTER, ethernet: str = OWN, **header: Any) -> bytes:
    packed = ipaddress.IPv6Address(target).packed
    group = str(ipaddress.IPv6Address(b"\xff\x02" + bytes(9) + b"\x01\xff" + packed[13:]))
    frame = Ether(src=ethernet, dst="33:33:ff:" + packed[13:].hex(":"))
    return bytes(frame / IPv6(src=source, dst=group, hlim=255) / ICMPv6ND_NS(tgt=target, **header) / ICMPv6NDOptSrcLLAddr(lladdr=ethernet))


def advertisement(target: str, ethernet: str, to: str = ROUTER, to_ethernet: str = OWN) -> bytes:
    message = ICMPv6ND_NA(R=1, S=1, O=0, tgt=target) / ICMPv6NDOptDstLLAddr(lladdr=ethernet)
    return bytes(Ether(src=ethernet, dst=to_ethernet) / IPv6(src=target, dst=to, hlim=255) / message)


def test_neighbours(bench: Made) -> None:
    b = bench("", text=ND)

    def send(data: bytes, now: float, to: str = THERE) -> list[tuple[int, bytes]]:
        return b.out(data, 0, now=round(now * SECOND), network=0, dst_ip6=number(to))

    def framed(data: bytes, ethernet: str = OTHER) -> bytes:
        return bytes(Ether(src=OWN, dst=ethernet, type=0x86DD)) + data

    assert send(b"one", 10) == [(1, solicitation(THERE))]
    assert send(b"two", 11) == [(1, solicitation(THERE))]
    assert b.read("table") == f"{THERE} 0 00-00-00-00-00-00\n"
    answer = advertisement(THERE, OTHER)
    for wrong in (answer[:85], advertisement("3ffe::5", OTHER), answer[:54] + b"\x87" + answer[55:], b""):
        assert b.out(wrong, 1, now=11 * SECOND) == []
    assert b.out(answer, 1, now=12 * SECOND) == [(0, framed(b"two"))]
    assert send(b"three", 13) == [(0, framed(b"three"))]
    assert b.read("stats") == "1 packets killed\n2 ND Solicitation Message sent\n"
    assert b.read("table") == f"{THERE} 1 00-00-C0-AE-67-EF\n"
    # After a minute it is asked for again, beside what is sent.
    assert send(b"four", 70) == [(0, framed(b"four"))]
    assert send(b"five", 90) == [(1, solicitation(THERE)), (0, framed(b"five"))]
    assert send(b"six", 91) == [(0, framed(b"six"))]
    assert b.out(advertisement(THERE, OWN), 1, now=92 * SECOND) == []
    assert list(b.log) == ["IP6NDSolicitor overwriting an entry"]
    assert send(b"seven", 93) == [(0, framed(b"seven", OWN))]
    assert send(b"lost", 94, "3ffe::5") == [(1, solicitation("3ffe::5"))]
    b.settle(210 * SECOND)
    assert b.read("table").count("\n") == 2
    b.settle(230 * SECOND)
    assert b.read("table") == ""
    assert send(b"eight", 231) == [(1, solicitation(THERE))]
    # There is no room for more than 4096 addresses.
    for last in range(4096):
        sent = send(b"", 232, str(ipaddress.IPv6Address(number("3ffe::1:0") + last)))
        assert len(sent) == (last < 4095)


def test_advertisements(bench: Made) -> None:
    b = bench("", text=ND)
    for target, ethernet in ((THERE, OWN), ("3ffe:1ce1:3::5", OTHER), ("3ffe::77", OTHER)):
        asked = solicitation(target, HERE, "02:00:00:00:00:01")
        assert b.out(asked, 2) == [(2, advertisement(target, ethernet, HERE, "02:00:00:00:00:01"))]
        assert b.out(asked + b"padding", 2) == [(2, advertisement(target, ethernet, HERE, "02:00:00:00:00:01"))]
        for at in (13, 21, 30, 54, 55, 56, 70, 85):
            broken = bytearray(asked)
            broken[at] ^= 0x40
            assert b.out(bytes(broken), 2) == []
        assert b.out(asked[:85], 2) == []
    assert b.out(solicitation("3ffe:1ce1:4::1"), 2) == []


def test_addresses_are_printed_as_click_prints_them() -> None:
    for text in ("::", "1::", "::1:2:3", "1:0:2:3:4:5:6:7", "1:0:0:2:0:0:0:3", "1:2:3:4:5:6:7:8", "fe80::1:0:0:1", "2001:db8:0:1:1:1:1:1"):
        address = number(text)
        expected = str(ipaddress.IPv6Address(address)) if address >> 96 or not address else text
        assert ip6_text(address) == expected
    assert (ip6_text(1), ip6_text(0xFFFF_01020304)) == ("::0.0.0.1", "::ffff:1.2.3.4")
    assert ip6_text(number("0:0:1::")) == "0:0:1::"
    assert ip6_prefix("3ffe::/ffff:f000::") == (number("3ffe::"), 20)
