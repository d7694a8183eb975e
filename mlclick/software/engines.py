"""The programs that are measured beside each other: this project's, and a Click and a FastClick of the user's."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import swclick
from graph.diagnostics import Location, fail

OURS: Final = "mlclick"
_ROOT: Final = Path(next(iter(swclick.__path__))).parent
_LONGEST: Final = 600
"""Seconds that a run may take."""
_BUILD: Final = "build it with MemSource: swclick/bench/README.md says how"


class RunFails(Exception):
    """A program did not run a configuration; says how it ended."""


@dataclass(frozen=True)
class Engine:
    """A program that takes Click's arguments, with what it needs in its environment."""

    name: str
    command: tuple[str, ...]
    environment: Mapping[str, str] = field(default_factory=dict)

    def run(self, file: Path, limit: int, burst: int, handler: str | None = None) -> str:
        """What it prints when it runs ``file``, and ``handler`` at the end. Errors: `RunFails`."""
        asked = ["-h", handler] if handler else []
        command = [*self.command, str(file), f"limit={limit}", f"burst={burst}", *asked]
        try:
            done = subprocess.run(
                command, env={**os.environ, **self.environment}, capture_output=True, text=True, check=False, timeout=_LONGEST,
                errors="replace", stdin=subprocess.DEVNULL,
            )  # fmt: skip
        except subprocess.TimeoutExpired:
            raise RunFails(f"{self.name} did not end within {_LONGEST} s") from None
        if done.returncode:
            said = [line for line in done.stderr.splitlines() if line.strip()]
            raise RunFails(f"{self.name} ended with {done.returncode}: {' '.join(said[:3])[:400] or 'it said nothing'}")
        return done.stdout

    def nanoseconds(self, file: Path, limit: int, burst: int) -> float:
        """Processor time for a packet, of those that are sent again when all were sent once. Errors: `RunFails`."""
        said = self.run(file, limit, burst, "src.ns")
        found = re.search(r"(?:^|\s)(\d+)\s*$", said)
        if found is None or not int(found[1]):
            raise RunFails(f"{self.name} does not say how long its source took")
        return int(found[1]) / limit


def ours() -> Engine:
    """The software engine of this project."""
    path = os.pathsep.join([str(_ROOT), *filter(None, [os.environ.get("PYTHONPATH")])])
    return Engine(OURS, (sys.executable, "-c", "from swclick.command import main; main()"), {"PYTHONPATH": path})


def other(name: str, variable: str) -> Engine | None:
    """The program that the environment's ``variable`` names, None where it names none. Errors: `ClickError` where it is none that can be
    measured."""
    named = os.environ.get(variable, "")
    if not named:
        return None
    here = Location(None, variable, 1, 1)
    found = shutil.which(named)
    if found is None:
        fail(f"{variable} names the program {named!r}, which is not there", f"unset {variable}, or {_BUILD}", here)
    text = "src :: MemSource(x, ACTIVE false)"
    done = subprocess.run([found, "-q", "-e", text], capture_output=True, text=True, check=False, timeout=60, stdin=subprocess.DEVNULL)
    if "unknown element class" in done.stderr:
        fail(f"{variable} names {named}, which has no MemSource", _BUILD, here)
    return Engine(name, (found,))
