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

ENVIRONMENT: Final = {"ASAN_OPTIONS": "detect_leaks=1:strict_string_checks=1:handle_sigill=1:quarantine_size_mb=16:exitcode=99"}
_SUMMARY: Final = re.compile(r"^SUMMARY: (?:\w+: )?(.*)$", re.MULTILINE)
_FUNCTION: Final = re.compile(r" in \w+$")


@dataclass(frozen=True)
class Crash:
    """What a sanitizer said: its summary, and all of it; ``packets`` are those since the machine was made, the last of which did it, and
    from ``salt`` the machine's tables drew theirs."""

    summary: str
    said: str
    packets: tuple[Offered, ...] = ()
    salt: int = 0

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
    begin, log = folder / "seeds", folder / "log"
    write_records(begin, map(offered, seeds))
    words = ["fuzz", str(seed), str(packets), program.listed, "seeds", "log"]
    last = Fuzzed()
    with (folder / "stderr").open("wb") as errors, _started(program, words, folder, errors.fileno()) as process:
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
    return Fuzzed(last.packets, last.edges, last.kept, replace(crash, packets=tuple(given), salt=salt))


def replay(program: Program, packets: Sequence[Offered], salt: int, folder: Path) -> Crash | None:
    """Offer a new machine with this salt these packets; None where nothing is wrong."""
    write_records(folder / "replayed", packets)
    with (folder / "stderr").open("wb") as errors, _started(program, ["replay", "replayed", str(salt)], folder, errors.fileno()) as process:
        process.communicate()
    if not process.returncode:
        return None
    return replace(_crash((folder / "stderr").read_text(encoding="utf-8", errors="replace"), process.returncode), salt=salt)


def _started(program: Program, words: Sequence[str], folder: Path, errors: int) -> subprocess.Popen[str]:
    """The program in ``folder``, where elements write their files."""
    return subprocess.Popen(
        [str(program.path.absolute()), *words],
        cwd=folder,
        env=os.environ | ENVIRONMENT,
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
