"""Elements that check and set checksums of whole messages, and those that put messages' headers in front."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from elements.checksums.sums import checksum, final_destination, ones_sum
from tests.elements.bench import Bench

Made = Callable[..., Bench]
UDP = bytes.fromhex("4500001f000000004011 0000 0a000001 0a000002 0035 0050 000b 0000 616263".replace(" ", ""))


def summed(packet: bytes) -> bytes:
    """The packet with the checksum of its UDP message, as RFC 768 has it."""
    pseudo = packet[12:20] + bytes((0, 17)) + packet[24:26]
    return packet[:26] + checksum(pseudo + packet[20:]).to_bytes(2, "big") + packet[28:]


def test_sums_are_those_of_rfc_1071() -> None:
    assert ones_sum(bytes.fromhex("0001f203f4f5f6f7")) == 0xDDF2
    assert (checksum(b"\xff"), checksum(b""), ones_sum(b"\xff\xff" * 70000)) == (0x00FF, 0xFFFF, 0xFFFF)


@pytest.mark.parametrize(
    ("options", "wanted"),
    [("", "0a000002"), ("01010107 00000000", "0a000002"), ("830b04 01020304 05060708 00", "05060708"), ("01ff0000", "0a000002")],
)
def test_a_source_route_says_where_a_packet_goes_in_the_end(options: str, wanted: str) -> None:
    assert final_destination(UDP[:20] + bytes.fromhex(options)) == bytes.fromhex(wanted)


def test_udp_checksums_are_set_and_checked(bench: Made) -> None:
    x = bench("", text="s0 :: FromCrossing(t:0) -> x :: SetUDPChecksum -> c :: CheckUDPHeader(DETAILS true) -> d0 :: ToCrossing(t:0);"
              " x[1] -> d1 :: ToCrossing(t:1); c[1] -> d2 :: ToCrossing(t:2); s1 :: FromCrossing(t:1) -> c;")  # fmt: skip
    assert x.out(UDP, network=0) == [(0, summed(UDP))]
    fragment, short = UDP[:6] + b"\x20" + UDP[7:], UDP[:-1]
    assert x.out(fragment, network=0) == [(1, fragment)]
    assert x.out(short, network=0) == [(1, short)]
    assert x.out(UDP) == [(1, UDP)]
    assert x.out(UDP, 1, network=0) == [(0, UDP)]  # no checksum is a good one
    wrong = summed(UDP)[:-1] + b"d"
    assert x.out(wrong, 1, network=0) == [(2, wrong)]
    assert x.log == ["UDP header check failed: bad UDP checksum"]
    assert x.out(b"", 1) + x.out(short, 1, network=0) == [(2, b""), (2, short)]
    assert x.read("drop_details", element="c") == "1\tnot UDP\n1\tbad packet length\n1\tbad UDP checksum\n"
    assert x.read("drops", element="c") == "3"


def test_tcp_offsets_are_mended(bench: Made) -> None:
    x = bench("", text="s0 :: FromCrossing(t:0) -> SetTCPChecksum(true) -> x :: CheckTCPHeader(VERBOSE true) -> d0 :: ToCrossing(t:0);"
              " x[1] -> d1 :: ToCrossing(t:1); s1 :: FromCrossing(t:1) -> x;")  # fmt: skip
    segment = bytes.fromhex("4500002a00000000400600000a0000010a0000020035005000000001000000020 0000000 0000 0000 6162".replace(" ", ""))
    ((output, data),) = x.out(segment, network=0)
    assert (output, data[32] >> 4, data[:32]) == (0, 5, segment[:32])
    ((_, longer),) = x.out(segment[:32] + b"\xf0" + segment[33:], network=0)
    assert longer[32] >> 4 == 5  # 22 bytes are five words
    assert x.out(segment[:30], network=0) == []
    assert x.log == ["SetTCPChecksum: bad lengths"]
    assert x.out(segment, 1, network=0) == [(1, segment)]
    assert x.log == ["x :: CheckTCPHeader: TCP header check failed: bad packet length"]
    assert x.read("drops") == "1"


ECHO = bytes.fromhex("4500001c0000000040010000 0a000001 0a000002 0800f7ff00000000".replace(" ", ""))


@pytest.mark.parametrize(
    ("message", "fault"),
    [("0800f7ff00000000", ""), ("0800f7fe00000000", "bad ICMP checksum"), ("08", "bad packet length"),
     ("0b00f4ff00000000", "bad packet length"),
     ("0d00f2ff00000000", "bad packet length"), ("0f00f0ff00000000", "")],
)  # fmt: skip
def test_icmp_messages_are_checked(bench: Made, message: str, fault: str) -> None:
    x = bench("CheckICMPHeader", outputs=2)
    data = ECHO[:20] + bytes.fromhex(message)
    assert x.out(data, network=0) == [(int(fault != ""), data)]
    assert x.log == ([f"x :: CheckICMPHeader: ICMP header check failed: {fault}"] if fault else [])


def test_ip_checksums_are_set(bench: Made) -> None:
    x = bench("SetIPChecksum")
    good = UDP[:10] + b"\x66\xcc" + UDP[12:]
    assert x.out(UDP) == x.out(UDP, network=0) == [(0, good)]
    assert x.out(b"ab" + UDP, network=2) == [(0, b"ab" + good)]
    assert (x.out(b"\x46" + UDP[1:20]), x.log) == ([], ["SetIPChecksum: bad input packet"])
    assert (x.out(b""), x.log, x.read("drops")) == ([], [], "2")


def test_udp_packets_are_made(bench: Made) -> None:
    x = bench("UDPIPEncap(10.0.0.1, domain, DST_ANNO, 80)")
    wanted = summed(UDP)[:8] + b"\xfa\x11\xac\xcb" + summed(UDP)[12:]
    assert x.out(b"abc", dst_ip=0x0A000002) == [(0, wanted)]
    for handler, text in (("src", "1.0.0.1"), ("sport", "7"), ("dst", "1.0.0.2"), ("dport", "ntp")):
        x.write(handler, text)
    ((_, packet),) = x.push(b"", dst_ip=9)
    assert (packet.network, packet.dst_ip, packet.data[4:6], packet.data[12:26].hex()) == (
        packet.start, 0x01000002, b"\0\1", "01000001010000020007007b0008",
    )  # fmt: skip
    assert [x.read(handler) for handler in ("src", "sport", "dst", "dport")] == ["1.0.0.1", "7", "1.0.0.2", "123"]


def test_icmp_messages_are_made(bench: Made) -> None:
    x = bench("", text="s0 :: FromCrossing(t:0) -> x :: ICMPPingEncap(1.0.0.1, 2.0.0.2, IDENTIFIER 3) -> CheckICMPHeader -> CheckIPHeader"
              " -> d0 :: ToCrossing(t:0); s1 :: FromCrossing(t:1) -> y :: ICMPIPEncap(1.0.0.1, 2.0.0.2, timestamp) -> CheckICMPHeader"
              " -> d1 :: ToCrossing(t:1);"
              " s2 :: FromCrossing(t:2) -> ICMPIPEncap(1.0.0.1, 2.0.0.2, unreachable, port) -> d2 :: ToCrossing(t:2);")  # fmt: skip
    assert [x.out(b"abc")[0][1][20:].hex() for _ in range(2)] == ["0800339900030001616263", "0800339800030002616263"]
    ((_, stamp),) = x.out(b"", 1)
    assert stamp[20:].hex() == "0d00f2fe00000001" + "00" * 12
    assert x.out(b"a", 2)[0][1][20:22] == b"\3\3"
    x.write("src", "9.9.9.9")
    x.write("dst", "8.8.8.8", element="y")
    assert (x.read("src"), x.out(b"")[0][1][12:16], x.out(b"", 1)[0][1][16:20]) == ("9.9.9.9", b"\t\t\t\t", b"\x08\x08\x08\x08")
