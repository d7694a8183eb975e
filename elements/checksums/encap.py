"""What elements share that put an IPv4 header and a message's header in front of packets."""

from __future__ import annotations

from ipaddress import IPv4Address
from typing import Final

from elements.checksums.sums import SUMS, checksum
from elements.definition.element import Element, Move, StateVariable
from elements.definition.handlers import StateView, reads, writes
from elements.definition.parsers import ip_address
from elements.reference.packet import Packet

ENCAP: Final = (
    SUMS
    + """
#ifndef ENCAP
#define ENCAP
/* An IP header without options at the packet's start, which is ``p->length`` long from there, and marked. */
static void ip_header(struct packet *p, uint32_t id, uint32_t ttl, uint32_t protocol, uint32_t source, uint32_t destination)
{
    put16(p->data, 0x4500);
    put16(p->data + 2, p->length);
    put16(p->data + 4, id);
    put16(p->data + 6, 0);
    put16(p->data + 8, ttl << 8 | protocol);
    put16(p->data + 10, 0);
    put32(p->data + 12, source);
    put32(p->data + 16, destination);
    put16(p->data + 10, ~ones_sum(p->data, 20, 0));
    p->network = 0;
    p->dst_ip = destination;
}
#endif
"""
)


def put_in_front(packet: Packet, count: int) -> None:
    """``count`` bytes of zero more at the packet's start, and its network header there."""
    packet.move_start(-count)
    packet.buffer[packet.start : packet.start + count] = bytes(count)
    packet.network = packet.start


def ip_header(packet: Packet, identification: int, ttl: int, protocol: int, source: int, destination: int) -> None:
    """An IP header without options at the packet's start."""
    at, length = packet.start, packet.length & 0xFFFF
    header = b"\x45\0" + length.to_bytes(2, "big") + identification.to_bytes(2, "big") + bytes((0, 0, ttl, protocol, 0, 0))
    header += source.to_bytes(4, "big") + destination.to_bytes(4, "big")
    packet.buffer[at : at + 20] = header[:10] + checksum(header).to_bytes(2, "big") + header[12:]
    packet.dst_ip = destination


class Addressed(Element):
    """Its packets go from one address to another, which handlers can set."""

    origin = StateVariable(32)
    target = StateVariable(32)

    @property
    def front(self) -> int:
        """Bytes that packets get in front."""
        return 28

    def move(self, output: int) -> Move:
        return Move(-self.front, -self.front)

    @reads("src")
    def source_text(self, state: StateView) -> str:
        return str(IPv4Address(state.get(self.origin)))

    @writes("src")
    def set_source(self, state: StateView, text: str) -> None:
        state.set(self.origin, ip_address(text.strip()))

    @reads("dst")
    def destination_text(self, state: StateView) -> str:
        return str(IPv4Address(state.get(self.target)))

    @writes("dst")
    def set_destination(self, state: StateView, text: str) -> None:
        state.set(self.target, ip_address(text.strip()))
