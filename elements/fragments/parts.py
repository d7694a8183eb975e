"""What IPReassembler keeps of packets of which fragments are still to come: within a bound, the oldest first.

Of each packet there is its header, room for its data as far as it has been seen to reach, and which of its blocks of 8 bytes are there.
What a packet takes (`cost`) is what the C reading allocates for it, or a little more.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

from elements.reference.packet import HEADROOM, Packet

EACH: Final = 512
"""Bytes that each packet takes beside its data, of which it has at least `LEAST`, and a bit for each block of it."""
LEAST: Final = 256
BLOCK: Final = 8
PATIENCE: Final = 30
"""Seconds."""
MOST_LEAVE: Final = 16
"""Packets that are given up for one fragment."""
SECOND: Final = 1_000_000_000


def bucket_bits(most: int) -> int:
    """The number of buckets of a table of ``most`` bytes, as a power of two."""
    return max(1, (most >> 10).bit_length() - 1)


def room_of(most: int) -> int:
    """Bytes that are left for packets."""
    return max(0, most - 8 * (1 << bucket_bits(most)))


@dataclass(eq=False)
class Parts:
    """``carrier`` ends with the IP header of the first fragment or, until that comes, of another."""

    carrier: Packet
    flags: int
    more: bool
    """Whether the last fragment has not come."""
    since: int
    """The second in which the first of its fragments came."""
    data: bytearray
    blocks: set[int]

    def cost(self, reach: int, network: int) -> int:
        """What it takes if its data reaches that far, and its IP header stands ``network`` bytes behind its start."""
        room = max(LEAST, 1 << (max(reach, len(self.data)) - 1).bit_length())
        return EACH + network + room + room // (8 * BLOCK)

    @property
    def network(self) -> int:
        """Where the IP header stands."""
        return (self.carrier.network or 0) - self.carrier.start

    def add(self, start: int, data: bytes) -> None:
        """Put data in its place."""
        end = start + len(data)
        self.data.extend(bytes(max(0, end - len(self.data))))
        self.data[start:end] = data
        self.blocks.update(range(start // BLOCK, -(-end // BLOCK)))

    def whole(self) -> bool:
        """Whether everything is there."""
        return not self.more and len(self.blocks) == -(-len(self.data) // BLOCK)

    def packet(self) -> Packet:
        """The packet as far as it is there."""
        made = self.carrier.copy()
        at = made.network or 0
        made.buffer[at + 6 : at + 8] = bytes((self.flags | 0x20 * self.more, 0))
        made.buffer[made.end :] = self.data
        made.end += len(self.data)
        return made


def carried(packet: Packet) -> Packet:
    """What of a first fragment goes with the packet: all in front of its data, but no more than `HEADROOM` bytes in front of it."""
    cut, at = max(0, packet.start - HEADROOM), packet.network or 0
    end = at + 4 * (packet.buffer[at] & 15)
    return replace(packet, buffer=packet.buffer[cut:end], start=packet.start - cut, end=end - cut, network=at - cut)


def header_of(packet: Packet) -> Packet:
    """A packet of the fragment's header without options, with no annotations."""
    at = packet.network or 0
    made = Packet.of(b"\x45" + bytes(packet.buffer[at + 1 : at + 20]))
    made.network = made.start
    return made


def key_of(packet: Packet) -> bytes:
    """What fragments of a packet have in common: identification, protocol, addresses."""
    at = packet.network or 0
    return bytes(packet.buffer[at + 4 : at + 6] + packet.buffer[at + 9 : at + 10] + packet.buffer[at + 12 : at + 20])
