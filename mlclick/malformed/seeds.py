"""Well-formed packets that the mutations begin with, some of them of captures, where some are named."""

from __future__ import annotations

import os
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from elements.captures.pcap import read_capture
from elements.reference.packet import Packet
from graph.diagnostics import ClickError
from mlclick.software.inputs import data_folder
from sim.packets import arp, ethernet, internet_checksum, ip_packet, ipv4

ADDRESSES: Final = (0x0A000001, 0x0A010203, 0x01020304, 0x01000001, 0xC0A80001, 0xE0000001, 0xFFFFFFFF)
PORTS: Final = (21, 22, 53, 80, 443, 1024, 9)
COUNT: Final = 400
"""Packets that are made."""
FROM_CAPTURES: Final = 200
"""Packets of each capture in ``$MLCLICK_DATA``/pcap, at most."""


def seeds(seed: int) -> Iterator[Packet]:
    """Packets of each kind, and of the captures in ``$MLCLICK_DATA``/pcap, if that is set. Errors: `ClickError`."""
    rng = random.Random(seed)
    for number in range(COUNT):
        body = _body(rng)
        kind = number % 4
        if kind == 0:
            yield _packet(body, 0)
        elif kind == 1:
            yield _packet(ethernet(b"\x02" * 6, b"\x04" * 6, 0x86DD if body[0] >> 4 == 6 else 0x0800, body), 14)
        elif kind == 2:
            yield _packet(ethernet(b"\xff" * 6, b"\x04" * 6, 0x0800, body, (0x2000 + rng.randrange(1, 11),)), 18)
        else:
            operation = rng.choice((1, 2, 2))
            spoken = arp(operation, b"\x02" * 6, rng.choice(ADDRESSES), bytes(6), rng.choice(ADDRESSES))
            tags = rng.choice(((), (0x2000 + rng.randrange(1, 11),)))
            yield _packet(ethernet(b"\xff" * 6, b"\x02" * 6, 0x0806, spoken, tags), None)
    folder = data_folder()
    if folder is not None:
        yield from _captured(folder)


def _packet(data: bytes, network: int | None) -> Packet:
    made = Packet.of(data)
    made.network = None if network is None else made.start + network
    return made


def _body(rng: random.Random) -> bytes:
    kind = rng.choice(("ip", "ip", "ip", "error", "ip6", "ftp", "parts"))
    ends = rng.choice(ADDRESSES), rng.choice(ADDRESSES)
    if kind == "error":
        inner = ip_packet(rng, ADDRESSES, ADDRESSES, PORTS)[:28]
        head = bytes((rng.choice((3, 4, 5, 11, 12)), rng.randrange(5)))
        rest = bytes(4) + inner
        return ipv4(*ends, 1, head + internet_checksum(head + bytes(2) + rest).to_bytes(2, "big") + rest)
    if kind == "ip6":
        return _ip6(rng)
    if kind == "ftp":
        text = rng.choice((b"PORT 10,0,0,1,4,7\r\n", b"PORT 1,0,0,1,255,255\r\nPORT 1", b"227 ok (10,1,2,3,4,5)\r\n"))
        return ipv4(*ends, 6, b"\x04\x00\x00\x15" + rng.randbytes(8) + b"\x50\x18\x10\x00" + bytes(4) + text)
    if kind == "parts":
        return ipv4(
            *ends,
            17,
            rng.randbytes(8 * rng.randrange(1, 20)),
            fragment=rng.choice((0x2000, 0x2001, 0x0002, 0x2004)),
            identification=rng.randrange(3),
        )
    return ip_packet(rng, ADDRESSES, ADDRESSES, PORTS)


def _ip6(rng: random.Random) -> bytes:
    rest = rng.choice((b"\x80\x00", b"\x01\x00", b"\x87\x00", b"\x88\x00")) + rng.randbytes(rng.randrange(6, 60))
    ends = b"".join((0x3FFE << 112 | rng.randrange(3)).to_bytes(16, "big") for _ in range(2))
    return (
        b"\x60\0\0\0"
        + len(rest).to_bytes(2, "big")
        + rng.choice((b"\x3a", b"\x11", b"\x06"))
        + rng.choice((b"\x01", b"\xff"))
        + ends
        + rest
    )


def _captured(folder: Path) -> Iterator[Packet]:
    for root, inside, files in os.walk(folder / "pcap"):
        inside.sort()
        for name in sorted(files):
            try:
                capture = read_capture(Path(root, name))
            except ClickError:
                # Of another kind.
                continue
            for _, data in capture.packets[:FROM_CAPTURES]:
                yield _packet(data, 14 if data[12:14] == b"\x08\x00" else None)
