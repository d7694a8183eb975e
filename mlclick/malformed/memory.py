"""An hour of malformed packets by the machine's clock, in which all timers and timeouts are met, and keys of tables are new all the time:
what is in use must not grow."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from elements.reference.packet import Packet
from mlclick.malformed.build import Program
from mlclick.malformed.records import offered, write_records

WARM: Final = 4
"""The part of the time in which tables and queues fill, and what is old in them is forgotten: one in so many."""
FILL: Final = 100_000
"""Packets for each source in the first third of that. Three in four have new keys, and no table holds more than 65,536 if not told to."""
MORE: Final = 64 << 10
"""Bytes that the least in use in the last quarter may be above the least in the second: packets that wait are not always as long."""


class MachineFails(Exception):
    """A machine ended before its time, with what it said."""


@dataclass(frozen=True)
class Used:
    """The most bytes in use in each piece of the time, by the second in which it ends."""

    samples: tuple[tuple[int, int], ...]

    @property
    def quarters(self) -> tuple[int, int]:
        """The least in the second quarter of the time and in the last: what comes and goes is in neither, and what stays is in both."""
        end = self.samples[-1][0]
        second = [used for at, used in self.samples if end // WARM < at <= end // 2]
        return min(second), min(used for at, used in self.samples if at > end - end // WARM)

    @property
    def grows(self) -> bool:
        """Whether the last quarter needs more than the second, and what it may need beside."""
        before, later = self.quarters
        return later > before + MORE


@dataclass(frozen=True)
class Time:
    """How long it is in seconds of the machine's clock, how many packets there are each second, each for a few sources, and how many for
    each source at first."""

    seconds: int
    rate: int
    fill: int = FILL


def use(program: Program, seed: int, time: Time, seeds: Sequence[Packet], folder: Path, told: Callable[[int], None]) -> Used:
    """What a machine has in use while it is offered so many packets; now and then ``told`` is told the second. The program must be without
    sanitizers, which have memory of their own; elements write files to ``folder``. Errors: `MachineFails`."""
    write_records(folder / "seeds", map(offered, seeds))
    command = [str(program.path.absolute()), "hour", str(seed), str(time.seconds), str(time.rate), str(time.fill), program.listed, "seeds"]
    samples = []
    with (
        (folder / "stderr").open("wb") as errors,
        subprocess.Popen(command, cwd=folder, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=errors, text=True) as process,
    ):
        assert process.stdout is not None
        for line in process.stdout:
            second, used = map(int, line.split())
            samples.append((second, used))
            told(second)
    if process.returncode or not samples:
        raise MachineFails(f"ended with {process.returncode}: {(folder / 'stderr').read_text(encoding='utf-8', errors='replace')[-1000:]}")
    return Used(tuple(samples))
