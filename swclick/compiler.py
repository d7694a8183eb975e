"""Which C compiler there is, and where what it made is kept. Whoever finds that there needs no more than this, which is loaded quickly."""

from __future__ import annotations

import ctypes
import hashlib
import importlib.util
import os
import shlex
import shutil
import sys
from contextlib import suppress
from pathlib import Path

from graph.diagnostics import ClickError, Diagnostic

FLAGS = (
    "-O2", "-std=gnu11", "-fPIC", "-fno-strict-aliasing", "-w", "--param=max-inline-insns-single=500",
    "--param=large-function-insns=1000000", "--param=large-stack-frame=1000000", "--param=large-unit-insns=1000000",
)  # fmt: skip
"""gcc is told to inline what is called a PART, however long the chain; others inline it anyway, and need not know the parameters."""


class CompilerError(ClickError):
    """There is no C compiler, or it refused generated code, or what it makes cannot be kept. The diagnostic says what to do."""

    def __init__(self, message: str, advice: str) -> None:
        super().__init__(Diagnostic(None, message, advice))


def cache_folder() -> Path:
    """Where compiled engines are kept: ``$MLCLICK_CACHE``, else the user's cache folder."""
    base = os.environ.get("MLCLICK_CACHE")
    return (Path(base) if base else Path.home() / ".cache" / "mlclick") / "software"


def compiler() -> list[str]:
    """The command of the C compiler: ``$CC``, else the system's, else that of the ziglang wheel. Errors: `CompilerError`."""
    chosen = shlex.split(os.environ.get("CC", ""))
    if chosen:
        if shutil.which(chosen[0]) is None:
            raise CompilerError(f"CC names the C compiler {chosen[0]!r}, which is not there", "install it, or unset CC")
        return chosen
    for name in ("cc", "gcc", "clang"):
        if shutil.which(name):
            return [name]
    if importlib.util.find_spec("ziglang") is not None:
        return [sys.executable, "-m", "ziglang", "cc"]
    raise CompilerError("there is no C compiler", "install gcc or clang, or the Python package ziglang")


def kept_library(library: Path) -> ctypes.CDLL | None:
    """A library that was compiled before; None where it is not there any more."""
    if is_kept(library):
        # Another process may take it away at any time: what cannot be loaded is compiled once more.
        with suppress(OSError):
            return ctypes.CDLL(str(library))
    return None


def is_kept(made: Path) -> bool:
    """Whether it is there; it is used from now on."""
    try:
        os.utime(made)
    except OSError:
        # What cannot be written can be read all the same, and counts as used.
        return os.access(made, os.R_OK)
    return True


def place_of(suffix: str, *content: str) -> Path:
    """Where what is made of ``content`` is kept."""
    return (cache_folder() / hashlib.sha256("\0".join(content).encode("utf-8", "surrogateescape")).hexdigest()[:32]).with_suffix(suffix)
