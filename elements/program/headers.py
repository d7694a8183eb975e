"""Protocol headers as views of a packet's bytes: attributes that read and write fields in network byte order."""

from __future__ import annotations

from typing import TYPE_CHECKING

from elements.program.values import Value, part

if TYPE_CHECKING:
    from elements.program.packet import Packet
    from elements.program.program import Layer


class Bytes:
    """The bytes of a layer: ``view[3]`` is a byte, ``view[12:14]`` several in network byte order, and both can be set."""

    def __init__(self, packet: Packet, layer: Layer) -> None:
        self.packet = packet
        self.layer: Layer = layer

    def __getitem__(self, key: int | slice) -> Value:
        if isinstance(key, int):
            return self.packet.load(self.layer, key)
        return self.packet.field(self.layer, key.start * 8, (key.stop - key.start) * 8)

    def __setitem__(self, key: int | slice, value: Value | int) -> None:
        start, stop = (key, key + 1) if isinstance(key, int) else (key.start, key.stop)
        self.packet.set_field(self.layer, start * 8, (stop - start) * 8, value)


class Field:
    """A field of a header view: ``width`` bits from bit ``bit`` of the header, bit 0 being the most significant of byte 0."""

    def __init__(self, bit: int, width: int) -> None:
        self.bit = bit
        self.width = width

    def __get__(self, view: Bytes, owner: type[Bytes]) -> Value:
        return view.packet.field(view.layer, self.bit, self.width)

    def __set__(self, view: Bytes, value: Value | int) -> None:
        view.packet.set_field(view.layer, self.bit, self.width, value)


class Ethernet(Bytes):
    """Ethernet II header, and the 802.1Q tag where there is one."""

    destination = Field(0, 48)
    source = Field(48, 48)
    type = Field(96, 16)
    vlan_tci = Field(112, 16)
    inner_type = Field(128, 16)


class IPv4(Bytes):
    """IPv4 header, RFC 791 section 3.1."""

    version = Field(0, 4)
    ihl = Field(4, 4)
    tos = Field(8, 8)
    length = Field(16, 16)
    identification = Field(32, 16)
    flags = Field(48, 3)
    more_fragments = Field(50, 1)
    fragment_offset = Field(51, 13)
    ttl = Field(64, 8)
    protocol = Field(72, 8)
    checksum = Field(80, 16)
    source = Field(96, 32)
    destination = Field(128, 32)


class Ports(Bytes):
    """The first four bytes of UDP (RFC 768) and TCP (RFC 9293) headers."""

    source = Field(0, 16)
    destination = Field(16, 16)


def ones_complement_sum(words: list[Value]) -> Value:
    """The 16-bit one's-complement sum of 16-bit words (RFC 1071), folded: 0xFFFF and 0 both stand for zero."""
    level = list(words)
    while len(level) > 1:
        level = [level[i] + level[i + 1] if i + 1 < len(level) else level[i] for i in range(0, len(level), 2)]
    total = level[0]
    while total.width > 17:
        total = part(total, 0, 16) + part(total, 16, total.width - 16)
    if total.width == 16:
        return total
    # The last fold cannot carry: a 17-bit total is at most 0x1FFFE.
    return part(part(total, 0, 16) + part(total, 16, 1), 0, 16)


def words_of(value: Value) -> list[Value]:
    """The 16-bit words of a value whose width is a multiple of 16, most significant first."""
    return [part(value, low, 16) for low in range(value.width - 16, -1, -16)]


def checksum_update(checksum: Value, old: Value, new: Value) -> Value:
    """The checksum after 16-bit word ``old`` became ``new``: HC' = ~(~HC + ~m + m'), RFC 1624 equation 3."""
    return ~ones_complement_sum([~checksum, ~old, new])
