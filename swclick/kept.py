"""The library of a machine that was made before: it is found by what it was made of, and its C is not written again."""

from __future__ import annotations

import ctypes
import hashlib
import os
import sys
from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Final

import elements as elements_package
import graph as graph_package
import swclick as swclick_package
from elements.definition.element import Element
from graph.check import Checked
from graph.model import Graph
from swclick.compiler import FLAGS, cache_folder, compiler, kept_library
from swclick.runtime import runtime_c

_PACKAGES: Final = (elements_package, graph_package, swclick_package)
_KINDS: Final = (".py", ".c", ".h")
_NAMELESS: Final = " at 0x"
"""What the text of an object has that says nothing of what is in it."""
_APART: Final = frozenset({"node", "names", "host", "replaces", "frames", "run", "_traced", "_fixed"})
"""What elements have that their C does not depend on; their nodes are looked at by themselves."""


def made_library(checked: Checked, elements: Mapping[str, Element], *, share: bool, cuts: Mapping[str, int]) -> ctypes.CDLL:
    """The library of a machine: its C is written, and compiled unless that was before. Errors: `CompilerError`."""
    # To import these takes longer than to find a library that is kept.
    from swclick.compile import load_c
    from swclick.generate import generate

    return load_c(generate(checked, elements, share=share, cuts=cuts), runtime_c())


def library_of(checked: Checked, elements: Mapping[str, Element], *, share: bool, cuts: Mapping[str, int]) -> ctypes.CDLL:
    """The same, or the one that was made of the same sources before. Errors: `CompilerError`."""
    key = _key(checked.graph, elements, share=share, cuts=cuts)
    note = None if key is None else cache_folder() / f"{key}.at"
    if note is not None and (found := _noted(note)) is not None:
        return found
    library = made_library(checked, elements, share=share, cuts=cuts)
    # What was made by sources that were loaded before they changed is not what they make.
    if note is not None and tuple(_sources()) == _AT_START:
        # Who cannot keep it makes it again the next time.
        with suppress(OSError):
            made = note.with_suffix(f".{os.getpid()}.at")
            made.write_text(Path(library._name).name, encoding="utf-8")
            made.replace(note)
    return library


def _noted(note: Path) -> ctypes.CDLL | None:
    try:
        name = note.read_text(encoding="utf-8")
        os.utime(note)
    except (OSError, UnicodeDecodeError):
        return None
    return kept_library(note.parent / Path(name).name)


def _key(graph: Graph, elements: Mapping[str, Element], *, share: bool, cuts: Mapping[str, int]) -> str | None:
    """A name for all that the C of a machine is made of; None where some of that cannot be told by its text."""
    said = hashlib.sha256()

    def add(text: str) -> None:
        said.update(text.encode("utf-8", "surrogateescape"))
        said.update(b"\0")

    for text in (sys.version, *FLAGS, *compiler(), str(share), str([*cuts.items()]), *_AT_START, *graph.requirements):
        add(text)
    for node in graph.nodes:
        element = elements[node.name]
        kind = type(element)
        made_of = repr({name: value for name, value in vars(element).items() if name not in _APART})
        if _NAMELESS in made_of or not kind.__module__.startswith(f"{elements_package.__name__}."):
            return None
        add(f"{node.name}\0{kind.__module__}.{kind.__qualname__}\0{node.config}\0{node.location!r}\0{node.folder}\0{made_of}")
    for edge in graph.edges:
        add(f"{edge.source}\0{edge.source_port}\0{edge.target}\0{edge.target_port}")
    return said.hexdigest()[:32]


def _sources() -> Iterable[str]:
    """The files that make C of a graph, as they are now."""
    for package in _PACKAGES:
        for root in package.__path__:
            for file in _files(root):
                known = file.stat()
                yield f"{file.path} {known.st_size} {known.st_mtime_ns} {known.st_ctime_ns}"


def _files(folder: str) -> Iterable[os.DirEntry[str]]:
    with os.scandir(folder) as found:
        entries = sorted(found, key=lambda entry: entry.name)
    for entry in entries:
        if entry.is_dir(follow_symlinks=False):
            yield from _files(entry.path)
        elif entry.name.endswith(_KINDS):
            yield entry


_AT_START: Final = tuple(_sources())
"""The files as they were when this process began to load them."""
