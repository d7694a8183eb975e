"""C text to a loaded library, compiled once for each text."""

from __future__ import annotations

import ctypes
import shlex
import shutil
import subprocess
import tempfile
import time
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

from swclick.compiler import FLAGS, CompilerError, compiler, is_kept, kept_library, place_of

MOST_BYTES = 2 << 30
"""What compiled engines that were not used within `IN_USE` may take of the disk; those that were not used for longest go first."""
IN_USE = 3600
"""Seconds for which what was used stays, so that nobody misses what another process takes away."""
_TEMPORARY = "tmp"
"""What the names of folders begin with in which something is being compiled."""


def load_c(text: str, beside: str = "") -> ctypes.CDLL:
    """The library that ``text`` compiles to, with what ``beside``, compiled by itself, once for all that are with it, has. Errors:
    `CompilerError`."""
    command = compiler()
    library = place_of(".so", text, beside, *FLAGS, *command)
    if (kept := kept_library(library)) is not None:
        return kept
    if beside:
        # Another process may take the object away at any time, and one that is damaged is not linked, or what it is linked to not loaded.
        with suppress(CompilerError):
            return _made(command, text, beside, library, is_anew=False)
    return _made(command, text, beside, library, is_anew=True)


def _made(command: list[str], text: str, beside: str, library: Path, *, is_anew: bool) -> ctypes.CDLL:
    """The library, compiled, loaded; where it ``is_anew``, what is ``beside`` is compiled even if it is kept. Errors: `CompilerError`."""
    try:
        made = place_of(".o", beside, *FLAGS, *command)
        if not beside:
            _compile(command, ("-shared",), text, library)
        elif not is_anew and is_kept(made):
            _compile(command, ("-shared", str(made)), text, library)
        else:
            with ThreadPoolExecutor(1) as apart:
                there = apart.submit(_compile, command, ("-c", "-fvisibility=hidden"), beside, made)
                _compile(command, ("-shared", str(made)), text, library, there)
    except OSError as error:
        advice = "set MLCLICK_CACHE to a folder that can be written"
        raise CompilerError(f"cannot keep compiled C in {library.parent}: {error.strerror}", advice) from None
    try:
        loaded = ctypes.CDLL(str(library))
    except OSError as error:
        advice = "set MLCLICK_CACHE to a folder from which programs may run"
        raise CompilerError(f"cannot load compiled C: {error}", advice) from None
    make_room(library.parent)
    return loaded


def make_room(folder: Path, most: int = MOST_BYTES) -> None:
    """Take what was not used for longest out of ``folder``, until what was compiled has at most ``most`` bytes there or all of it was used
    within `IN_USE`; and what compilations left there that were ended before that. What cannot be taken away stays."""
    before = time.time() - IN_USE
    found = []
    for file in _entries(folder):
        # Another process may do the same.
        with suppress(OSError):
            known = file.stat()
            if file.suffix in (".so", ".o", ".c", ".at"):
                found.append((known.st_mtime, file.name, known.st_size))
            elif file.name.startswith(_TEMPORARY) and known.st_mtime <= before:
                shutil.rmtree(file, ignore_errors=True)
    total = sum(size for _, _, size in found)
    for _, name, size in sorted(found):
        if total <= most:
            return
        if _took_away(folder / name, before):
            total -= size


def _entries(folder: Path) -> list[Path]:
    try:
        return list(folder.iterdir())
    except OSError:
        return []


def _took_away(file: Path, before: float) -> bool:
    """Whether it is gone now; looked at only here, as another process may just have begun to use it."""
    try:
        if file.stat().st_mtime > before:
            return False
        file.unlink()
    except FileNotFoundError:
        return True
    except OSError:
        return False
    return True


def _compile(command: list[str], kind: Sequence[str], text: str, result: Path, there: Future[None] | None = None) -> None:
    """Nobody sees the result before it is whole, and two that compile the same text do not disturb each other. What is linked to it, where
    that is being made meanwhile, is only needed when it is ``there``."""
    result.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=_TEMPORARY, dir=result.parent) as folder:
        source, engine, made = Path(folder, "engine.c"), Path(folder, "engine.o"), Path(folder, result.name)
        source.write_text(text, encoding="utf-8", errors="surrogateescape")
        if there is None:
            done = _run(*command, *FLAGS, "-o", made, source, *kind)
        else:
            done = _run(*command, *FLAGS, "-c", "-o", engine, source)
            there.result()
            done = done if done.returncode else _run(*command, *FLAGS, "-o", made, engine, *kind)
        source.replace(result.with_suffix(".c"))
        if done.returncode:
            errors = "\n".join([line for line in done.stderr.splitlines() if "error" in line][:5]) or done.stderr[:1000]
            message = f"the generated C does not compile: {shlex.join(command)} ended with {done.returncode}\n{errors.rstrip()}"
            raise CompilerError(message, f"try another compiler by setting CC; else report this with the file {result.with_suffix('.c')}")
        made.replace(result)


def _run(*command: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run([str(each) for each in command], capture_output=True, text=True, check=False)
