"""IPv6 addresses as configurations have them and as Click prints them, in Python and in C; and the checksum of ICMPv6."""

from __future__ import annotations

import ipaddress
from typing import Final

from elements.definition.parsers import prefix_length

NEXT_ICMP6: Final = 58


def ip6_address(text: str) -> int:
    """An IPv6 address as a 128-bit number."""
    try:
        return int(ipaddress.IPv6Address(text))
    except ValueError:
        raise ValueError(f"an IPv6 address such as 3ffe::1 is wanted, not {text!r}") from None


def ip6_prefix(text: str) -> tuple[int, int]:
    """An IPv6 prefix, `3ffe::/16` or `3ffe::/ffff::`, as (address, prefix length); a bare address is a /128. Host bits are kept."""
    address, slash, bits = text.partition("/")
    wanted = f"an IPv6 prefix such as 3ffe::/16 is wanted, not {text!r}"
    try:
        number = ip6_address(address)
        if not slash:
            return number, 128
        length = prefix_length(bits, 128)
        if length is not None:
            return number, length
        inverted = ip6_address(bits) ^ (1 << 128) - 1
    except ValueError:
        raise ValueError(wanted) from None
    if inverted & (inverted + 1):
        raise ValueError(f"the mask of {text!r} is not a prefix: its ones must come first")
    return number, 128 - inverted.bit_length()


def ip6_text(address: int) -> str:
    """An IPv6 address as Click prints it: RFC 5952, but with all that starts with 96 zeros, too, as if it had an IPv4 address."""
    if 0 < address < 1 << 32 or address >> 32 == 0xFFFF:
        return f"::{'ffff:' if address >> 32 else ''}{ipaddress.IPv4Address(address & 0xFFFF_FFFF)}"
    words = [address >> at & 0xFFFF for at in range(112, -1, -16)]
    start, length = 0, 0
    for first in range(8):
        zeros = 0
        while first + zeros < 8 and not words[first + zeros]:
            zeros += 1
        if zeros > length:
            start, length = first, zeros
    if length < 2:
        return ":".join(f"{word:x}" for word in words)
    return ":".join(f"{word:x}" for word in words[:start]) + "::" + ":".join(f"{word:x}" for word in words[start + length :])


def checksum(source: bytes, destination: bytes, message: bytes) -> int:
    """The checksum of an ICMPv6 message (RFC 4443) whose checksum field is 0."""
    covered = source + destination + len(message).to_bytes(4, "big") + NEXT_ICMP6.to_bytes(4, "big") + message + bytes(len(message) % 2)
    total = sum(int.from_bytes(covered[at : at + 2], "big") for at in range(0, len(covered), 2))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return total ^ 0xFFFF


def c_bytes(number: int, count: int) -> str:
    """A C initializer of ``count`` bytes."""
    return "{" + ", ".join(f"0x{byte:02x}" for byte in number.to_bytes(count, "big")) + "}"


CHECKSUM_C: Final = """
/* The checksum of an ICMPv6 message whose checksum field is 0; ``addresses`` are its source and its destination. */
static uint16_t ip6_checksum(const uint8_t *addresses, const uint8_t *message, uint32_t length)
{
    uint64_t total = length + 58;
    for (int i = 0; i < 32; i += 2) total += get16(addresses + i);
    for (uint32_t i = 0; i + 1 < length; i += 2) total += get16(message + i);
    if (length & 1) total += (uint32_t)message[length - 1] << 8;
    while (total >> 16) total = (total & 0xffff) + (total >> 16);
    return ~total;
}
"""
TEXT_C: Final = """
/* An address as Click prints it, at most 45 characters; how many. */
static int ip6_text(char *text, const uint8_t *a)
{
    uint64_t upper = (uint64_t)get32(a) << 32 | get32(a + 4);
    uint32_t third = get32(a + 8), last = get32(a + 12);
    if (!upper && ((third == 0 && last) || third == 0xffff))
        return sprintf(text, "::%s%u.%u.%u.%u", third ? "ffff:" : "", a[12], a[13], a[14], a[15]);
    int start = 0, length = 0, n = 0;
    for (int first = 0; first < 8; first++) {
        int zeros = 0;
        while (first + zeros < 8 && !get16(a + 2 * (first + zeros))) zeros++;
        if (zeros > length) start = first, length = zeros;
    }
    if (length < 2) start = length = 8;
    for (int i = 0; i < 8; i++) {
        if (i == start) {
            n += sprintf(text + n, "::");
            i += length - 1;
        } else {
            n += sprintf(text + n, i && i != start + length ? ":%x" : "%x", get16(a + 2 * i));
        }
    }
    return n;
}
"""
