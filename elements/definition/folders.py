"""Names of files that may not leave a folder."""

from __future__ import annotations

from pathlib import Path


def inside(folder: Path, name: str) -> Path:
    """The file ``name`` of ``folder``, with symbolic links followed. Errors: ``ValueError`` for a name that leaves the folder."""
    if Path(name).is_absolute():
        raise ValueError(f"the file name {name!r} is absolute")
    if ".." in Path(name).parts:
        raise ValueError(f"the file name {name!r} leaves its folder by '..'")
    base = folder.resolve()
    path = (base / name).resolve()
    if path == base or not path.is_relative_to(base):
        raise ValueError(f"the file name {name!r} leaves its folder" if path != base else f"{name!r} names no file")
    return path
