"""Where configurations and the libraries that they require are read: their bytes, and the folders of CLICKPATH."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from graph.parse import FindLibrary


def decode(data: bytes) -> str:
    """UTF-8, where bytes that are none stay what they are."""
    return data.decode("utf-8", "surrogateescape")


def libraries(path: str | None) -> FindLibrary:
    """Libraries as Click looks for them: in each folder of ``path``, which has colons between them, below ``conf/click/``, below ``conf/``,
    and in the folder itself. An empty one is the folder of the file that requires it, and so is a ``path`` that is not given."""

    def find(name: str, requiring: str) -> tuple[str, str] | None:
        for file in _places(name, requiring, path or ""):
            try:
                return decode(file.read_bytes()), str(file)
            except (OSError, ValueError):
                continue
        return None

    return find


def _places(name: str, requiring: str, path: str) -> Iterator[Path]:
    if Path(name).is_absolute():
        yield Path(name)
        return
    for folder in path.split(":"):
        if not folder:
            yield Path(os.path.normpath(Path(requiring).parent / name))
            continue
        yield from (Path(folder) / "conf" / "click" / name, Path(folder) / "conf" / name, Path(folder) / name)
