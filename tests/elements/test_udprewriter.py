"""UDPRewriter has one table and one time for UDP and TCP."""

from __future__ import annotations

import pytest
from scapy.layers.inet import ICMP, IP

from tests.elements.rewriters import INSIDE, OUTSIDE, SERVER, Made, nat, tcp, udp


def test_both_protocols_are_rewritten_by_one_mapping(bench: Made) -> None:
    x = nat(bench, kind="UDPRewriter")
    assert x.send(udp(INSIDE, 30, SERVER, 80, b"ask")) == (0, udp(OUTSIDE, 1024, SERVER, 80, b"ask"))
    assert x.send(tcp(INSIDE, 30, SERVER, 80, b"ask")) == (0, tcp(OUTSIDE, 1024, SERVER, 80, b"ask"))
    assert x.send(tcp(SERVER, 80, OUTSIDE, 1024, b"answer"), port=1) == (1, tcp(SERVER, 80, INSIDE, 30, b"answer"))
    assert x.send(udp(SERVER, 80, OUTSIDE, 1024, b"answer"), port=1) == (1, udp(SERVER, 80, INSIDE, 30, b"answer"))
    assert x.send(bytes(IP(src=INSIDE, dst=SERVER) / ICMP())) is None
    assert x.read("size") == "1"


@pytest.mark.parametrize("length", [8, 17])
def test_of_a_tcp_header_cut_short_the_ports_are_rewritten_too(bench: Made, length: int) -> None:
    x = nat(bench, kind="UDPRewriter")
    there, wanted = tcp(INSIDE, 30, SERVER, 80), tcp(OUTSIDE, 1024, SERVER, 80)
    assert x.send(there[: 20 + length]) == (0, wanted[: 20 + min(length, 16)] + there[36 : 20 + length])


def test_flows_last_as_long_as_they_are_told_to(bench: Made) -> None:
    ask, answer = (tcp(INSIDE, 30, SERVER, 80, b"ask", "R"), 0), (udp(SERVER, 80, OUTSIDE, 1024), 1)
    for streaming, packets, lasts in (("", [ask, ask, answer], 4), (", STREAMING_TIMEOUT 7", [ask, answer, ask], 7), ("", [ask], 4)):
        x = nat(bench, f", TIMEOUT 4, GUARANTEE 1, REAP_INTERVAL 1{streaming}", kind="UDPRewriter")
        for packet, port in packets:
            x.send(packet, 10, port)
        assert x.read("table").endswith(f"] i0 exp{lasts}\n")
        x.send(b"", 9.999 + lasts)
        assert x.read("size") == "1"
        x.send(b"", 10 + lasts)
        assert x.read("size") == "0"


def test_flows_are_guaranteed(bench: Made) -> None:
    for guarantee, size in ((", GUARANTEE 0", "1"), (", GUARANTEE 3", "1"), ("", "1")):
        x = nat(bench, f", MAPPING_CAPACITY 1{guarantee}", kind="UDPRewriter")
        x.send(udp(INSIDE, 30, SERVER, 80), 1)
        second = x.send(udp(INSIDE, 31, SERVER, 80), 4.5)
        assert (second is None, x.read("size")) == (guarantee == "", size)
