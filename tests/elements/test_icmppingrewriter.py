"""ICMPPingRewriter rewrites pings, as Click's does."""

from __future__ import annotations

from scapy.layers.inet import ICMP, IP

from tests.elements.rewriters import INSIDE, OTHER, SERVER, Made, Rewriter, udp


def ping(source: str, destination: str, number: int, kind: int = 8, data: bytes = b"data") -> bytes:
    return bytes(IP(src=source, dst=destination) / ICMP(type=kind, id=number, seq=7) / data)


def test_pings_go_out_with_another_number_and_replies_come_back(bench: Made) -> None:
    x = Rewriter(bench, "pattern 2.0.0.2 - 0-65535# 0 1, drop", kind="ICMPPingRewriter")
    assert x.send(ping(INSIDE, SERVER, 10230)) == (0, ping("2.0.0.2", SERVER, 0))
    assert x.send(ping(OTHER, SERVER, 0)) == (0, ping("2.0.0.2", SERVER, 1))
    assert x.send(ping(SERVER, "2.0.0.2", 0, 0), port=1) == (1, ping(SERVER, INSIDE, 10230, 0))
    assert x.send(ping(SERVER, "2.0.0.2", 1, 0), port=0) == (1, ping(SERVER, OTHER, 0, 0))
    assert x.send(ping(SERVER, "2.0.0.2", 2, 0)) is None
    assert x.send(ping(SERVER, "2.0.0.2", 1, 8), port=1) is None
    assert x.send(ping(INSIDE, SERVER, 10230, 0)) is None
    assert x.send(udp(INSIDE, 1, SERVER, 2)) is None
    assert x.send(ping(INSIDE, SERVER, 10230)[:25]) is None
    assert x.read("table").splitlines() == [
        "(8.8.8.8, 2.0.0.2, 256) => (8.8.8.8, 10.0.0.4, 10486) [0 *1] i0 exp300",
        "(8.8.8.8, 2.0.0.2, 257) => (8.8.8.8, 10.0.0.5, 256) [0 *1] i0 exp300",
        "(10.0.0.4, 8.8.8.8, 10230) => (2.0.0.2, 8.8.8.8, 0) [*0 1] i0 exp300",
        "(10.0.0.5, 8.8.8.8, 0) => (2.0.0.2, 8.8.8.8, 1) [*0 1] i0 exp300",
    ]
    assert x.read("mappings") == x.read("table")
    assert x.read("patterns") == "2.0.0.2 - - - [2]\n<drop>\n"


def test_a_number_in_use_is_not_given_again(bench: Made) -> None:
    x = Rewriter(bench, "pattern 2.0.0.2 - 5-6 0 1, pass 1", kind="ICMPPingRewriter")
    sent = {x.send(ping(source, SERVER, 5)) for source in (INSIDE, OTHER)}
    assert sent == {(0, ping("2.0.0.2", SERVER, number)) for number in (5, 6)}
    assert x.send(ping("10.0.0.6", SERVER, 5)) is None
    assert x.read("mapping_failures") == "1"
    assert x.send(ping("10.0.0.6", SERVER, 5), port=1) == (1, ping("10.0.0.6", SERVER, 5))
    assert x.send(udp(INSIDE, 1, SERVER, 2), port=1) == (1, udp(INSIDE, 1, SERVER, 2))


def test_checksums_of_zeros(bench: Made) -> None:
    x = Rewriter(bench, "pattern 2.0.0.2 - 0-1# 0 1, drop", kind="ICMPPingRewriter")
    request = bytes(IP(src=INSIDE, dst=SERVER) / ICMP(type=8, id=5, seq=0))
    assert x.send(request) == (0, bytes(IP(src="2.0.0.2", dst=SERVER) / ICMP(type=8, id=0, seq=0)))
    reply = bytes(IP(src=SERVER, dst="2.0.0.2") / ICMP(type=0, id=0, seq=0, chksum=0xFFFF))
    assert x.send(reply) == (1, bytes(IP(src=SERVER, dst=INSIDE) / ICMP(type=0, id=5, seq=0)))
