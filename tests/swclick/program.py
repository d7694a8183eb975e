"""`swclick` as a process of its own."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

PROGRAM: Final = [
    sys.executable,
    "-c",
    f"import sys; sys.path.insert(0, {str(Path(__file__).parents[2])!r}); from swclick.command import main; main()",
]


def swclick(*words: str | bytes, env: Mapping[str, str] | None = None, **given: Any) -> subprocess.CompletedProcess[bytes]:
    """What it does with these arguments, and what it says."""
    streams: dict[str, Any] = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "stdin": subprocess.DEVNULL} | given
    if "input" in given:
        del streams["stdin"]
    done: subprocess.CompletedProcess[bytes] = subprocess.run(
        [*PROGRAM, *words], env=None if env is None else dict(env), check=False, **streams
    )
    return done
