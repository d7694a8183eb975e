"""Click text or files to flat graphs."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from graph.diagnostics import Location, fail
from graph.flatten import flatten
from graph.model import Graph
from graph.parse import FindLibrary, parse


def load_text(text: str, file: str, tenant: str | None = None, variables: Mapping[str, str] | None = None) -> Graph:
    """The flat graph of ``text``, which came from ``file`` and can require no library. Errors: `ClickError`."""
    return flatten(parse(text, file, tenant), variables)


def load(path: Path, tenant: str | None = None, variables: Mapping[str, str] | None = None) -> Graph:
    """The flat graph of the file at ``path``. Errors: `ClickError`, also where it cannot be read."""
    graph = flatten(parse(_read(path, tenant), str(path), tenant, _libraries(path.parent, tenant)), variables)
    return in_folder(graph, path.parent)


def load_read(text: str, file: str, find_library: FindLibrary, variables: Mapping[str, str]) -> Graph:
    """The flat graph of ``text``, which was read from ``file`` or is called so. Errors: `ClickError`."""
    return flatten(parse(text, file, None, find_library), variables)


def in_folder(graph: Graph, folder: Path) -> Graph:
    """``graph`` with relative names of files starting from ``folder``."""
    return replace(graph, nodes=tuple(replace(node, folder=str(folder)) for node in graph.nodes))


def _read(path: Path, tenant: str | None) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except OSError as error:
        fail(f"cannot read this file: {error.strerror}", "check its name and permissions", Location(tenant, str(path), 1, 1))
    except UnicodeDecodeError as error:
        fail(f"byte {error.start} is not UTF-8", "save the file as UTF-8", Location(tenant, str(path), 1, 1))


def _libraries(folder: Path, tenant: str | None) -> FindLibrary:
    """Libraries in ``folder`` and below; a tenant reaches no other files."""

    def find(name: str, requiring: str) -> tuple[str, str] | None:
        path = Path(os.path.normpath(Path(requiring).parent / name))
        try:
            is_there = path.resolve().is_relative_to(folder.resolve()) and path.is_file()
        except (OSError, ValueError, RuntimeError):
            return None
        return (_read(path, tenant), str(path)) if is_there else None

    return find
