"""Packets as the harness reads and logs them, and as files of a case: a capture, and what is to be said of each packet beside its bytes."""

from __future__ import annotations

import ctypes
import json
import struct
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from elements.captures.pcap import read_capture, write_capture
from elements.reference.packet import LONGEST, Packet
from graph.diagnostics import Location, fail
from graph.model import Graph
from swclick.machine import Emission, record_of

_APART: Final = ("sink", "offset", "time", "dst_ip6", "length")
_NUMBERS: Final = tuple(name for name, *_ in Emission._fields_ if name not in _APART)
_HEAD: Final = 16
"""Bytes in front of the records of a log: how many bytes those have, and the machine's salt."""
_CAPTURE, _BESIDE = "packets.pcap", "packets.json"
_ADVICE: Final = "name a folder that mlclick malformed wrote, as it was"


@dataclass(frozen=True)
class Offered:
    """A packet that a source is offered: ``data`` has the bytes in front of it, too; ``about`` the numbers of ``struct emission``."""

    source: int
    time: int
    data: bytes
    dst_ip6: bytes
    about: Mapping[str, int]

    @property
    def front(self) -> int:
        """Bytes in front of the packet."""
        return self.about["front"]

    def record(self) -> bytes:
        """As the harness reads it."""
        made = Emission(sink=self.source, time=self.time, length=len(self.data) - self.front, **self.about)
        made.dst_ip6 = (ctypes.c_uint8 * 16)(*self.dst_ip6)
        return bytes(made) + self.data


def offered(packet: Packet, source: int = 0) -> Offered:
    """``packet``, to be offered to ``source``."""
    return _decoded(bytes(record_of(packet)) + bytes(packet.buffer[: packet.end]), 0, source)


def _decoded(data: bytes, at: int, source: int | None = None) -> Offered:
    made = Emission.from_buffer_copy(data, at)
    start = at + ctypes.sizeof(Emission)
    about = {name: int(getattr(made, name)) for name in _NUMBERS}
    content = data[start : start + made.front + made.length]
    return Offered(made.sink if source is None else source, made.time, content, bytes(made.dst_ip6), about)


def write_records(path: Path, packets: Iterable[Offered]) -> None:
    """Write them for the harness."""
    path.write_bytes(b"".join(packet.record() for packet in packets))


def read_log(path: Path) -> tuple[list[Offered], int]:
    """What a program's machine had been given when it ended, the last of which is not done, and the machine's salt."""
    data = path.read_bytes()
    used, salt = struct.unpack("<QQ", data[:_HEAD])
    end, found, at = _HEAD + used, [], _HEAD
    while at < end:
        found.append(_decoded(data, at))
        at += ctypes.sizeof(Emission) + len(found[-1].data)
    return found, salt


def write_packets(folder: Path, graph: Graph, packets: Sequence[Offered], salt: int) -> None:
    """The packets as a capture and what is to be said of each, with the machine's salt, in ``folder``. Errors: `ClickError`."""
    write_capture(folder / _CAPTURE, ((packet.time, packet.data) for packet in packets))
    rows = [
        {
            "source": graph.nodes[packet.source].name,
            **{name: value for name, value in packet.about.items() if value or name in ("front", "network")},
            **({"dst_ip6": packet.dst_ip6.hex()} if any(packet.dst_ip6) else {}),
        }
        for packet in packets
    ]
    listed = ",\n".join(map(json.dumps, rows))
    (folder / _BESIDE).write_text(f'{{"salt": {salt}, "packets": [\n{listed}\n]}}\n', encoding="utf-8")


def read_packets(folder: Path, graph: Graph) -> tuple[list[Offered], int]:
    """What `write_packets` wrote. Errors: `ClickError`."""
    capture = read_capture(folder / _CAPTURE)
    path = folder / _BESIDE
    try:
        whole = json.loads(path.read_text(encoding="utf-8"))
        rows, salt = whole["packets"], int(whole["salt"])
        if not 0 <= salt < 1 << 64:
            raise ValueError(f"a salt of {salt} has more than 64 bits")
        numbers = {node.name: number for number, node in enumerate(graph.nodes)}
        if len(rows) != len(capture.packets):
            raise ValueError(f"{len(rows)} packets are described, and {len(capture.packets)} in the capture")
        return [_read(row, time, data, numbers) for row, (time, data) in zip(rows, capture.packets, strict=True)], salt
    except (OSError, ValueError, TypeError, KeyError, AttributeError) as error:
        fail(f"this cannot be read as what is said of packets: {error}", _ADVICE, Location(None, str(path), 1, 1))


def _read(row: Mapping[str, Any], time: int, data: bytes, numbers: Mapping[str, int]) -> Offered:
    about = dict.fromkeys(_NUMBERS, 0) | {name: int(value) for name, value in row.items() if name in _NUMBERS}
    if not 0 <= about["front"] <= len(data) <= about["front"] + LONGEST:
        raise ValueError(f"a packet of {len(data)} bytes has {about['front']} in front of it")
    return Offered(numbers[row["source"]], time, data, bytes.fromhex(row.get("dst_ip6", "00" * 16)), about)
