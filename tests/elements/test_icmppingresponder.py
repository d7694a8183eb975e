"""ICMPPingResponder answers echo requests as RFC 792 says."""

from collections.abc import Callable
from typing import Any

import pytest
from scapy.layers.inet import ICMP, IP, UDP, IPOption_RR

from sim.packets import internet_checksum, ipv4
from tests.elements.bench import Bench


def request(data: bytes = b"some data", **fields: Any) -> bytes:
    return bytes(IP(**{"src": "1.2.3.4", "dst": "5.6.7.8", **fields}) / ICMP(type=8, id=7, seq=9) / data)


def reply(data: bytes = b"some data", **fields: Any) -> bytes:
    return bytes(IP(**{"src": "5.6.7.8", "dst": "1.2.3.4", "ttl": 255, **fields}) / ICMP(type=0, id=7, seq=9) / data)


@pytest.mark.parametrize("data", [b"", b"odd", bytes(1400), b"\xff" * 33])
def test_the_answer_is_the_request_turned_round(bench: Callable[..., Bench], data: bytes) -> None:
    x = bench("ICMPPingResponder", outputs=2)
    assert x.out(request(data), network=0) == [(0, reply(data))]
    assert x.out(b"ethernet" + request(data, id=5, tos=8), network=8) == [(0, b"ethernet" + reply(data, id=5, tos=8))]


def test_options_stay_and_fragment_flags_go(bench: Callable[..., Bench]) -> None:
    options = [IPOption_RR(pointer=8, routers=["9.9.9.9"])]
    x = bench("ICMPPingResponder")
    assert x.out(request(flags="DF", options=options), network=0) == [(0, reply(flags=0, options=options))]


def test_annotations_are_set_and_kept(bench: Callable[..., Bench]) -> None:
    x = bench("ICMPPingResponder")
    ((_, packet),) = x.push(request(), network=0, now=77, paint=3, dst_ip=0x05060708, vlan_tci=5, device=6)
    assert (packet.dst_ip, packet.paint, packet.vlan_tci, packet.device) == (0x01020304, 0, 5, 6)
    assert (packet.time, packet.network) == (77, packet.start)


def test_a_wrong_checksum_stays_wrong(bench: Callable[..., Bench]) -> None:
    wrong = bytearray(request())
    wrong[22] ^= 0x40
    ((_, answer),) = bench("ICMPPingResponder").out(bytes(wrong), network=0)
    assert internet_checksum(answer[:20]) == 0
    assert internet_checksum(answer[20:]) != 0


def test_a_checksum_of_nothing_but_zeros_is_all_ones(bench: Callable[..., Bench]) -> None:
    empty = ipv4(1, 2, 1, b"\x08\x00\xf7\xff" + bytes(12))
    ((_, answer),) = bench("ICMPPingResponder").out(empty, network=0)
    assert answer[20:] == b"\x00\x00\xff\xff" + bytes(12)
    assert internet_checksum(answer[20:]) == 0


OTHERS = {
    "another message": bytes(IP(src="1.2.3.4", dst="5.6.7.8") / ICMP(type=0, id=7, seq=9) / b"data"),
    "another protocol": bytes(IP(src="1.2.3.4", dst="5.6.7.8") / UDP(sport=0x0800, dport=9) / b"some data"),
    "half a message": ipv4(1, 2, 1, b"\x08\x00\xf7\xff\x00\x00\x00"),
    "half a header": request()[:19],
    "a header that is too short": b"\x44" + request()[1:],
    "nothing": b"",
}


@pytest.mark.parametrize("name", list(OTHERS))
def test_other_packets_pass_as_they_are(bench: Callable[..., Bench], name: str) -> None:
    x = bench("ICMPPingResponder", outputs=2)
    assert x.out(OTHERS[name], network=0) == [(1, OTHERS[name])]
    assert bench("ICMPPingResponder").out(OTHERS[name], network=0) == []


def test_a_packet_without_a_marked_header_passes(bench: Callable[..., Bench]) -> None:
    x = bench("ICMPPingResponder", outputs=2)
    assert x.out(request()) == [(1, request())]
    assert x.out(request(), network=-20) == [(1, request())]


def test_it_answers_what_is_pulled_through_it(bench: Callable[..., Bench]) -> None:
    text = "s0 :: FromCrossing(t:0) -> Queue -> x :: ICMPPingResponder; x[0] -> d0 :: ToDevice(0); x[1] -> d1 :: ToCrossing(t:1);"
    x = bench("", text=text)
    assert x.out(request(), network=0) == [(0, reply())]
    assert x.out(b"other", network=0) == [(1, b"other")]
