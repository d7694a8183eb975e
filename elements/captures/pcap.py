"""Capture files in the classic pcap format (draft-ietf-opsawg-pcap), both byte orders, microseconds and nanoseconds."""

from __future__ import annotations

import struct
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from graph.diagnostics import Location, fail

MICROSECONDS: Final = 0xA1B2C3D4
NANOSECONDS: Final = 0xA1B23C4D
PCAPNG: Final = b"\x0a\x0d\x0d\x0a"
ETHERNET: Final = 1
LONGEST: Final = 262144
HEADER: Final = 24
RECORD_HEADER: Final = 16


@dataclass(frozen=True)
class Capture:
    """``packets`` are (time in ns, bytes as captured). Where the file breaks off, ``broken`` is the byte at which and ``why`` says how."""

    packets: tuple[tuple[int, bytes], ...]
    broken: int | None = None
    why: str = ""


@dataclass(frozen=True)
class Format:
    """What a capture's header says: byte order (of `struct`), nanoseconds in a unit of time, link type."""

    order: str
    unit: int
    link: int


@dataclass(frozen=True)
class Record:
    """A packet at its place: time in ns, bytes as captured, how long it was on the wire, where the next one starts."""

    time: int
    data: bytes
    original: int
    next: int


def read_bytes(path: Path) -> bytes:
    """All of the file at ``path``. Errors: `ClickError`."""
    try:
        return path.read_bytes()
    except OSError as error:
        fail(f"cannot read the capture: {error.strerror}", "check its name and permissions", Location(None, str(path), 1, 1))


def read_format(data: bytes, path: Path, links: tuple[int, ...] = (ETHERNET,)) -> Format:
    """The format of the capture ``data``, which came from ``path``. Errors: `ClickError` where it is no pcap or of no link type in
    ``links``."""
    here = Location(None, str(path), 1, 1)
    if data[:4] == PCAPNG:
        fail("this is a pcapng capture", "convert it: editcap -F pcap IN OUT", here)
    order = next((o for o in "<>" if data[:4] in (struct.pack(o + "I", MICROSECONDS), struct.pack(o + "I", NANOSECONDS))), None)
    if order is None or len(data) < HEADER:
        fail("this is not a pcap capture", "captures are files as tcpdump -w writes them", here)
    magic, _, _, _, _, _, link = struct.unpack(order + "IHHiIII", data[:HEADER])
    if link & 0xFFFF not in links:
        fail(f"this capture is of link type {link & 0xFFFF}, not Ethernet", "capture on an Ethernet interface", here)
    return Format(order, 1 if magic == NANOSECONDS else 1000, link & 0xFFFF)


def read_record(data: bytes, at: int, form: Format) -> Record | str:
    """The packet at byte ``at``, or how the file breaks off there."""
    if at + RECORD_HEADER > len(data):
        return "the file ends inside a packet's header"
    seconds, fraction, captured, original = struct.unpack(form.order + "IIII", data[at : at + RECORD_HEADER])
    if captured > LONGEST:
        return f"a packet claims to have {captured} bytes"
    start = at + RECORD_HEADER
    if start + captured > len(data):
        return "the file ends inside a packet"
    return Record(seconds * 1_000_000_000 + fraction * form.unit, data[start : start + captured], original, start + captured)


def read_capture(path: Path) -> Capture:
    """The capture at ``path``; of one that breaks off, what comes before. Errors: `ClickError` where it cannot be read or is no Ethernet
    pcap.
    """
    data = read_bytes(path)
    return read_records(data, HEADER, read_format(data, path))


def read_records(data: bytes, at: int, form: Format) -> Capture:
    """The packets of the file ``data`` from byte ``at`` on."""
    packets: list[tuple[int, bytes]] = []
    for record in each_record(data, at, form):
        if isinstance(record, str):
            return Capture(tuple(packets), at, record)
        packets.append((record.time, record.data))
        at = record.next
    return Capture(tuple(packets))


def each_record(data: bytes, at: int, form: Format) -> Iterator[Record | str]:
    """The packets of the file ``data`` from byte ``at`` on, one after the other, and how it breaks off, where it does."""
    while at < len(data):
        record = read_record(data, at, form)
        yield record
        if isinstance(record, str):
            return
        at = record.next


def write_capture(path: Path, packets: Iterable[tuple[int, bytes]]) -> int:
    """Write (time in ns, bytes) as a little-endian nanosecond pcap; returns how many there were. Errors: `ClickError`."""
    count = 0
    try:
        with path.open("wb") as file:
            file.write(file_header(NANOSECONDS, LONGEST, ETHERNET))
            for time, data in packets:
                file.write(record_header(time, 1, len(data), len(data)) + data)
                count += 1
    except OSError as error:
        fail(f"cannot write the capture: {error.strerror}", "check the folder and its permissions", Location(None, str(path), 1, 1))
    return count


def file_header(magic: int, longest: int, link: int) -> bytes:
    """The header of a little-endian capture."""
    return struct.pack("<IHHiIII", magic, 2, 4, 0, 0, longest, link)


def record_header(time: int, unit: int, captured: int, original: int) -> bytes:
    """The header of a packet in a little-endian capture whose times are in ``unit`` ns."""
    return struct.pack("<IIII", time // 1_000_000_000 & 0xFFFF_FFFF, time % 1_000_000_000 // unit, captured, original)
