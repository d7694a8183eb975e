"""Runs a configuration by a program that takes Click's arguments, and keeps all that comes of it."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from mlclick.software.engines import Engine
from mlclick.stock.configurations import Configuration

CAPTURE: Final = "in.pcap"
SUMMARY: Final = "in.txt"
_LAST: Final = "w0/x.class"
FILE: Final = "compared.click"
_REFUSED: Final = "Router could not be initialized!"
LONGEST: Final = 600
"""Seconds that a run may take."""


@dataclass(frozen=True)
class Ran:
    """What became of a run: its exit code, None where it did not end; the files that it wrote, by name; what it said on standard error, a
    line each; what handlers said, by ELEMENT.HANDLER, and what else there was on standard output."""

    code: int | None
    files: dict[str, bytes] = field(default_factory=dict)
    said: tuple[str, ...] = ()
    handlers: dict[str, str] = field(default_factory=dict)
    printed: str = ""

    @property
    def refused(self) -> bool:
        """Whether the configuration was not taken."""
        return _REFUSED in self.said


def run_program(engine: Engine, configuration: Configuration, inputs: Sequence[Path], folder: Path) -> Ran:
    """What ``engine`` makes of ``configuration`` in ``folder``, which is made anew, and in which there are ``inputs``."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for path in inputs:
        shutil.copyfile(path, folder / path.name)
    (folder / FILE).write_text(configuration.text, encoding="utf-8")
    there = {*(path.name for path in inputs), FILE}
    # With one alone, its name is not printed.
    words = [word for name in (*configuration.asked, _LAST) for word in ("-h", name)] if configuration.asked else []
    try:
        done = subprocess.run(
            [*engine.command, *(["--simtime"] if configuration.simulated else []), FILE, *words],
            cwd=folder, env={**os.environ, **engine.environment}, capture_output=True, check=False, timeout=LONGEST,
            stdin=subprocess.DEVNULL,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        return Ran(None)
    handlers, printed = read_handlers(done.stdout.decode("latin-1"), configuration.asked)
    files = {path.name: path.read_bytes() for path in sorted(folder.iterdir()) if path.name not in there and path.is_file()}
    return Ran(done.returncode, files, tuple(done.stderr.decode("latin-1").splitlines()), handlers, printed)


def read_handlers(text: str, asked: Sequence[str]) -> tuple[dict[str, str], str]:
    """What Click's ``-h`` printed, by name, and what came before."""
    names = {f"{name}:": name for name in (*asked, _LAST)}
    found: dict[str, list[str]] = {}
    before: list[str] = []
    lines = before
    for line in text.splitlines():
        if line in names:
            lines = found.setdefault(names[line], [])
        else:
            lines.append(line)
    found.pop(_LAST, None)
    return {name: "\n".join(lines).rstrip("\n") for name, lines in found.items()}, "\n".join(before)
