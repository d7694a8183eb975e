"""IPRewriter's packets are what scapy makes of the same fields, checksums included; what cannot be rewritten is left alone."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scapy.layers.inet import ICMP, IP, TCP, UDP, in4_chksum
from scapy.packet import Packet as Layer
from scapy.utils import checksum

from elements.reference.machine import Machine as Reference
from swclick.machine import Machine as Compiled
from tests.elements.bench import Bench
from tests.elements.rewriters import INSIDE, OUTSIDE, SECOND, SERVER, Made, Rewriter, address, nat, tcp, udp

# Checksums


def test_a_udp_checksum_of_0_stays_0(bench: Made) -> None:
    x = nat(bench)
    without = bytes(IP(src=INSIDE, dst=SERVER) / UDP(sport=30, dport=80, chksum=0) / b"data")
    assert x.send(without) == (0, bytes(IP(src=OUTSIDE, dst=SERVER) / UDP(sport=1024, dport=80, chksum=0) / b"data"))


def test_a_udp_checksum_that_becomes_0_is_sent_as_ffff(bench: Made) -> None:
    x = nat(bench)
    sum_of_rest = UDP(udp(OUTSIDE, 1024, SERVER, 80, b"\0\0")[20:]).chksum
    packet = udp(INSIDE, 30, SERVER, 80, sum_of_rest.to_bytes(2, "big"))
    out = x.send(packet)
    assert out is not None
    assert out[1][26:28] == b"\xff\xff"
    assert out[1] == udp(OUTSIDE, 1024, SERVER, 80, sum_of_rest.to_bytes(2, "big"))


@pytest.mark.parametrize("make", [tcp, udp])
@pytest.mark.parametrize("at", [1, 10, 12, 21, 26, 29, 36, 40])
def test_what_was_wrong_stays_wrong_by_as_much(bench: Made, make: Callable[..., bytes], at: int) -> None:
    x = nat(bench)
    packet = bytearray(make(INSIDE, 30, SERVER, 80, b"some data and more"))
    packet[at] ^= 0x10
    before = wrongness(bytes(packet))
    assert before != (0, 0)
    out = x.send(bytes(packet))
    assert out is not None
    assert wrongness(out[1]) == before


def wrongness(packet: bytes) -> tuple[int, int]:
    """The Internet checksums over the IP header, and over the segment with its pseudo header: 0 where they are right."""
    return checksum(packet[:20]), in4_chksum(packet[9], IP(packet), packet[20:])


HEADERS = st.fixed_dictionaries(
    {
        "tos": st.integers(0, 255),
        "id": st.integers(0, 65535),
        "ttl": st.integers(0, 255),
        "flags": st.sampled_from(["", "DF", "MF"]),
        "options": st.sampled_from([b"", b"\x01\x01\x01\x01", b"\x94\x04\x00\x00"]),
    }
)
ADDRESS, PORT = st.integers(1, 0xFFFFFFFF), st.integers(0, 65535)


@pytest.mark.parametrize("machine", [Reference, Compiled])
def test_checksums_are_what_scapy_makes_them(machine: type[Reference] | type[Compiled]) -> None:
    x = Bench(machine, "IPRewriter(pattern 1.0.0.1 1024-65535 200.255.0.254 - 0 1, pattern 255.1.2.0 9 - 65535 1 0)", 2, 2)
    x.write("capacity", "100")

    @settings(max_examples=150, deadline=None)
    @given(st.sampled_from([TCP, UDP]), ADDRESS, ADDRESS, PORT, PORT, st.binary(max_size=40), HEADERS, st.integers(0, 1))
    def check(
        kind: type[Layer], source: int, destination: int, sport: int, dport: int, data: bytes, header: dict[str, Any], at: int
    ) -> None:
        x.write("clear")
        asked = IP(src=address(source), dst=address(destination), **header) / kind(sport=sport, dport=dport) / data
        ((output, there),) = x.out(bytes(asked), at, now=SECOND, network=0)
        assert output == at
        layers = IP(there)
        new = IP(src="1.0.0.1" if at == 0 else "255.1.2.0", dst="200.255.0.254" if at == 0 else address(destination), **header)
        assert there == bytes(new / kind(sport=layers.sport, dport=dport if at == 0 else 65535) / data)
        assert layers.sport >= 1024 if at == 0 else layers.sport == 9
        answer = IP(src=layers.dst, dst=layers.src, **header) / kind(sport=layers.dport, dport=layers.sport) / data
        ((output, back),) = x.out(bytes(answer), at, now=SECOND, network=0)
        assert output == 1 - at
        assert back == bytes(IP(src=asked.dst, dst=asked.src, **header) / kind(sport=dport, dport=sport) / data)

    check()


# What cannot be rewritten

ODD = {
    "a later fragment": udp(INSIDE, 30, SERVER, 80, frag=1),
    "the last later fragment": udp(INSIDE, 30, SERVER, 80, frag=8191, flags="MF"),
    "ICMP": bytes(IP(src=INSIDE, dst=SERVER) / ICMP()),
    "another protocol": bytes(IP(src=INSIDE, dst=SERVER, proto=33) / bytes(20)),
    "seven bytes of UDP": udp(INSIDE, 30, SERVER, 80)[:27],
    "seven bytes of TCP": tcp(INSIDE, 30, SERVER, 80)[:27],
    "no transport header": udp(INSIDE, 30, SERVER, 80)[:20],
    "no whole IP header": udp(INSIDE, 30, SERVER, 80)[:19],
    "a header longer than the packet": b"\x4f" + udp(INSIDE, 30, SERVER, 80)[1:],
    "a header too short to be one": b"\x44" + udp(INSIDE, 30, SERVER, 80)[1:],
    "nothing": b"",
}


@pytest.mark.parametrize("kind", list(ODD))
def test_what_cannot_be_rewritten_is_dropped_or_passed(bench: Made, kind: str) -> None:
    x = Rewriter(bench, "pattern 1.0.0.1 1024-65535 - - 0 1, pass 1, keep 0 0, drop", 4, 2)
    assert [x.send(ODD[kind], port=port) for port in range(4)] == [None, (1, ODD[kind]), None, None]
    assert (x.read("size"), x.read("mapping_failures")) == ("0", "0")


def test_without_its_ip_header_marked_a_packet_cannot_be_rewritten(bench: Made) -> None:
    x = Rewriter(bench, "keep 0 1, pass 1")
    packet = udp(INSIDE, 30, SERVER, 80)
    assert x.bench.out(packet, 0) == []
    assert x.bench.out(packet, 1) == [(1, packet)]
    for network in (-4, len(packet) - 1, len(packet), 70000):
        assert x.bench.out(packet, 0, network=network) == []
        assert x.bench.out(packet, 1, network=network) == [(1, packet)]


def test_the_ip_header_may_be_further_back(bench: Made) -> None:
    x = nat(bench)
    frame = bytes(range(14))
    assert x.bench.out(frame + udp(INSIDE, 30, SERVER, 80), network=14) == [(0, frame + udp(OUTSIDE, 1024, SERVER, 80))]


def test_first_fragments_are_rewritten(bench: Made) -> None:
    x = nat(bench)
    assert x.send(udp(INSIDE, 30, SERVER, 80, flags="MF")) == (0, udp(OUTSIDE, 1024, SERVER, 80, flags="MF"))


@pytest.mark.parametrize("length", [8, 12, 17])
def test_of_a_tcp_header_cut_short_the_addresses_alone_are_rewritten(bench: Made, length: int) -> None:
    x = nat(bench)
    whole = tcp(INSIDE, 30, SERVER, 80)
    assert x.send(whole[: 20 + length]) == (0, tcp(OUTSIDE, 1024, SERVER, 80)[:20] + whole[20 : 20 + length])
    assert x.send(whole[:38]) == (0, tcp(OUTSIDE, 1024, SERVER, 80)[:38])
