"""Internet checksums of whole messages (RFC 1071), with the pseudo-header of TCP and UDP."""

from __future__ import annotations

from typing import Final

import numpy as np


def ones_sum(data: bytes | bytearray, start: int = 0) -> int:
    """The 16-bit one's-complement sum of ``data``, an odd last byte with zero behind it, and of ``start``."""
    padded = bytes(data) + bytes(len(data) % 2)
    total = int(np.frombuffer(padded, dtype=">u2").sum(dtype=np.uint64)) + start
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return total


def checksum(data: bytes | bytearray, start: int = 0) -> int:
    """The Internet checksum of ``data``."""
    return ones_sum(data, start) ^ 0xFFFF


def final_destination(header: bytes | bytearray) -> bytes:
    """The address that a packet with this IP header is for in the end: the last of its source route, where it has one."""
    at = 20
    while at < len(header) and header[at] != 0:
        if header[at] == 1:
            at += 1
            continue
        size = header[at + 1] if at + 1 < len(header) else 0
        if size < 2 or at + size > len(header):
            break
        if header[at] in (131, 137) and size >= 7:
            return bytes(header[at + size - 4 : at + size])
        at += size
    return bytes(header[16:20])


def pseudo_sum(buffer: bytes | bytearray, ip: int, length: int) -> int:
    """The sum of the pseudo-header of a message of ``length`` bytes behind the IP header that starts at ``ip``."""
    header = buffer[ip : ip + max(20, 4 * (buffer[ip] & 15))]
    return ones_sum(bytes(header[12:16]) + final_destination(header), header[9] + length)


SUMS: Final = """
#ifndef SUMS
#define SUMS
static uint32_t ones_sum(const uint8_t *b, uint32_t length, uint64_t total)
{
    uint32_t i = 0;
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
    /* Words as they lie in memory: the sum of words in the other order is the sum in the other order. */
    uint64_t swapped = 0;
    for (; i + 8 <= length; i += 8) {
        uint64_t word;
        memcpy(&word, b + i, 8);
        swapped += (word & 0xffffffff) + (word >> 32);
    }
    while (swapped >> 16) swapped = (swapped & 0xffff) + (swapped >> 16);
    total += (swapped & 0xff) << 8 | swapped >> 8;
#endif
    for (; i + 1 < length; i += 2) total += get16(b + i);
    if (i < length) total += (uint32_t)b[i] << 8;
    while (total >> 16) total = (total & 0xffff) + (total >> 16);
    return total;
}
/* The sum of the pseudo-header of a message of ``length`` bytes behind the IP header at ``ip``, which is whole. */
static uint32_t pseudo_sum(const uint8_t *ip, uint32_t length)
{
    uint32_t size = 4 * (ip[0] & 15), to = 16;
    for (uint32_t at = 20; at < size && ip[at];) {
        if (ip[at] == 1) { at++; continue; }
        uint32_t option = at + 1 < size ? ip[at + 1] : 0;
        if (option < 2 || at + option > size) break;
        if ((ip[at] == 131 || ip[at] == 137) && option >= 7) { to = at + option - 4; break; }
        at += option;
    }
    return ones_sum(ip + 12, 4, (uint64_t)get32(ip + to) + ip[9] + length);
}
#endif
"""
"""C at file level; once, in however many helpers it stands."""
