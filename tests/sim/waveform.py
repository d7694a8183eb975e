"""A waveform as a simulator writes it (VCD), read back."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Waveform:
    """Each signal's code by name, and what each code became, at which time."""

    codes: dict[str, str]
    changes: dict[str, list[tuple[int, int]]]

    def at(self, name: str, time: int) -> int:
        """What a signal is before anything changes after ``time``."""
        return [value for at, value in self.changes[self.codes[name]] if at <= time][-1]


def waveform(path: Path) -> Waveform:
    """The waveform in a file."""
    codes: dict[str, str] = {}
    changes: dict[str, list[tuple[int, int]]] = {}
    time = 0
    for line in map(str.strip, path.read_text().splitlines()):
        declared = re.fullmatch(r"\$var \S+ +\d+ (\S+) (\S+)(?: \[\d+:\d+\])? \$end", line)
        changed = re.fullmatch(r"b([01]+) (\S+)|([01])(\S+)", line)
        if declared:
            codes[declared[2]] = declared[1]
        elif line.startswith("#"):
            time = int(line[1:])
        elif changed:
            bits, code = (changed[1], changed[2]) if changed[1] else (changed[3], changed[4])
            changes.setdefault(code, []).append((time, int(bits, 2)))
    return Waveform(codes, changes)
