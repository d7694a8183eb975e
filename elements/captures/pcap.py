"""Capture files in the classic pcap format (draft-ietf-opsawg-pcap), both byte orders, microseconds and nanoseconds."""

from __future__ import annotations

import struct
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from graph.diagnostics import Location, fail

MICROSECONDS: Final = 0xA1B2C3D4
NANOSECONDS: Final = 0xA1B23C4D
PCAPNG: Final = b"\x0a\x0d\x0d\x0a"
ETHERNET: Final = 1
LONGEST: Final = 262144


@dataclass(frozen=True)
class Capture:
    """``packets`` are (time in ns, bytes as captured). Where the file breaks off, ``broken`` is the byte at which and ``why`` says how."""

    packets: tuple[tuple[int, bytes], ...]
    broken: int | None = None
    why: str = ""


def read_capture(path: Path) -> Capture:
    """The capture at ``path``; of one that breaks off, what comes before. Errors: `ClickError` where it cannot be read or is no Ethernet
    pcap.
    """
    here = Location(None, str(path), 1, 1)
    try:
        data = path.read_bytes()
    except OSError as error:
        fail(f"cannot read the capture: {error.strerror}", "check its name and permissions", here)
    if data[:4] == PCAPNG:
        fail("this is a pcapng capture", "convert it: editcap -F pcap IN OUT", here)
    order = next((o for o in "<>" if data[:4] in (struct.pack(o + "I", MICROSECONDS), struct.pack(o + "I", NANOSECONDS))), None)
    if order is None or len(data) < 24:
        fail("this is not a pcap capture", "captures are files as tcpdump -w writes them", here)
    magic, _, _, _, _, _, link = struct.unpack(order + "IHHiIII", data[:24])
    if link & 0xFFFF != ETHERNET:
        fail(f"this capture is of link type {link & 0xFFFF}, not Ethernet", "capture on an Ethernet interface", here)
    unit = 1 if magic == NANOSECONDS else 1000
    packets: list[tuple[int, bytes]] = []
    at = 24
    while at < len(data):
        if at + 16 > len(data):
            return Capture(tuple(packets), at, "the file ends inside a packet's header")
        seconds, fraction, captured, _ = struct.unpack(order + "IIII", data[at : at + 16])
        if captured > LONGEST:
            return Capture(tuple(packets), at, f"a packet claims to have {captured} bytes")
        if at + 16 + captured > len(data):
            return Capture(tuple(packets), at, "the file ends inside a packet")
        packets.append((seconds * 1_000_000_000 + fraction * unit, data[at + 16 : at + 16 + captured]))
        at += 16 + captured
    return Capture(tuple(packets))


def write_capture(path: Path, packets: Iterable[tuple[int, bytes]]) -> int:
    """Write (time in ns, bytes) as a little-endian nanosecond pcap; returns how many there were. Errors: `ClickError`."""
    count = 0
    try:
        with path.open("wb") as file:
            file.write(struct.pack("<IHHiIII", NANOSECONDS, 2, 4, 0, 0, LONGEST, ETHERNET))
            for time, data in packets:
                file.write(struct.pack("<IIII", time // 1_000_000_000, time % 1_000_000_000, len(data), len(data)) + data)
                count += 1
    except OSError as error:
        fail(f"cannot write the capture: {error.strerror}", "check the folder and its permissions", Location(None, str(path), 1, 1))
    return count
