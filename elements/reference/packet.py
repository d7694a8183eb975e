"""A real packet, as the reference readings see it."""

from __future__ import annotations

from dataclasses import dataclass, replace

LONGEST = 65535
"""The most bytes that a packet has on an edge of a graph: lengths have 16 bits. One that enters with more, or grows to more, is dropped."""

HEADROOM = 32
"""Bytes that a fresh packet has in front of its data, all zero. Where an Ethernet header was stripped, headers of UDP over IP and of
Ethernet have room there."""


@dataclass
class Packet:
    """``buffer[start:end]`` is the data. ``network`` is the index in ``buffer`` of the network header, None where unset; the transport
    header is the IPv4 header's length behind it. ``time`` is in nanoseconds, 64 bits of which all ones are -1; ``parameter`` is the byte of
    the IP header that an ICMP parameter problem is about. A packet may stand for ``extra_packets`` more, the first of them at
    ``first_time``, and for ``extra_length`` bytes that it does not have; ``aggregate`` is the number of a group that it belongs to.
    """

    buffer: bytearray
    start: int
    end: int
    network: int | None = None
    paint: int = 0
    dst_ip: int = 0
    vlan_tci: int = 0
    device: int = 0
    packet_type: int = 0
    fix_ip_src: int = 0
    parameter: int = 0
    dst_ip6: int = 0
    time: int = 0
    aggregate: int = 0
    extra_packets: int = 0
    extra_length: int = 0
    first_time: int = 0

    @classmethod
    def of(cls, data: bytes, time: int = 0, device: int = 0) -> Packet:
        """A packet with ``data`` and zeroed headroom."""
        return cls(bytearray(HEADROOM) + bytearray(data), HEADROOM, HEADROOM + len(data), time=time, device=device)

    @property
    def data(self) -> bytes:
        """The packet's bytes."""
        return bytes(self.buffer[self.start : self.end])

    @property
    def length(self) -> int:
        """How many bytes it has."""
        return self.end - self.start

    @property
    def transport(self) -> int | None:
        """The index in ``buffer`` of the transport header: 4 * IHL behind the network header, None where that is unset."""
        if self.network is None:
            return None
        first = self.buffer[self.network] if self.start <= self.network < self.end else 0
        return self.network + 4 * (first & 0xF)

    def layer_start(self, layer: str) -> int | None:
        """The index in ``buffer`` at which ``layer`` starts, None where it is not set."""
        if layer == "data":
            return self.start
        return self.network if layer == "network" else self.transport

    def byte(self, layer: str, offset: int) -> int:
        """The byte there; zero past the end, before the buffer's start and where the layer is not set."""
        start = self.layer_start(layer)
        if start is None or not 0 <= start + offset < self.end:
            return 0
        return self.buffer[start + offset]

    def move_start(self, shift: int) -> None:
        """The data starts ``shift`` bytes later, or at its end where that comes first (negative: earlier, with headroom made as needed,
        zero where nothing was).
        """
        if self.start + shift < 0:
            grown = HEADROOM - (self.start + shift)
            self.buffer[:0] = bytes(grown)
            self.start += grown
            self.end += grown
            self.network = None if self.network is None else self.network + grown
        self.start += min(shift, self.length)

    def put(self, count: int) -> None:
        """There are ``count`` bytes more, zero, behind the data."""
        self.buffer[self.end :] = bytes(count)
        self.end += count

    def copy(self) -> Packet:
        """A packet of its own with the same content."""
        return replace(self, buffer=bytearray(self.buffer))
