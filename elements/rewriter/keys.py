"""Keys of flows: turned round, and where they are looked for."""

from __future__ import annotations

from typing import Final

BUCKETS: Final = 131072


def turned(pair: int, width: int) -> int:
    """The two halves of ``width`` bits each, exchanged."""
    return (pair & (1 << width) - 1) << width | pair >> width


def mix(rules: int, addresses: int, ports: int) -> int:
    """64 bits that depend on all of a key: twice a shift, a multiplication and a shift."""
    x = (addresses + (rules << 32 | ports) * 0x9E3779B97F4A7C15) & 0xFFFF_FFFF_FFFF_FFFF
    for _ in range(2):
        x = (x ^ x >> 32) * 0xD6E8FEB86659FD93 & 0xFFFF_FFFF_FFFF_FFFF
    return x ^ x >> 32


def bucket_of(rules: int, addresses: int, ports: int) -> int:
    """The bucket of a key."""
    return mix(rules, addresses, ports) & BUCKETS - 1
