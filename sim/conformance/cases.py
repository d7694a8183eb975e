"""Packets for conformance, by seed: real headers with every kind of damage, and all that a program can see beside the bytes."""

from __future__ import annotations

import random
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from elements.captures.pcap import read_capture
from elements.program.program import TIME_WIDTH
from elements.reference.packet import HEADROOM, Packet
from sim.packets import arp, ethernet, ip_packet

ADDRESSES: Final = (0x0A000001, 0x0A010203, 0x01020304, 0x05060708, 0xC0A80001, 0x12451A04, 0x0A0000FF, 0xE0000001, 0xFFFFFFFF, 0)
PORTS: Final = (22, 53, 80, 443, 1024, 55, 9)
TAGS: Final = (100, 7, 0xA007, 0x2064, 0x0FFF, 0)
LONGEST: Final = 1600
"""Bytes of the longest packet here."""


@dataclass(frozen=True)
class Case:
    """A packet with what lies around it. ``poke``: what all state variables are set to before it comes, where that is given."""

    packet: Packet
    poke: int | None

    def fresh(self) -> Packet:
        """A packet of its own to work on."""
        return self.packet.copy()


def random_cases(seed: int, count: int) -> list[Case]:
    """``count`` cases. The clock runs on, wraps now and then, and state is set to something else every fifty packets or so."""
    rng = random.Random(seed)
    found, now = [], rng.getrandbits(TIME_WIDTH)
    for _ in range(count):
        now += rng.choice((40, 1_000, 50_000, 3_000_000, 700_000_000, 20_000_000_000))
        found.append(_dressed(rng, _frame(rng)[:LONGEST], now % (1 << TIME_WIDTH)))
    return found


def captured_cases(folder: Path, most: int) -> list[Case]:
    """The first ``most`` packets of every capture in ``folder``, as frames with their IP header marked and as IP packets by turns."""
    found: list[Case] = []
    for path in sorted(folder.glob("*.pcap")):
        rng = random.Random(path.name)
        for number, (time, data) in enumerate(read_capture(path).packets[:most]):
            case = _dressed(rng, data[14 * (number % 2) :][:LONGEST], time % (1 << TIME_WIDTH))
            case.packet.network = case.packet.start + (0 if number % 2 else 14)
            found.append(case)
    return found


def _frame(rng: random.Random) -> bytes:
    kind = rng.choice(("ip", "ip", "ip", "ethernet", "ethernet", "tagged", "double", "arp", "noise", "runt"))
    body = ip_packet(rng, ADDRESSES, ADDRESSES, PORTS)
    macs = rng.choice((b"\x02" * 6, b"\xff" * 6, b"\x01\x00\x5e\x00\x00\x01")), b"\x04" * 6
    if kind == "ip":
        return body
    if kind == "noise":
        return rng.randbytes(rng.randrange(0, 120))
    if kind == "arp":
        operation = rng.choice((1, 1, 1, 2, 3))
        return ethernet(*macs, 0x0806, arp(operation, b"\x02" * 6, rng.choice(ADDRESSES), bytes(6), rng.choice(ADDRESSES)))
    tags = {"tagged": 1, "double": 2}.get(kind, 0)
    frame = ethernet(*macs, rng.choice((0x0800, 0x0800, 0x0800, 0x86DD)), body, tuple(rng.choice(TAGS) for _ in range(tags)))
    if kind == "runt":
        return frame[: rng.randrange(0, 64)]
    if rng.random() < 0.05:
        return frame[:12] + b"\x88\xa8" + frame[14:]
    return frame


def _dressed(rng: random.Random, data: bytes, now: int) -> Case:
    packet = Packet.of(data, time=now, device=rng.randrange(4))
    # What was stripped before is still in front of the data.
    front = rng.choice((b"", b"", rng.randbytes(4), rng.randbytes(18)))
    packet.buffer[HEADROOM - len(front) : HEADROOM] = front
    packet.paint, packet.dst_ip, packet.vlan_tci = rng.choice((0, 1, 2, 3, 255)), rng.choice(ADDRESSES), rng.choice((0, *TAGS))
    packet.packet_type, packet.fix_ip_src = rng.randrange(8), rng.randrange(2)
    ip = 0 if data[:1] and data[0] >> 4 == 4 else 14 + 4 * (data[12:14] == b"\x81\x00")
    where = rng.choice((ip, ip, ip, ip, ip, 0, 14, None, -14, rng.randrange(-20, 60)))
    packet.network = None if where is None else packet.start + where
    poke = None
    if rng.random() < 0.02:
        poke = rng.choice(
            (0, (1 << 64) - 1, (1 << 64) - 2, rng.getrandbits(64), rng.getrandbits(64) & rng.getrandbits(64), rng.getrandbits(20))
        )
    return Case(packet, poke)


def state_after_poke(poke: int, width: int) -> int:
    """What a poke sets every word of a variable of ``width`` bits to."""
    return poke & ((1 << width) - 1)
