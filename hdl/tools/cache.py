"""A content-addressed cache folder: what costs seconds to make is made once for the same input, on this machine, by
whoever comes first.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
from collections.abc import Callable
from pathlib import Path


def cache_folder() -> Path:
    """Where compiled tools and built simulators live: ``MLCLICK_CACHE``, or ``~/.cache/mlclick``, or ``build/cache``
    without a writable home.
    """
    named = os.environ.get("MLCLICK_CACHE")
    if named:
        return _made(Path(named).absolute())
    try:
        return _made(Path.home() / ".cache" / "mlclick")
    except (OSError, RuntimeError):
        return _made(Path.cwd() / "build" / "cache")


def tool_environment() -> dict[str, str]:
    """The environment for the tools that come as WebAssembly: this process's, with their compiled WebAssembly kept in the cache
    folder.
    """
    return {"YOWASP_CACHE_DIR": str(cache_folder() / "yowasp"), **os.environ, "AMARANTH_USE_YOSYS": "builtin"}


def content_key(*parts: bytes | str) -> str:
    """A name for a sequence of parts: equal for equal sequences, and different however the same bytes are divided
    otherwise.
    """
    digest = hashlib.sha256()
    for part in parts:
        raw = part.encode() if isinstance(part, str) else part
        digest.update(len(raw).to_bytes(8, "big"))
        digest.update(raw)
    return digest.hexdigest()[:40]


def cached(kind: str, *key_parts: bytes | str, produce: Callable[[Path], None]) -> Path:
    """The folder that ``produce`` filled for these key parts, now or in an earlier run.

    ``kind`` names the sub-folder of the cache. ``produce`` gets an empty folder to fill; only when it returns does the
    folder appear under its final name, all at once. Processes that want the same key at the same time wait for the
    first. When ``produce`` raises, nothing is kept and the error passes through. The result must not depend on the
    folder's name and must not be changed by whoever uses it.
    """
    place = _made(cache_folder() / kind)
    target = place / content_key(*key_parts)
    if target.is_dir():
        return target
    with (place / f"{target.name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # freed by the system however this process ends
        if target.is_dir():
            return target
        draft = place / f"{target.name}.draft"
        shutil.rmtree(draft, ignore_errors=True)  # left by a process that was killed
        draft.mkdir()
        try:
            produce(draft)
            draft.rename(target)
        finally:
            shutil.rmtree(draft, ignore_errors=True)
    return target


def _made(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    if not os.access(folder, os.W_OK):
        raise PermissionError(f"{folder} is not writable; set MLCLICK_CACHE to a folder that is")
    return folder
