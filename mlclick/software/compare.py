"""Whether two engines send the same packets by every sink of a configuration."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Final

from elements.captures.pcap import read_capture
from mlclick.software.configurations import Configuration
from mlclick.software.engines import Engine

FIRST: Final = 1000
"""Packets of each sink that are compared."""


def outputs(engine: Engine, configuration: Configuration, folder: Path, limit: int) -> dict[str, list[bytes]]:
    """The first packets of every sink by its name, of ``limit`` that are sent one at a time. Errors: `RunFails`, `ClickError`."""
    into = folder / "outputs" / configuration.name / engine.name
    shutil.rmtree(into, ignore_errors=True)
    into.mkdir(parents=True)
    file = into / "compared.click"
    file.write_text(configuration.compared(folder.resolve(), into.resolve()), encoding="utf-8")
    engine.run(file, limit, 1)
    return read_outputs(into)


def read_outputs(folder: Path) -> dict[str, list[bytes]]:
    """The first packets of each capture in ``folder``, without what two machines may choose: identifications of ICMP errors."""
    return {path.stem: [settled(data) for _, data in read_capture(path).packets[:FIRST]] for path in sorted(folder.glob("*.pcap"))}


def settled(frame: bytes) -> bytes:
    """``frame`` where it is no ICMP error, and otherwise without identification and the header checksum that follows from it."""
    at = 14 if frame[12:14] == b"\x08\x00" else 0
    words = frame[at] & 0xF if len(frame) > at else 0
    kind = at + 4 * words
    if len(frame) <= kind or words < 5 or frame[at] >> 4 != 4 or frame[at + 9] != 1 or frame[kind] not in (3, 4, 5, 11, 12):
        return frame
    return frame[: at + 4] + bytes(2) + frame[at + 6 : at + 10] + bytes(2) + frame[at + 12 :]


def difference(ours: dict[str, list[bytes]], theirs: dict[str, list[bytes]]) -> str:
    """Where two engines' outputs differ first, in words; nothing where they do not."""
    for sink in sorted(ours.keys() | theirs.keys()):
        mine, other = ours.get(sink, []), theirs.get(sink, [])
        for number, (one, two) in enumerate(zip(mine, other, strict=False)):
            if one != two:
                at = next((i for i, (a, b) in enumerate(zip(one, two, strict=False)) if a != b), min(len(one), len(two)))
                return f"packet {number} of {sink} differs at byte {at} ({len(one)} and {len(two)} bytes)"
        if len(mine) != len(other):
            return f"{sink} has {len(mine)} and {len(other)} packets"
    return ""
