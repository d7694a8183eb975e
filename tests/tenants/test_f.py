"""f puts what its site sends to another into packets to the other end of a tunnel, and takes out what that end has put into some."""

from collections.abc import Callable
from typing import Any

import pytest
from scapy.layers.inet import ICMP, IP, defragment

from sim.packets import arp, ethernet, ipv4
from tests.tenants.test_captures import kind, udp
from tests.tenants.wires import Frame, Seen

IN, OUT, SITE, PROVIDER = (bytes.fromhex(f"02000000{n}") for n in ("0f00", "0f01", "cc06", "fe06"))
HERE, THERE, GATEWAY, LOCAL, REMOTE, NOBODY = 0x0A060105, 0x0A070109, 0x0A060001, 0xC6336406, 0xCB007106, 0x08080808


def inside(packet: bytes) -> Frame:
    return "inside", ethernet(IN, SITE, 0x0800, packet)


def outside(packet: bytes) -> Frame:
    return "outside", ethernet(OUT, PROVIDER, 0x0800, packet)


def datagram(source: int, destination: int, size: int = 18, **fields: Any) -> bytes:
    return ipv4(source, destination, 17, udp(5000, 7, bytes(n % 251 for n in range(size))), **fields)


def tunnelled(packet: bytes, source: int = REMOTE, destination: int = LOCAL, **fields: Any) -> bytes:
    """``packet`` as the other end sends it."""
    return ipv4(source, destination, 4, packet, **fields)


BACK = datagram(THERE, HERE)
DISTURBED = {
    "from somebody else": tunnelled(BACK, source=NOBODY),
    "to somebody else": tunnelled(BACK, destination=NOBODY),
    "in pieces": tunnelled(BACK, fragment=0x2000),
    "not from the other site": tunnelled(datagram(NOBODY, HERE)),
    "not for this site": tunnelled(datagram(THERE, NOBODY)),
    "broken inside": tunnelled(BACK[:10] + b"\0\0" + BACK[12:]),
    "cut inside": tunnelled(BACK[:-1]),
    "empty": tunnelled(b""),
    "not in the tunnel": datagram(REMOTE, LOCAL),
    "at the end of its life": tunnelled(datagram(THERE, HERE, ttl=1)),
}


def frames() -> list[Frame]:
    """One of each kind."""
    return [
        ("inside", ethernet(b"\xff" * 6, SITE, 0x0806, arp(1, SITE, HERE, bytes(6), GATEWAY))),
        ("outside", ethernet(b"\xff" * 6, PROVIDER, 0x0806, arp(1, PROVIDER, REMOTE, bytes(6), LOCAL))),
        inside(datagram(HERE, THERE)),
        inside(datagram(HERE, NOBODY)),
        inside(datagram(HERE, THERE, ttl=1)),
        inside(datagram(HERE, THERE, 1470)),
        inside(datagram(HERE, THERE, 1470, fragment=0x4000)),
        outside(tunnelled(BACK)),
        outside(tunnelled(BACK, options=b"\1" * 4)),
        *map(outside, DISTURBED.values()),
    ]


def test_each_kind_goes_its_way(play: Callable[..., Seen]) -> None:
    def what(frame: bytes) -> str:
        return "IPIP" if frame[12:14] == b"\x08\x00" and frame[23] == 4 else kind(frame)

    seen = play("f", frames())
    assert [[(device, what(frame)) for device, frame in each] for each in seen.sent] == [
        [("inside", "ARP 2")],
        [("outside", "ARP 2")],
        [("outside", "IPIP")],
        [("inside", "ICMP 3 0")],
        [("inside", "ICMP 11 0")],
        [("outside", "IPIP"), ("outside", "IPIP")],
        [("inside", "ICMP 3 4")],
        [("inside", "UDP")],
        [("inside", "UDP")],
        *([] for _ in DISTURBED),
    ]
    counted = {"sent": 3, "received": 2, "elsewhere": 1, "other": 4, "forged": 2, "broken": 3}
    assert seen.counts(*counted) == counted


@pytest.mark.parametrize("size", [0, 18, 1000, 1452])
def test_what_goes_in_has_a_header_more_and_a_hop_less(play: Callable[..., Seen], size: int) -> None:
    packet = datagram(HERE, THERE, size)
    for number, [(device, frame)] in enumerate(play("f", [inside(packet)] * 3).sent):
        inner = datagram(HERE, THERE, size, ttl=63)
        outer = bytes(IP(src="198.51.100.6", dst="203.0.113.6", proto=4, ttl=64, id=number, flags=0) / inner)
        assert (device, frame) == ("outside", ethernet(PROVIDER, OUT, 0x0800, outer))
        assert len(outer) <= 1500


def test_what_is_too_long_is_cut_before_it_goes_in(play: Callable[..., Seen]) -> None:
    packet = datagram(HERE, THERE, 1453)
    [pieces] = play("f", [inside(packet)]).sent
    parts = [IP(frame[34:]) for _, frame in pieces]
    assert [device for device, _ in pieces] == ["outside"] * 2
    assert all(len(frame) <= 1514 for _, frame in pieces)
    join: Callable[[list[IP]], list[IP]] = defragment
    assert [bytes(whole)[20:] for whole in join(parts)] == [packet[20:]]


def test_or_its_sender_is_told_how_long_it_may_be(play: Callable[..., Seen]) -> None:
    packet = datagram(HERE, THERE, 1453, fragment=0x4000)
    [[(device, frame)]] = play("f", [inside(packet)]).sent
    error = IP(frame[14:])
    assert (device, error.src, error.dst) == ("inside", "10.6.0.1", "10.6.1.5")
    assert (error[ICMP].type, error[ICMP].code, error[ICMP].nexthopmtu) == (3, 4, 1480)


@pytest.mark.parametrize("options", [b"", b"\1" * 4, b"\1" * 40])
def test_what_comes_out_is_as_it_went_in_and_a_hop_older(play: Callable[..., Seen], options: bytes) -> None:
    [[sent]] = play("f", [outside(tunnelled(BACK, options=options) + bytes(6))]).sent
    assert sent == ("inside", ethernet(SITE, IN, 0x0800, datagram(THERE, HERE, ttl=63)))


@pytest.mark.parametrize("why", list(DISTURBED))
def test_what_should_not_be_in_the_tunnel_does_not_come_out(play: Callable[..., Seen], why: str) -> None:
    assert play("f", [outside(DISTURBED[why])]).sent == ((),)
