"""Frames for benchmarks, made from a seed: the same seed is the same capture, whichever machine it is made on."""

from __future__ import annotations

import random
import struct
from collections.abc import Sequence
from typing import Final

ROUTER: Final = bytes.fromhex("00000000aa00")
HOST: Final = bytes.fromhex("00000000bb01")
UDP: Final = 17
TCP: Final = 6
ICMP: Final = 1
NEXT_HOPS: Final = 10
"""Neighbours of the benchmarked routers: 172.16.0.0 and so on."""


def address(text: str) -> int:
    """The number of an IPv4 address."""
    a, b, c, d = (int(part) for part in text.split("."))
    return a << 24 | b << 16 | c << 8 | d


def dotted(number: int) -> str:
    """The text of an IPv4 address."""
    return ".".join(str(number >> shift & 0xFF) for shift in (24, 16, 8, 0))


def checksum(data: bytes) -> int:
    """The Internet checksum (RFC 1071) of ``data``."""
    padded = data + bytes(len(data) % 2)
    total: int = sum(struct.unpack(f"!{len(padded) // 2}H", padded))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


def ip_frame(
    source: int,
    destination: int,
    body: bytes,
    *,
    protocol: int = UDP,
    identification: int = 0,
    ttl: int = 64,
    options: bytes = b"",
    fragment: int = 0,
) -> bytes:
    """An Ethernet frame to the router, with an IPv4 header whose checksum is right; ``options`` are a multiple of four bytes."""
    words = 5 + len(options) // 4
    total = 4 * words + len(body)
    rest = struct.pack("!II", source, destination) + options
    header = struct.pack("!BBHHHBBH", 0x40 | words, 0, total, identification, fragment, ttl, protocol, 0) + rest
    header = header[:10] + struct.pack("!H", checksum(header)) + header[12:]
    return ROUTER + HOST + b"\x08\x00" + header + body


def udp_frame(source: int, destination: int, ports: tuple[int, int], identification: int = 0, payload: bytes = b"x" * 18) -> bytes:
    """A UDP packet of 60 bytes where ``payload`` is not given, both checksums right."""
    length = 8 + len(payload)
    pseudo = struct.pack("!IIHH", source, destination, UDP, length)
    found = checksum(pseudo + struct.pack("!HHHH", *ports, length, 0) + payload) or 0xFFFF
    return ip_frame(source, destination, struct.pack("!HHHH", *ports, length, found) + payload, identification=identification)


def tcp_frame(source: int, destination: int, ports: tuple[int, int], identification: int = 0) -> bytes:
    """A TCP packet of 60 bytes with ACK set, both checksums right."""
    pseudo = struct.pack("!IIHH", source, destination, TCP, 26)
    text = struct.pack("!HHIIBBHHH", *ports, 1, 1, 0x50, 0x10, 8192, 0, 0) + b"x" * 6
    found = checksum(pseudo + text)
    text = text[:16] + struct.pack("!H", found) + text[18:]
    return ip_frame(source, destination, text, protocol=TCP, identification=identification)


def arp_replies() -> list[bytes]:
    """The answers by which a router knows its `NEXT_HOPS` neighbours."""
    frames = []
    for number in range(NEXT_HOPS):
        hardware = bytes.fromhex("00000000cc") + bytes([number])
        answer = struct.pack("!HHBBH", 1, 0x0800, 6, 4, 2) + hardware + struct.pack("!I", address("172.16.0.0") + number)
        frames.append(ROUTER + hardware + b"\x08\x06" + answer + ROUTER + struct.pack("!I", address("10.0.0.1")) + bytes(18))
    return frames


def tagged(frame: bytes, vlan: int) -> bytes:
    """``frame`` with the tag of a VLAN."""
    return frame[:12] + struct.pack("!HH", 0x8100, vlan) + frame[12:]


def routed(rng: random.Random, prefixes: Sequence[tuple[int, int]], count: int) -> list[bytes]:
    """UDP packets to addresses below ``prefixes`` (address, length), each prefix as likely as any other."""
    frames = []
    for number in range(count):
        network, length = rng.choice(prefixes)
        low = rng.getrandbits(32 - length) if length < 32 else 0
        source = address("192.168.0.0") + rng.getrandbits(16)
        frames.append(udp_frame(source, network | low, (rng.randrange(1024, 65536), 53), number & 0xFFFF))
    return frames


def odd_frames() -> list[bytes]:
    """What a router answers, cuts or drops: hops used up, too large with and without leave to be cut, options, broken headers, runts."""
    here, there = address("10.3.9.9"), address("10.4.8.8")
    body = struct.pack("!HHHH", 1024, 53, 26, 0) + b"y" * 18
    whole = ip_frame(here, there, body)
    return [
        ip_frame(here, there, body, ttl=1),
        ip_frame(here, there, body + bytes(1500), fragment=0x4000),
        ip_frame(here, there, body + bytes(range(256)) * 6, identification=7),
        ip_frame(here, there, body, options=bytes((7, 7, 4, 0, 0, 0, 0, 0))),
        ip_frame(here, there, body, options=bytes((7, 3, 4, 0))),
        whole[:24] + b"\x12\x34" + whole[26:],
        whole[:30],
        whole[:12] + b"\x86\xdd" + whole[14:],
        ip_frame(here, address("10.0.0.1"), body),
    ]
