"""TCPRewriter does to TCP what IPRewriter does, and nothing to other packets."""

from __future__ import annotations

from tests.elements.rewriters import INSIDE, OUTSIDE, SERVER, Made, Rewriter, nat, tcp, udp


def test_tcp_is_rewritten_and_nothing_else(bench: Made) -> None:
    x = nat(bench, kind="TCPRewriter")
    assert x.send(tcp(INSIDE, 30, SERVER, 80, b"ask")) == (0, tcp(OUTSIDE, 1024, SERVER, 80, b"ask"))
    assert x.send(tcp(SERVER, 80, OUTSIDE, 1024, b"answer"), port=1) == (1, tcp(SERVER, 80, INSIDE, 30, b"answer"))
    assert x.send(udp(INSIDE, 30, SERVER, 80)) is None
    y = Rewriter(bench, "pass 1, drop", kind="TCPRewriter")
    assert y.send(udp(INSIDE, 30, SERVER, 80)) == (1, udp(INSIDE, 30, SERVER, 80))


def test_flows_last_as_long_as_they_are_told_to(bench: Made) -> None:
    answer = tcp(SERVER, 80, OUTSIDE, 1024, b"answer", "R")
    for packets, lasts in (([], 3), ([answer], 2)):
        x = nat(bench, ", TCP_TIMEOUT 9, TCP_NODATA_TIMEOUT 3, TCP_DONE_TIMEOUT 2, TCP_GUARANTEE 1, REAP_INTERVAL 1", kind="TCPRewriter")
        x.send(tcp(INSIDE, 30, SERVER, 80, b"ask"), 10)
        for packet in packets:
            x.send(packet, 10, 1)
        x.send(udp(INSIDE, 30, SERVER, 80), 9.999 + lasts)
        assert x.read("size") == "1"
        x.send(udp(INSIDE, 30, SERVER, 80), 10 + lasts)
        assert x.read("size") == "0"


def test_its_table_and_what_a_flow_becomes(bench: Made) -> None:
    x = nat(bench, ", TCP_NODATA_TIMEOUT 100", kind="TCPRewriter")
    x.send(tcp(INSIDE, 30, SERVER, 80))
    assert x.read("table").splitlines() == [
        "(8.8.8.8, 80, 1.0.0.1, 1024) => (8.8.8.8, 80, 10.0.0.4, 30) [0 *1] i0 exp100",
        "(10.0.0.4, 30, 8.8.8.8, 80) => (1.0.0.1, 1024, 8.8.8.8, 80) [*0 1] i0 exp100",
    ]
    assert x.read("lookup", "10.0.0.4 30 8.8.8.8 80") == "1.0.0.1 1024 8.8.8.8 80"
    assert x.read("lookup", "10.0.0.4 31 8.8.8.8 80") == x.read("lookup") == ""
