"""What the checks of a graph have to know of an element class."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class ClassInfo:
    """An element class's port count, processing and flow codes, in the notation of Click's manual."""

    name: str
    port_count: str
    processing: str
    flow: str


ClassTable = Callable[[str], ClassInfo | None]
"""The class of a name, None where there is none."""
