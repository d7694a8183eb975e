"""Whatever happens to a rewriter, the reference and C say the same of it, and its table makes sense."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from scapy.layers.inet import ICMP, IP, TCP, UDP

from elements.definition.handlers import handlers_of
from elements.reference.machine import Machine as Reference
from elements.rewriter.rewriter import Rewriter
from swclick.machine import Machine as Compiled
from tests.elements.bench import Bench
from tests.elements.rewriters import address

STORIES = (
    "IPRewriter(pattern 1.0.0.1 1024-1027# - - 0 1, drop, pass 2, MAPPING_CAPACITY 6)",
    "IPRewriter(pattern 1.0.0.1 3-6 - - 0 1, pattern - - 10.0.0.2 80 1 2, keep 2 0, TCP_GUARANTEE 0, UDP_GUARANTEE 2, UDP_TIMEOUT 3, "
    "UDP_STREAMING_TIMEOUT 20, TCP_NODATA_TIMEOUT 6, TCP_DONE_TIMEOUT 2, TCP_TIMEOUT 30, REAP_INTERVAL 4, REPLY_ANNO PAINT)",
    "IPRewriter(keep 0 1, pattern 1.0.0.1 2-9? 8.8.8.1 - 2 0, pattern 1.0.0.1 5 - - 1 2, MAPPING_CAPACITY 4, UDP_GUARANTEE 0, "
    "TCP_GUARANTEE 3, UDP_TIMEOUT 2, TCP_NODATA_TIMEOUT 3, REAP_INTERVAL 1, DST_ANNO false)",
    "UDPRewriter(keep 0 1, pattern 1.0.0.1 2-5 - - 2 0, pass 1, MAPPING_CAPACITY 4, TIMEOUT 2, STREAMING_TIMEOUT 9, REAP_INTERVAL 1)",
    "TCPRewriter(pattern 1.0.0.1 2-5# - - 2 0, pass 1, drop, TCP_DONE_TIMEOUT 1, TCP_NODATA_TIMEOUT 2, TCP_GUARANTEE 1, REAP_INTERVAL 1)",
    "IPAddrRewriter(pattern 1.0.0.1-1.0.0.3# - 0 1, pattern 1.0.0.1/29 - 2 0, keep 1 1, MAPPING_CAPACITY 4, TIMEOUT 2, GUARANTEE 1, "
    "REAP_INTERVAL 1, REPLY_ANNO PAINT)",
    "IPAddrPairRewriter(pattern 1.0.0.1-1.0.0.3? 8.8.8.1 0 1, pass 2, pattern - 10.0.0.1 1 0, MAPPING_CAPACITY 5, GUARANTEE 0, TIMEOUT 3)",
    "ICMPPingRewriter(pattern 1.0.0.1 - 1-3 0 1, pass 2, pattern 1.0.0.1 - 2-4# 1 0, MAPPING_CAPACITY 5, TIMEOUT 3, REAP_INTERVAL 2, "
    "REPLY_ANNO PAINT, DST_ANNO false)",
)
SOURCES = (0x0A000001, 0x0A000002, 0x01000001, 0x08080801, 0x08080802)
EVENT = st.one_of(
    st.tuples(
        st.just("packet"),
        st.integers(0, 2),
        st.sampled_from([6, 17, 17, 1]),
        st.tuples(st.sampled_from(SOURCES), st.sampled_from(SOURCES), st.integers(1, 8), st.integers(1, 8)),
        st.sampled_from([2, 16, 17, 18, 4, 24]),
        st.binary(max_size=3),
        st.sampled_from([0, 0, 0, 1, 400, 1000, 5000]),
    ),
    st.tuples(st.just("answer"), st.integers(0, 2), st.integers(0, 30), st.sampled_from([0, 0, 0, 1, 400, 1000, 5000])),
    st.tuples(
        st.just("write"),
        st.sampled_from([("clear", ""), ("capacity", "2"), ("capacity", "5"), ("capacity", "0"), ("pattern2", "keep 1 0")]),
    ),
)


def packet_of(protocol: int, flow: tuple[int, int, int, int], flags: int, data: bytes) -> bytes:
    header = IP(src=address(flow[0]), dst=address(flow[1]), proto=protocol)
    if protocol == 6:
        return bytes(header / TCP(sport=flow[2], dport=flow[3], flags=flags) / data)
    if protocol == 1:
        return bytes(header / ICMP(type=8 if flags & 16 else 0, id=flow[2], seq=flow[3]) / data)
    return bytes(header / UDP(sport=flow[2], dport=flow[3]) / data)


def turned(packet: bytes) -> bytes:
    """A packet's answer, with the same checksums and payload."""
    at = 4 * (packet[0] & 15)
    if packet[9] == 1:
        return packet[:12] + packet[16:20] + packet[12:16] + packet[20:at] + bytes((packet[at] ^ 8, 0)) + packet[at + 2 :]
    return packet[:12] + packet[16:20] + packet[12:16] + packet[20:at] + packet[at + 2 : at + 4] + packet[at : at + 2] + packet[at + 4 :]


@pytest.mark.parametrize("configuration", STORIES, ids=range(len(STORIES)))
def test_whatever_happens_both_readings_say_the_same(configuration: str) -> None:
    both = [Bench(machine, configuration, 3, 3) for machine in (Reference, Compiled)]
    capacity = both[0].read("capacity")
    now = 0

    @settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    @given(st.lists(EVENT, max_size=60))
    def story(events: list[tuple[Any, ...]]) -> None:
        nonlocal now
        left: list[bytes] = []
        for x in both:
            x.write("clear")
            x.write("capacity", capacity)
        for event in events:
            if event[0] == "write":
                for x in both:
                    x.write(*event[1])
                continue
            now += event[-1] * 1_000_000
            if event[0] == "answer":
                if not left:
                    continue
                data = turned(left[event[2] % len(left)])
            else:
                data = packet_of(*event[2:6])
            seen = [
                [(output, p.data, p.dst_ip, p.paint) for output, p in x.push(data, event[1], now=now, network=0, paint=len(left) & 255)]
                for x in both
            ]
            assert seen[0] == seen[1]
            left += [each[1] for each in seen[0]]
        for handler in handlers_of(both[0].machine.elements["x"], "read"):
            assert both[0].read(handler) == both[1].read(handler)
        check_table(both[0])

    story()


def check_table(x: Bench) -> None:
    """The table holds no more than it may, and what a flow becomes comes back as that flow."""
    assert int(x.read("size")) <= int(x.read("capacity"))
    element = x.machine.elements["x"]
    assert isinstance(element, Rewriter)
    if element.keyed_by != "flows":
        return
    for name in {"tcp_table", "udp_table", "table"} & handlers_of(element, "read").keys():
        becomes = dict(line.split(" [")[0].split(" => ") for line in x.read(name).splitlines())
        for before, after in becomes.items():
            answer = becomes.get(swapped(after))
            assert answer is None or answer == swapped(before)


def swapped(flow: str) -> str:
    source, sport, destination, dport = flow.strip("()").split(", ")
    return f"({destination}, {dport}, {source}, {sport})"
