"""The captures of the example tenants: made here, kept in `tenants/`, written anew by `pytest --update-golden`. Through the machine they
show what the tenants do with a packet of each kind.
"""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from elements.captures.pcap import read_capture, write_capture
from mlclick import cli
from sim.packets import arp, ethernet, ipv4

TENANTS = Path(__file__).parents[2] / "tenants"
HOST, ROUTER = bytes.fromhex("0200000000c1"), bytes.fromhex("020000000a00")
CUSTOMER, GATEWAY = bytes.fromhex("02000000cc00"), bytes.fromhex("020000000b00")
NEAR, OWN, NOWHERE = 0x0A000009, 0x0A000001, 0x01083105
"""A host of a's first network, a itself, and an address behind a's first upstream router."""
LAN, NAMES, WEB = 0xAC100505, 0xAC100035, 0x08080808


def udp(source: int, destination: int, data: bytes = bytes(18)) -> bytes:
    return source.to_bytes(2, "big") + destination.to_bytes(2, "big") + (8 + len(data)).to_bytes(2, "big") + bytes(2) + data


def tcp(source: int, destination: int) -> bytes:
    return source.to_bytes(2, "big") + destination.to_bytes(2, "big") + bytes(8) + b"\x50\x02\xff\xff" + bytes(4)


def frames_for_a() -> list[bytes]:
    """To a's device eth0: ARP, transit, the end of a life, the router itself, a wrong checksum."""
    damaged = bytearray(ipv4(NEAR, NOWHERE, 17, udp(5000, 7)))
    damaged[10] ^= 1
    return [
        ethernet(b"\xff" * 6, HOST, 0x0806, arp(1, HOST, NEAR, bytes(6), OWN)),
        ethernet(ROUTER, HOST, 0x0800, ipv4(NEAR, NOWHERE, 17, udp(5000, 7))),
        ethernet(ROUTER, HOST, 0x0800, ipv4(NEAR, NOWHERE, 17, udp(5000, 7), ttl=1)),
        ethernet(ROUTER, HOST, 0x0806, arp(2, HOST, NEAR, ROUTER, OWN)),
        ethernet(ROUTER, HOST, 0x0800, ipv4(NEAR, OWN, 6, tcp(5000, 22))),
        ethernet(ROUTER, HOST, 0x0800, bytes(damaged)),
    ]


def frames_for_b() -> list[bytes]:
    """To b's device lan, with the customer's VLAN: what its rules let through and what they refuse; the last is of another VLAN."""
    packets = (ipv4(LAN, NAMES, 17, udp(5000, 53)), ipv4(LAN, WEB, 6, tcp(5000, 443)), ipv4(LAN, WEB, 6, tcp(5000, 23)))
    spoofed = ipv4(0x0A010203, WEB, 6, tcp(5000, 443))
    tagged = [ethernet(GATEWAY, CUSTOMER, 0x0800, packet, (10,)) for packet in (*packets, spoofed)]
    return [*tagged, ethernet(GATEWAY, CUSTOMER, 0x0800, packets[0], (11,))]


@pytest.mark.parametrize(("name", "frames"), [("a", frames_for_a()), ("b", frames_for_b())])
def test_the_capture_is_as_it_is_made(name: str, frames: list[bytes], tmp_path: Path, request: pytest.FixtureRequest) -> None:
    path = TENANTS / f"{name}.pcap"
    made = tmp_path / "made.pcap" if not request.config.getoption("--update-golden") else path
    write_capture(made, ((1_000_000 * number, frame) for number, frame in enumerate(frames, 1)))
    assert path.exists(), f"{path} is not there; write it with pytest --update-golden"
    assert made.read_bytes() == path.read_bytes()


@pytest.mark.parametrize("hardware", ["none", "reference"])
def test_the_tenants_answer_it(hardware: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    inputs = [argument for name in "ab" for argument in ("--in", f"0@{name}={TENANTS}/{name}.pcap")]
    arguments = ["run", "a,b", *inputs, "--out", str(tmp_path), "--hardware", hardware, "--tenants", str(TENANTS)]
    monkeypatch.setattr(sys, "argv", ["mlclick", *arguments])
    with pytest.raises(SystemExit) as stopped:
        cli.main()
    assert not stopped.value.code
    near, far = ([frame for _, frame in read_capture(tmp_path / f"port{port}.pcap").packets] for port in (0, 1))
    of_a = [frame[:12] + frame[16:] for frame in near if frame[14:16] == bytes((0, 100))]
    of_b = [frame[:12] + frame[16:] for frame in near if frame[14:16] == bytes((0, 200))]
    assert [kind(frame) for frame in of_a] == ["ARP 2", "UDP", "ARP 1", "ICMP 11 0", "ICMP 3 2"]
    assert [kind(frame) for frame in of_b] == ["VLAN 10 ICMP 3 13", "VLAN 10 ICMP 3 13"]
    assert [(frame[14:16], kind(frame[:12] + frame[16:])) for frame in far] == [
        (bytes((0, 200)), "VLAN 20 UDP"),
        (bytes((0, 200)), "VLAN 20 TCP"),
    ]


def kind(frame: bytes) -> str:
    """What a frame is, in a word or two."""
    ethertype, body = int.from_bytes(frame[12:14], "big"), frame[14:]
    if ethertype == 0x8100:
        return f"VLAN {int.from_bytes(body[:2], 'big') & 0xFFF} {kind(frame[:12] + body[2:])}"
    if ethertype == 0x0806:
        return f"ARP {body[7]}"
    assert ethertype == 0x0800
    return f"ICMP {body[20]} {body[21]}" if body[9] == 1 else {6: "TCP", 17: "UDP"}[body[9]]
