"""Files of counts, as Click's AggregateCounter writes them."""

from __future__ import annotations

import struct
from collections.abc import Iterable, Sequence
from ipaddress import IPv4Address

from elements.definition.octets import octets

Counts = Sequence[tuple[int, int]]


def counts_file(banner: str, counts: Counts, mark: str, data: bytes) -> bytes:
    """A whole file: its head, a line that says how the counts are written, where that is not the usual one, and they."""
    head = f"{banner}\n" if banner and not banner.endswith("\n") else banner
    return octets(f"!IPAggregate 1.0\n{head}!num_nonzero {len(counts)}\n{mark}") + data


def text_data(counts: Counts) -> bytes:
    """A line for each number."""
    return _lines(f"{key} {count}" for key, count in counts)


def ip_data(counts: Counts) -> bytes:
    """The same, in which numbers are IP addresses."""
    return _lines(f"{IPv4Address(key)} {count}" for key, count in counts)


def pdf_data(counts: Counts, total: int) -> bytes:
    """The share of each number in ``total``."""
    return _lines(f"{key} {count / total:.12g}" for key, count in counts)


def binary_data(counts: Counts) -> bytes:
    """Number and count, of 32 bits each, the low byte first."""
    return b"".join(struct.pack("<II", key, count) for key, count in counts)


def _lines(lines: Iterable[str]) -> bytes:
    return "".join(f"{line}\n" for line in lines).encode()
