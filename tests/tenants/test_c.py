"""c is one web server to its clients, and four behind it: it answers for their address, and gives each connection to one of them, which
answers the client itself.
"""

from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest

from sim.packets import arp, ethernet, internet_checksum, ipv4
from tests.tenants.test_captures import kind, udp
from tests.tenants.wires import Frame, Seen

CLIENT, ROUTER, BALANCER = bytes.fromhex("0200000000c1"), bytes.fromhex("02000000fe0c"), bytes.fromhex("020000000c00")
SERVER_SIDE, SERVERS = bytes.fromhex("020000000c01"), [bytes.fromhex(f"020000005e0{n}") for n in range(4)]
VIP, HOST, ELSEWHERE = 0xC0000250, 0xCB007109, 0xC0000251


def segment(client: int, source: int, destination: int = 80, address: int = VIP, **fields: Any) -> bytes:
    """A TCP packet from a client."""
    head = source.to_bytes(2, "big") + destination.to_bytes(2, "big") + bytes(8) + b"\x50\x10\xff\xff" + bytes(4)
    return ipv4(client, address, 6, head + b"GET /", **fields)


def ip(packet: bytes) -> Frame:
    """``packet`` as it comes from the router."""
    return "clients", ethernet(BALANCER, ROUTER, 0x0800, packet)


PING = ipv4(HOST, VIP, 1, b"\x08\x00" + internet_checksum(b"\x08\x00\x00\x00\x00\x07\x00\x01").to_bytes(2, "big") + b"\x00\x07\x00\x01")


def frames() -> list[Frame]:
    """One of each kind."""
    return [
        ("clients", ethernet(b"\xff" * 6, CLIENT, 0x0806, arp(1, CLIENT, HOST, bytes(6), VIP))),
        ("clients", ethernet(b"\xff" * 6, CLIENT, 0x0806, arp(1, CLIENT, HOST, bytes(6), ELSEWHERE))),
        ip(PING),
        ip(segment(HOST, 40000)),
        ip(segment(HOST, 40001, 443)),
        ip(segment(HOST, 40002, 22)),
        ip(ipv4(HOST, VIP, 17, udp(40000, 80))),
        ip(segment(HOST, 40000, fragment=0x2000)),
        ip(segment(HOST, 40000, fragment=0x0010)),
        ip(segment(HOST, 40000, address=ELSEWHERE)),
        ip(segment(HOST, 40000, 443, address=ELSEWHERE)),
        ("clients", ethernet(BALANCER, ROUTER, 0x86DD, bytes(40))),
        ("servers", ethernet(SERVER_SIDE, SERVERS[0], 0x0800, segment(VIP, 80, 40000, HOST))),
    ]


def test_it_is_the_address_and_sends_the_rest_on_or_away(play: Callable[..., Seen]) -> None:
    seen = play("c", frames())
    answers = [[(device, kind(frame)) for device, frame in each] for each in seen.sent]
    web, refused = [("servers", "TCP")], [("clients", "ICMP 3 3")]
    assert answers == [[("clients", "ARP 2")], [], [("clients", "ICMP 0 0")], web, web, refused, refused, refused, [], [], [], [], []]
    assert seen.counts("refused", "stray", "back") == {"refused": 4, "stray": 2, "back": 1}


def test_a_ping_is_answered_by_way_of_the_router(play: Callable[..., Seen]) -> None:
    [[(_, answer)]] = play("c", [ip(PING)]).sent
    assert answer[:12] == ROUTER + BALANCER
    assert answer[26:34] == VIP.to_bytes(4, "big") + HOST.to_bytes(4, "big")
    assert internet_checksum(answer[14:34]) == internet_checksum(answer[34:]) == 0


@pytest.mark.parametrize("port", [80, 443])
def test_connections_are_spread_and_each_stays_with_its_server(play: Callable[..., Seen], port: int) -> None:
    packets = [segment(HOST + n % 7, 40000 + n, port) for n in range(120)]
    seen = play("c", [ip(packet) for packet in packets * 2])
    chosen = []
    for [(device, frame)], packet in zip(seen.sent, packets * 2, strict=True):
        assert device == "servers"
        assert frame == ethernet(frame[:6], SERVER_SIDE, 0x0800, packet)
        chosen.append(SERVERS.index(frame[:6]))
    assert chosen[:120] == chosen[120:]
    sent = Counter(chosen)
    assert min(sent[n] for n in range(4)) > 20
    assert seen.counts(*(f"s{n}/sent" for n in range(4))) == {f"s{n}/sent": sent[n] for n in range(4)}
