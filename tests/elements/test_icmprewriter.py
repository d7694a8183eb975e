"""ICMPRewriter rewrites errors about packets that were rewritten, as Click's does."""

from __future__ import annotations

from typing import Any

import pytest
from scapy.layers.inet import ICMP, IP, TCP, UDP
from scapy.packet import Packet, Raw

from elements.reference.machine import Machine as Reference
from graph.diagnostics import ClickError
from tests.elements.bench import Bench
from tests.elements.rewriters import INSIDE, OUTSIDE, SERVER, Made

GRAPH = """x :: ICMPRewriter(rw:1 ping hosts pairs, REPLY_ANNO PAINT);
rw :: IPRewriter(pattern 1.0.0.1 1024-65535# - - 0 1);
ping :: ICMPPingRewriter(pattern 1.0.0.2 - 500-600# 0 0);
hosts :: IPAddrRewriter(pattern 1.0.0.3 - 0 0);
pairs :: IPAddrPairRewriter(pattern 1.0.0.4 - 0 0);
s0 :: FromCrossing(t:0) -> x; x -> d0 :: ToCrossing(t:0); x [1] -> d1 :: ToCrossing(t:1); x [2] -> d2 :: ToCrossing(t:2);
s1 :: FromCrossing(t:1) -> rw -> d3 :: ToCrossing(t:3); rw [1] -> d4 :: ToCrossing(t:4);
s2 :: FromCrossing(t:2) -> ping -> d5 :: ToCrossing(t:5); s3 :: FromCrossing(t:3) -> hosts -> d6 :: ToCrossing(t:6);
s4 :: FromCrossing(t:4) -> pairs -> d7 :: ToCrossing(t:7);"""
ROUTER = "19.19.19.19"


def error(inner: bytes, to: str, kind: int = 11, length: int = 1000) -> bytes:
    return bytes(IP(src=ROUTER, dst=to) / ICMP(type=kind) / Raw(inner[:length]))


def sent(source: str, layer: Packet, **header: Any) -> bytes:
    return bytes(IP(src=source, dst=SERVER, **header) / layer)


def test_errors_are_about_what_was_sent(bench: Made) -> None:
    x = bench("", text=GRAPH)

    def out(data: bytes, port: int = 0) -> list[tuple[int, bytes]]:
        return x.out(data, port, network=0)

    cases = [
        (1, OUTSIDE, 2, sent(INSIDE, TCP(sport=20, dport=80) / b"more"), sent(OUTSIDE, TCP(sport=1024, dport=80) / b"more")),
        (1, OUTSIDE, 2, sent(INSIDE, UDP(sport=20, dport=80) / b"more"), sent(OUTSIDE, UDP(sport=1025, dport=80) / b"more")),
        (2, "1.0.0.2", 0, sent(INSIDE, ICMP(id=7) / b"more"), sent("1.0.0.2", ICMP(id=500) / b"more")),
        (3, "1.0.0.3", 0, sent("10.0.0.7", UDP(sport=20, dport=81)), sent("1.0.0.3", UDP(sport=20, dport=81))),
        (4, "1.0.0.4", 0, sent("10.0.0.8", UDP(sport=20, dport=81)), sent("1.0.0.4", UDP(sport=20, dport=81))),
    ]
    for place, outside, output, before, after in cases:
        x.out(before, place, network=0, paint=5)
        source = IP(before).src
        for kind in (3, 4, 5, 11, 12):
            assert out(error(after, outside, kind)) == [(output, error(before, source, kind))]
        [(_, packet)] = x.push(error(after, outside), network=0, paint=9)
        assert (packet.paint, packet.dst_ip) == (5, int.from_bytes(before[12:16], "big"))
        # To somebody else, and with no more than 8 bytes of what is behind the header inside: a checksum that is there follows.
        [(_, other)] = out(error(after, "6.6.6.6", length=28))
        assert IP(other).dst == "6.6.6.6"
        assert other[28:] == before[:28]
        for wrong in (0, 8, 13):
            assert out(error(after, outside, wrong)) == []
        for length in (0, 8, 19):
            assert out(error(after, outside, length=length)) == []
        assert out(error(bytes((0x65, *after[1:])), outside)) == []
    assert out(sent(INSIDE, UDP(sport=20, dport=80))) == []
    assert out(error(sent(OUTSIDE, UDP(sport=9, dport=80)), OUTSIDE)) == []
    assert out(error(sent(OUTSIDE, TCP(sport=1024, dport=80), frag=1), OUTSIDE)) == []


def test_outputs_that_are_not_there_are_refused() -> None:
    with pytest.raises(ClickError) as refused:
        text = "rw :: IPRewriter(drop); Idle -> rw -> Idle;\nIdle -> x :: ICMPRewriter(rw:1) -> Idle;"
        Bench(Reference, "", 0, 0, text)
    assert "t:2:9: error: x :: ICMPRewriter: rw:1 port offset requires more than 1 output\n" in str(refused.value)
