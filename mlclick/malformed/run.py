"""One program run: how far it came, and, where it crashed, how, and what it had been given."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from elements.reference.packet import Packet
from mlclick.malformed.build import Program
from mlclick.malformed.records import Offered, offered, read_log, write_records

OPTIONS: Final = "detect_leaks=1:strict_string_checks=1:handle_sigill=1:quarantine_size_mb=16:exitcode=99:max_malloc_fill_size=1048576"
FILLS: Final = (0x00, 0xA5)
"""What new memory is filled with. All packets are offered with the one, then with the other: what leaves must be the same."""
_SUMMARY: Final = re.compile(r"^SUMMARY: (?:\w+: )?(.*)$", re.MULTILINE)
_FUNCTION: Final = re.compile(r" in \w+$")


@dataclass(frozen=True)
class Crash:
    """What a sanitizer said: its summary, and all of it; ``packets`` are those since the machine was made, the last of which did it, and
    from ``salt`` the machine's tables drew theirs. New memory was filled with ``fill``."""

    summary: str
    said: str
    packets: tuple[Offered, ...] = ()
    salt: int = 0
    fill: int = FILLS[0]

    @property
    def fills(self) -> tuple[int, ...]:
        """What memory has to be filled with, in turn, to see it again: with both where what leaves is another."""
        return FILLS if self.summary.endswith(" memory that nobody wrote") else (self.fill,)

    @property
    def kind(self) -> str:
        """What it is, wherever in the code."""
        return "leak" if " leaked in " in self.summary else self.summary.split()[0]

    @property
    def function(self) -> str:
        """The kind, and the function where it is."""
        found = _FUNCTION.search(self.summary)
        return self.kind + (found[0] if found else "")


class Stopped(Exception):
    """Nobody asks any more for what a program does."""


@dataclass(frozen=True)
class Fuzzed:
    """What came of the packets of one program: how many there were, of edges between blocks of code those that were reached, of inputs
    those that reached new ones."""

    packets: int = 0
    edges: int = 0
    kept: int = 0
    crash: Crash | None = None


def fuzz(program: Program, seed: int, packets: int, seeds: Sequence[Packet], folder: Path, told: Callable[[Fuzzed], None]) -> Fuzzed:
    """Offer the machine so many packets, made of ``seeds``; files are in ``folder``. Now and then ``told`` is told how far it is;
    where it raises `Stopped`, the program is ended."""
    write_records(folder / "seeds", map(offered, seeds))
    (folder / "left").unlink(missing_ok=True)
    words = ["fuzz", str(seed), str(packets), program.listed, "seeds", "log", "left"]
    found = Fuzzed()
    for number, fill in enumerate(FILLS):

        def tell(done: Fuzzed, before: int = number * packets) -> None:
            told(replace(done, packets=(before + done.packets) // len(FILLS)))

        found = _fuzz(program, words, folder, fill, tell)
        if found.crash is not None:
            break
    return found


def _fuzz(program: Program, words: Sequence[str], folder: Path, fill: int, told: Callable[[Fuzzed], None]) -> Fuzzed:
    log, last = folder / "log", Fuzzed()
    with (folder / "stderr").open("wb") as errors, _started(program, words, folder, errors.fileno(), fill) as process:
        assert process.stdout is not None
        try:
            for line in process.stdout:
                done, edges, kept = map(int, line.split())
                last = Fuzzed(done, edges, kept)
                told(last)
        except Stopped:
            process.kill()
            raise
    if not process.returncode:
        return last
    crash = _crash((folder / "stderr").read_text(encoding="utf-8", errors="replace"), process.returncode)
    given, salt = read_log(log)
    return Fuzzed(last.packets, last.edges, last.kept, replace(crash, packets=tuple(given), salt=salt, fill=fill))


def replay(program: Program, packets: Sequence[Offered], salt: int, folder: Path, fills: Sequence[int] = FILLS) -> Crash | None:
    """Offer a new machine with this salt these packets, once with memory filled with each of ``fills``; None where nothing is wrong."""
    write_records(folder / "replayed", packets)
    (folder / "left").unlink(missing_ok=True)
    words = ["replay", "replayed", str(salt), "left"]
    for fill in fills:
        with (folder / "stderr").open("wb") as errors, _started(program, words, folder, errors.fileno(), fill) as process:
            process.communicate()
        if process.returncode:
            said = (folder / "stderr").read_text(encoding="utf-8", errors="replace")
            return replace(_crash(said, process.returncode), salt=salt, fill=fill)
    return None


def _started(program: Program, words: Sequence[str], folder: Path, errors: int, fill: int) -> subprocess.Popen[str]:
    """The program in ``folder``, where elements write their files, new memory filled with ``fill``."""
    return subprocess.Popen(
        [str(program.path.absolute()), *words],
        cwd=folder,
        env=os.environ | {"ASAN_OPTIONS": f"{OPTIONS}:malloc_fill_byte={fill}"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=errors,
        text=True,
    )


def _crash(said: str, code: int) -> Crash:
    """What standard error says of it."""
    summary = _SUMMARY.findall(said)
    kept = "\n".join(line for line in said.splitlines() if not line.endswith(": overflow"))
    return Crash(summary[-1] if summary else f"ended with {code}", kept)
