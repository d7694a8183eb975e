"""Checksums that follow what changes in a packet (RFC 1624, equation 3)."""

from __future__ import annotations


def difference(old: int, new: int) -> int:
    """What the one's-complement sum of words that were ``old`` grows by when they are ``new`` (at most 64 bits)."""
    return sum(((old >> at & 0xFFFF) ^ 0xFFFF) + (new >> at & 0xFFFF) for at in range(0, 64, 16))


def correct(buffer: bytearray, at: int, change: int) -> None:
    """Change the checksum there, where there is a difference."""
    if change % 0xFFFF:
        total = (int.from_bytes(buffer[at : at + 2], "big") ^ 0xFFFF) + change
        while total >> 16:
            total = (total & 0xFFFF) + (total >> 16)
        buffer[at : at + 2] = (total ^ 0xFFFF).to_bytes(2, "big")
