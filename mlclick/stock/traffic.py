"""What elements are compared on: frames of every kind, sound and not, made from a seed, and those of real captures behind them."""

from __future__ import annotations

import random
from collections.abc import Callable
from itertools import islice
from pathlib import Path
from typing import Final

from elements.captures.pcap import read_capture
from sim.packets import arp, ethernet, internet_checksum, ip_packet, ipv4

GENERATED: Final = 260
CAPTURED: Final = 60
"""Frames of each capture that are taken."""
_SUMMARISED: Final = 60
_BEGINNING: Final = 1_000_000_000_250_000_000
"""Time of the first frame, in nanoseconds: beside the second, so that rounding is seen."""
_STEPS: Final = (0, 1_000, 1_000, 250_000, 3_000_000, 40_000_000)
_LONGEST: Final = 1600
_HOSTS: Final = (0x0A000001, 0x0A000002, 0x0A010203, 0x01000001, 0x01000002, 0x02000001, 0x05060708, 0xC0A80001, 0x12451A18, 0x0A0000FF)
_FAR: Final = (*_HOSTS, 0xE0000001, 0xFFFFFFFF, 0, 0x01020304)
_PORTS: Final = (21, 53, 80, 50, 51, 1024, 1025, 9)
_STATIONS: Final = (b"\1" * 6, b"\2" * 6, b"\4" * 6, b"\1\2\3\4\5\6", b"\2\0\0\0\5\2")
_EVERYBODY: Final = (b"\xff" * 6, b"\x01\x00\x5e\x00\x00\x01", b"\x33\x33\xff\0\0\x09")
_NETWORKS: Final = ("20010db80005", "20010db80006", "3ffe1ce10002", "ff0200000000", "00000000000000000000")

Frames = list[tuple[int, bytes]]


def generated(seed: int, count: int = GENERATED) -> Frames:
    """``count`` frames, each with its time in nanoseconds. The same seed is the same frames."""
    rng = random.Random(seed)
    kinds: tuple[Callable[[random.Random], list[bytes]], ...] = (
        _ip, _ip, _damaged, _damaged, _pieces, _errors, _arp, _arp, _ip6, _discovery, _tagged, _odd,
    )  # fmt: skip
    found: list[bytes] = []
    while len(found) < count:
        found += rng.choice(kinds)(rng)
    now, timed = _BEGINNING, []
    for frame in found[:count]:
        now += rng.choice(_STEPS)
        timed.append((now, frame[:_LONGEST]))
    return timed


def captured(folder: Path) -> Frames:
    """The first frames of every capture in ``folder``, which follow the generated ones. Errors: `ClickError`."""
    rng = random.Random(0)
    now, found = _BEGINNING + 60 * 1_000_000_000, []
    for path in sorted(folder.rglob("*.pcap")):
        for _, frame in islice(read_capture(path).packets, CAPTURED):
            now += rng.choice(_STEPS)
            found.append((now, frame[:_LONGEST]))
    return found


def lasting(frames: Frames) -> int:
    """Seconds, no fewer, from the first frame's time to the last one's."""
    return -(-(frames[-1][0] - frames[0][0]) // 1_000_000_000) if frames else 0


def _framed(rng: random.Random, kind: int, payload: bytes, tags: tuple[int, ...] = ()) -> bytes:
    to = rng.choice(_EVERYBODY) if rng.random() < 0.15 else rng.choice(_STATIONS)
    return ethernet(to, rng.choice(_STATIONS), kind, payload, tags)


def _summed(source: int, destination: int, protocol: int, text: bytes) -> bytes:
    """``text`` with the checksum of its protocol."""
    at = {1: 2, 6: 16, 17: 6}.get(protocol)
    if at is None or len(text) < at + 2:
        return text
    pseudo = b"" if protocol == 1 else source.to_bytes(4, "big") + destination.to_bytes(4, "big") + bytes((0, protocol))
    pseudo += b"" if protocol == 1 else len(text).to_bytes(2, "big")
    zeroed = text[:at] + b"\0\0" + text[at + 2 :]
    found = internet_checksum(pseudo + zeroed)
    return text[:at] + (found or 0xFFFF).to_bytes(2, "big") + text[at + 2 :]


def _text(rng: random.Random, protocol: int) -> bytes:
    """A sound header of the transport and some payload; its checksum is not set."""
    body = rng.choice((b"", b"x", b"hello", bytes(range(60)), b"PORT 10,0,0,1,4,5\r\n", b"PORT 10,0,0,2,0,50\r\n"))
    ports = rng.choice(_PORTS).to_bytes(2, "big") + rng.choice(_PORTS).to_bytes(2, "big")
    if protocol == 17:
        return ports + (8 + len(body)).to_bytes(2, "big") + b"\0\0" + body
    if protocol == 6:
        options = rng.choice((b"", b"", b"\x02\x04\x05\xb4", b"\x01\x01\x08\x0a\0\0\0\1\0\0\0\2"))
        flags = rng.choice((2, 16, 18, 24, 17, 4))
        numbers = rng.randrange(1 << 32).to_bytes(4, "big") + rng.randrange(1 << 32).to_bytes(4, "big")
        return ports + numbers + bytes((0x50 + 4 * len(options), flags)) + b"\x20\0" + bytes(4) + options + body
    if protocol == 1:
        kind = rng.choice((8, 8, 0, 0, 13, 3))
        return bytes((kind, 0, 0, 0)) + rng.choice((1, 2, 5, 7)).to_bytes(2, "big") + rng.randrange(4).to_bytes(2, "big") + body
    return body


def _sound(rng: random.Random, *, least: int = 0) -> bytes:
    protocol = rng.choice((6, 6, 17, 17, 1, 50))
    source, destination = rng.choice(_HOSTS), rng.choice(_FAR if rng.random() < 0.2 else _HOSTS)
    text = _text(rng, protocol)
    if len(text) < least:
        text += rng.randbytes(least - len(text))
        if protocol == 17:
            text = text[:4] + len(text).to_bytes(2, "big") + text[6:]
    return ipv4(
        source,
        destination,
        protocol,
        _summed(source, destination, protocol, text),
        ttl=rng.choice((1, 2, 64, 255)),
        options=rng.choice((b"", b"", b"", b"", b"\x01" * 4, b"\x07\x07\x04\0\0\0\0\0", b"\x44\x08\x05\x00\0\0\0\0", b"\x94\x04\0\0")),
        fragment=rng.choice((0, 0, 0x4000)),
        tos=rng.choice((0, 0x10, 0xB8, 1, 2, 3)),
        identification=rng.randrange(1 << 16),
    )


def _ip(rng: random.Random) -> list[bytes]:
    packet = _sound(rng, least=rng.choice((0, 0, 0, 0, 1300)))
    frames = [_framed(rng, 0x0800, packet + bytes(rng.choice((0, 0, 7))))]
    # The answer, and once more what was asked.
    if rng.random() < 0.3:
        back = packet[:12] + packet[16:20] + packet[12:16] + packet[20:]
        frames += [_framed(rng, 0x0800, back), frames[0]]
    return frames


def _damaged(rng: random.Random) -> list[bytes]:
    return [_framed(rng, 0x0800, ip_packet(rng, _HOSTS, _FAR, _PORTS))]


def _pieces(rng: random.Random) -> list[bytes]:
    """A packet in fragments, in some order, of which one may come twice or not at all."""
    source, destination = rng.choice(_HOSTS), rng.choice(_HOSTS)
    text = _summed(source, destination, 17, b"\x04\x00\x00\x35" + (408).to_bytes(2, "big") + b"\0\0" + rng.randbytes(400))
    number, size = rng.randrange(1 << 16), rng.choice((136, 208, 400))
    found = [
        _framed(
            rng,
            0x0800,
            ipv4(
                source,
                destination,
                17,
                text[at : at + size],
                fragment=at // 8 | (0x2000 if at + size < len(text) else 0),
                identification=number,
            ),
        )
        for at in range(0, len(text), size)
    ]
    rng.shuffle(found)
    return found[rng.choice((0, 0, 0, 1)) :] + (found[:1] if rng.random() < 0.2 else [])


def _errors(rng: random.Random) -> list[bytes]:
    about = _sound(rng)[: rng.choice((28, 40, 60))]
    kind, code = rng.choice(((3, 3), (3, 4), (11, 0), (12, 0), (5, 1), (4, 0)))
    text = bytes((kind, code, 0, 0, 0, 0, 5, 0)) + about
    return [_framed(rng, 0x0800, ipv4(rng.choice(_HOSTS), rng.choice(_HOSTS), 1, _summed(0, 0, 1, text)))]


def _arp(rng: random.Random) -> list[bytes]:
    sender = rng.choice(_STATIONS)
    made = arp(rng.choice((1, 1, 2, 2, 2, 3)), sender, rng.choice(_HOSTS), rng.choice(_STATIONS), rng.choice(_HOSTS))
    return [_framed(rng, 0x0806, made + bytes(rng.choice((0, 18))))[: 60 if rng.random() < 0.9 else 30]]


def _address6(rng: random.Random) -> bytes:
    start = bytes.fromhex(rng.choice(_NETWORKS))
    return start + bytes(14 - len(start)) + rng.choice((b"\0\1", b"\0\x09", b"\0\xfe", b"\0\x0a"))


def _packet6(source: bytes, destination: bytes, protocol: int, text: bytes, limit: int) -> bytes:
    if protocol == 58 and len(text) >= 4:
        pseudo = source + destination + len(text).to_bytes(4, "big") + bytes((0, 0, 0, 58))
        text = text[:2] + internet_checksum(pseudo + text[:2] + b"\0\0" + text[4:]).to_bytes(2, "big") + text[4:]
    return b"\x60\0\0\0" + len(text).to_bytes(2, "big") + bytes((protocol, limit)) + source + destination + text


def _ip6(rng: random.Random) -> list[bytes]:
    protocol = rng.choice((6, 17, 17, 58, 58, 59))
    text = rng.choice((b"\x80\0\0\0", b"\x81\0\0\0", b"\x01\0\0\0")) + bytes(4) if protocol == 58 else _text(rng, protocol)
    packet = _packet6(
        _address6(rng), _address6(rng), protocol, text + rng.randbytes(rng.choice((0, 5, 60))), rng.choice((0, 1, 2, 64, 255))
    )
    if rng.random() < 0.15:
        packet = rng.choice((packet[:-1], packet[:30], b"\x40" + packet[1:], packet + b"\0\0"))
    return [_framed(rng, 0x86DD, packet)]


def _discovery(rng: random.Random) -> list[bytes]:
    """Neighbour solicitations and advertisements."""
    target, sender = _address6(rng), rng.choice(_STATIONS)
    kind, option = rng.choice(((135, 1), (136, 2)))
    text = bytes((kind, 0, 0, 0)) + (b"\x60\0\0\0" if kind == 136 else bytes(4)) + target + bytes((option, 1)) + sender
    packet = _packet6(target if kind == 136 else _address6(rng), _address6(rng), 58, text, rng.choice((255, 255, 255, 64)))
    return [_framed(rng, 0x86DD, packet)]


def _tagged(rng: random.Random) -> list[bytes]:
    tags = tuple(rng.choice((100, 7, 1, 0xA007, 0x2064, 0x0FFF, 0)) for _ in range(rng.choice((1, 1, 2))))
    return [_framed(rng, 0x0800, _sound(rng), tags)]


def _odd(rng: random.Random) -> list[bytes]:
    whole = _framed(rng, rng.choice((0x0800, 0x0806, 0x8100, 0x86DD, 0x88CC)), rng.randbytes(rng.randrange(60)))
    return [rng.choice((whole, whole[: rng.randrange(1, 40)], rng.randbytes(rng.randrange(1, 90))))]


def summary(seed: int) -> str:
    """Packets as an IP summary, a line each, made from a seed."""
    rng = random.Random(seed)
    lines = ["!IPSummaryDump 1.3", "!data timestamp ip_src sport ip_dst dport ip_proto ip_len tcp_flags"]
    now = _BEGINNING // 1000
    for _ in range(_SUMMARISED):
        now += rng.choice((0, 1, 1_000, 500_000))
        source, destination = (".".join(map(str, rng.choice(_HOSTS).to_bytes(4, "big"))) for _ in range(2))
        protocol, flags = rng.choice((("T", "S"), ("T", "PA"), ("T", "."), ("U", "-"), ("I", "-"), ("50", "-")))
        ports = ("-", "-") if protocol in "I50" else (str(rng.choice(_PORTS)), str(rng.choice(_PORTS)))
        size = rng.choice((40, 60, 84, 400, 1500))
        lines.append(f"{now // 1_000_000}.{now % 1_000_000:06} {source} {ports[0]} {destination} {ports[1]} {protocol} {size} {flags}")
    return "\n".join([*lines, ""])
