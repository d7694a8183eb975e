"""What IPv4 and IPv6 say otherwise in the same packets (RFC 2765), and what is alike in the elements that translate."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from elements.definition.element import Move
from elements.definition.ports import Ports
from elements.passing.each_packet import Replacing

MAPPED: Final = 0xFFFF << 32
"""IPv6 addresses that stand for IPv4 ones begin with this."""
UNREACHABLE_64: Final = {0: 0, 1: 10, 2: 5, 3: 1, 4: 3}
UNREACHABLE_46: Final = {3: 4, 5: 2, 9: 1, 10: 1}
POINTERS_64: Final = {0: 0, 4: 2, 6: 9, 7: 8, 8: 12, 24: 255}
POINTERS_46: Final = {0: 0, 2: 4, 8: 7, 9: 6, 12: 8, 16: 24}
HEADERS: Final = 20
"""Bytes by which an IPv6 header is longer than an IPv4 header."""


def icmp_64(message: bytes) -> bytes | None:
    """An ICMP message from an ICMPv6 message, with a checksum of 0; None where there is none."""
    kind, code, rest, quoted = message[0], message[1], message[4:8], message[8:]
    mtu = max(0, int.from_bytes(rest, "big") - HEADERS)
    pointer = POINTERS_64.get(int.from_bytes(rest, "big"), 0) if code == 0 else 255
    head = {
        (128, code): bytes((8, 0, 0, 0)) + rest,
        (129, code): bytes((0, 0, 0, 0)) + rest,
        (1, code): bytes((3, UNREACHABLE_64.get(code, 0), 0, 0)) + bytes(4),
        (2, code): bytes((3, 4, 0, 0, 0, 0)) + min(mtu, 0xFFFF).to_bytes(2, "big"),
        (3, code): bytes((11, code, 0, 0)) + bytes(4),
        (4, 0): bytes((12, 0, 0, 0, pointer, 0, 0, 0)),
        (4, 1): bytes((3, 2, 0, 0)) + bytes(4),
        (4, 2): bytes((12, 0, 0, 0, pointer, 0, 0, 0)),
    }.get((kind, code))
    return None if head is None else head + quoted


def icmp_46(message: bytes) -> bytes | None:
    """An ICMPv6 message from an ICMP message, with a checksum of 0; None where there is none."""
    kind, code, rest, quoted = message[0], message[1], message[4:8], message[8:]
    pointer = POINTERS_46.get(message[4], 0xFFFF_FFFF)
    head = {
        8: bytes((128, 0, 0, 0)) + rest,
        0: bytes((129, 0, 0, 0)) + rest,
        3: bytes((1, UNREACHABLE_46.get(code, 0), 0, 0)) + bytes(4),
        11: bytes((3, code, 0, 0)) + bytes(4),
        12: bytes((4, 0, 0, 0)) + pointer.to_bytes(4, "big"),
    }.get(kind)
    if kind == 3 and code == 2:
        head = bytes((4, 1, 0, 0, 0, 0, 0, 6))
    elif kind == 3 and code == 4:
        head = bytes((2, 0, 0, 0)) + (int.from_bytes(rest[2:], "big") + HEADERS).to_bytes(4, "big")
    return None if head is None else head + quoted


def one_complement_sum(data: bytes) -> int:
    """The 16-bit one's-complement sum of ``data`` (RFC 1071)."""
    padded = data + bytes(len(data) % 2)
    total = sum(int.from_bytes(padded[at : at + 2], "big") for at in range(0, len(padded), 2))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return total


def with_checksum(pseudo_header: bytes, protocol: int, message: bytes) -> bytes:
    """``message`` with the checksum of its protocol, where that has one and the message reaches that far."""
    place = {6: 16, 17: 6, 1: 2, 58: 2}.get(protocol)
    if place is None or len(message) < place + 2:
        return message
    zeroed = message[:place] + bytes(2) + message[place + 2 :]
    found = one_complement_sum(pseudo_header + zeroed) ^ 0xFFFF
    return message[:place] + ((found or 0xFFFF) if protocol == 17 else found).to_bytes(2, "big") + message[place + 2 :]


def c_table(numbers: Mapping[int, int], other: int) -> str:
    """A C expression's cases: what ``v`` becomes, ``other`` where nothing is said."""
    return " : ".join(f"v == {old} ? {new}u" for old, new in numbers.items()) + f" : {other}u"


class Translator(Replacing):
    """An element that makes new packets of those that come."""

    ports = Ports("1/1", "a/a")
    is_short = False
    software_reason = "IPv6 addresses beside packets are the software's"

    def move(self, output: int) -> Move:
        return Move(None, "none")

    def most_bytes(self, output: int, arriving: tuple[int, ...]) -> int:
        return arriving[0] + HEADERS


TRANSLATORS: Final = f"""
static uint32_t xlat_sum(const uint8_t *b, uint32_t length)
{{
    uint64_t total = 0;
    for (uint32_t i = 0; i + 1 < length; i += 2) total += get16(b + i);
    if (length & 1) total += (uint32_t)b[length - 1] << 8;
    while (total >> 16) total = (total & 0xffff) + (total >> 16);
    return total;
}}
/* The checksum of the message's protocol, over the sum of a pseudo-header, too. */
static void xlat_checksum(uint8_t *message, uint32_t length, uint32_t protocol, uint32_t pseudo)
{{
    uint32_t place = protocol == 6 ? 16 : protocol == 17 ? 6 : 2;
    if ((protocol != 6 && protocol != 17 && protocol != 1 && protocol != 58) || length < place + 2) return;
    put16(message + place, 0);
    uint32_t total = xlat_sum(message, length) + pseudo;
    while (total >> 16) total = (total & 0xffff) + (total >> 16);
    total ^= 0xffff;
    put16(message + place, protocol == 17 && !total ? 0xffff : total);
}}
/* The first eight bytes of an ICMP message become those of an ICMPv6 message and the other way round; whether there is such a one. */
static int xlat_64(uint8_t *m)
{{
    uint32_t kind = m[0], code = m[1], v = get32(m + 4), rest = 0, to, becomes = 0;
    switch (kind) {{
    case 128: to = 8; rest = v; break;
    case 129: to = 0; rest = v; break;
    case 2: to = 3; becomes = 4; rest = v < {HEADERS} ? 0 : v - {HEADERS} > 0xffff ? 0xffff : v - {HEADERS}; break;
    case 3: to = 11; becomes = code; break;
    case 4:
        if (code > 2) return 0;
        to = code == 1 ? 3 : 12;
        becomes = code == 1 ? 2 : 0;
        rest = code == 1 ? 0 : code == 2 ? 255u << 24 : ({c_table(POINTERS_64, 0)}) << 24;
        break;
    case 1: to = 3; v = code; becomes = {c_table(UNREACHABLE_64, 0)}; break;
    default: return 0;
    }}
    m[0] = to;
    m[1] = becomes;
    put16(m + 2, 0);
    put32(m + 4, rest);
    return 1;
}}
static int xlat_46(uint8_t *m)
{{
    uint32_t kind = m[0], code = m[1], v = m[4], rest = 0, to, becomes = 0;
    switch (kind) {{
    case 8: to = 128; rest = get32(m + 4); break;
    case 0: to = 129; rest = get32(m + 4); break;
    case 11: to = 3; becomes = code; break;
    case 12: to = 4; rest = {c_table(POINTERS_46, 0xFFFF_FFFF)}; break;
    case 3:
        to = code == 2 ? 4 : code == 4 ? 2 : 1;
        v = code;
        becomes = code == 2 ? 1 : code == 4 ? 0 : ({c_table(UNREACHABLE_46, 0)});
        rest = code == 2 ? 6 : code == 4 ? get16(m + 6) + {HEADERS} : 0;
        break;
    default: return 0;
    }}
    m[0] = to;
    m[1] = becomes;
    put16(m + 2, 0);
    put32(m + 4, rest);
    return 1;
}}
"""
