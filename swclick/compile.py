"""C text to a loaded library, compiled once for each text."""

from __future__ import annotations

import ctypes
import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

FLAGS = ("-O2", "-std=gnu11", "-fPIC", "-shared", "-fno-strict-aliasing", "-w")


class CompilerError(Exception):
    """The C compiler refused generated code, or there is none. The message says which file, or what to install."""


def cache_folder() -> Path:
    """Where compiled engines are kept: ``$MLCLICK_CACHE``, else the user's cache folder."""
    base = os.environ.get("MLCLICK_CACHE")
    return (Path(base) if base else Path.home() / ".cache" / "mlclick") / "software"


def compiler() -> list[str]:
    """The command of the system's C compiler, or of the one that the ziglang wheel brings. Errors: `CompilerError`."""
    for name in (os.environ.get("CC", ""), "cc", "gcc", "clang"):
        if name and shutil.which(name):
            return [name]
    if importlib.util.find_spec("ziglang") is not None:
        return [sys.executable, "-m", "ziglang", "cc"]
    raise CompilerError("there is no C compiler: install gcc or clang, or the Python package ziglang")


def load_c(text: str) -> ctypes.CDLL:
    """The library that ``text`` compiles to. Errors: `CompilerError`."""
    command = compiler()
    key = hashlib.sha256("\0".join((text, *FLAGS, *command)).encode()).hexdigest()[:32]
    library = cache_folder() / f"{key}.so"
    if not library.exists():
        _compile(command, text, library)
    return ctypes.CDLL(str(library))


def _compile(command: list[str], text: str, library: Path) -> None:
    library.parent.mkdir(parents=True, exist_ok=True)
    source = library.with_suffix(".c")
    source.write_text(text, encoding="utf-8")
    handle, made = tempfile.mkstemp(dir=library.parent, suffix=".so")
    os.close(handle)
    done = subprocess.run([*command, *FLAGS, "-o", made, str(source)], capture_output=True, text=True, check=False)
    if done.returncode:
        Path(made).unlink()
        raise CompilerError(f"the generated C does not compile: {source}\n{done.stderr[:2000]}")
    Path(made).replace(library)
