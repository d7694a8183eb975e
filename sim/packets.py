"""Frames to test routers with: mostly sound, some of them wrong in every way that a header can be. Deterministic by seed."""

from __future__ import annotations

import random
from collections.abc import Sequence


def internet_checksum(data: bytes) -> int:
    """The one's complement of the one's-complement sum (RFC 1071)."""
    padded = data + bytes(len(data) % 2)
    total = sum(int.from_bytes(padded[i : i + 2], "big") for i in range(0, len(padded), 2))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return total ^ 0xFFFF


def ethernet(destination: bytes, source: bytes, kind: int, payload: bytes, tags: Sequence[int] = ()) -> bytes:
    """An Ethernet frame, with 802.1Q tags (TCI each, outermost first)."""
    middle = b"".join(b"\x81\x00" + tci.to_bytes(2, "big") for tci in tags)
    return destination + source + middle + kind.to_bytes(2, "big") + payload


def ipv4(
    source: int,
    destination: int,
    protocol: int,
    payload: bytes,
    *,
    ttl: int = 64,
    options: bytes = b"",
    fragment: int = 0,
    tos: int = 0,
    identification: int = 0,
) -> bytes:
    """An IPv4 packet with a right checksum; ``fragment`` is the flags and offset word, ``options`` a multiple of four bytes."""
    length = 20 + len(options) + len(payload)
    header = bytes((0x45 + len(options) // 4, tos)) + length.to_bytes(2, "big") + identification.to_bytes(2, "big")
    header += fragment.to_bytes(2, "big") + bytes((ttl, protocol, 0, 0)) + source.to_bytes(4, "big") + destination.to_bytes(4, "big")
    header += options
    return header[:10] + internet_checksum(header).to_bytes(2, "big") + header[12:] + payload


def arp(operation: int, sender_ethernet: bytes, sender: int, target_ethernet: bytes, target: int) -> bytes:
    """An ARP packet for IPv4 over Ethernet (RFC 826)."""
    head = b"\x00\x01\x08\x00\x06\x04" + operation.to_bytes(2, "big")
    return head + sender_ethernet + sender.to_bytes(4, "big") + target_ethernet + target.to_bytes(4, "big")


def transport(rng: random.Random, protocol: int, ports: Sequence[int]) -> bytes:
    """A transport header and some payload: UDP, TCP, ICMP, or noise."""
    body = rng.randbytes(rng.choice((0, 1, 6, 18, 100, 500)))
    source, destination = rng.choice(ports), rng.choice(ports)
    both = source.to_bytes(2, "big") + destination.to_bytes(2, "big")
    if protocol == 17:
        return both + (8 + len(body)).to_bytes(2, "big") + b"\x00\x00" + body
    if protocol == 6:
        return both + rng.randbytes(8) + bytes((0x50, rng.choice((2, 3, 16, 18, 24)))) + rng.randbytes(2) + bytes(4) + body
    if protocol == 1:
        return bytes((rng.choice((0, 3, 8, 11)), 0)) + bytes(2) + rng.randbytes(4) + body
    return body


def ip_packet(rng: random.Random, sources: Sequence[int], destinations: Sequence[int], ports: Sequence[int]) -> bytes:
    """A random IPv4 packet: most are plain, some have options, are fragments, near the end of their life, damaged or cut short."""
    protocol = rng.choice((6, 6, 17, 17, 1, 50))
    body = transport(rng, protocol, ports)
    packet = ipv4(
        rng.choice(sources),
        rng.choice(destinations),
        protocol,
        body + (rng.randbytes(rng.randrange(1440, 1540 - len(body))) if rng.random() < 0.06 and len(body) < 90 else b""),
        ttl=rng.choice((0, 1, 2, 64, 64, 64, 255)),
        options=rng.choice((b"", b"", b"", b"", b"", b"\x01" * 4, b"\x94\x04\x00\x00\x07\x07\x04\x00\x00\x00\x00\x00")),
        fragment=rng.choice((0, 0, 0, 0, 0x4000, 0x2000, 0x00B9)),
        tos=rng.choice((0, 0, 0x10, 0xB8, 3)),
        identification=rng.randrange(65536),
    )
    if rng.random() < 0.08:
        at = rng.randrange(len(packet))
        packet = packet[:at] + bytes((packet[at] ^ 1 << rng.randrange(8),)) + packet[at + 1 :]
    if rng.random() < 0.05:
        packet = packet[: rng.randrange(len(packet))]
    if rng.random() < 0.1:
        packet += bytes(rng.randrange(1, 30))
    return packet
