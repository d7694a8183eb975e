"""The C that every machine has: what stands in front of generated code, and what is compiled once for all machines."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from elements.definition.copies import MOST_COPIES
from elements.definition.loops import DEEPEST, MOST_PASSES, MOST_PULLS
from elements.reference.packet import HEADROOM, LONGEST

_LIMITS: Final = {
    "HEADROOM": HEADROOM,
    "LONGEST": LONGEST,
    "DEEPEST": DEEPEST,
    "MOST_PASSES": MOST_PASSES,
    "MOST_PULLS": MOST_PULLS,
    "MOST_COPIES": MOST_COPIES,
}

_CONTAINERS: Final = ("share.h", "cycles.h", "containers.h", "cuts.h")
_CONTAINED: Final = ("share.c", "batches.c", "cuts.c", "containers.c")


def headers() -> str:
    """Packets, their bytes and tables: what stands in front of the structures of elements."""
    limits = "".join(f"#define {name} {number}\n" for name, number in _LIMITS.items())
    return "\n".join([limits, *(_text(name) for name in ("runtime.h", "view.h", "table.h", "wide.h"))])


def live_header() -> str:
    """Tasks, timers and file descriptors: what stands behind the structure of the machine."""
    return _text("live.h")


def share_header() -> str:
    """Turns by weight and limit: what stands behind `live_header` where they are looked at by themselves."""
    return _text("share.h")


def runtime_c() -> str:
    """What generated code calls and is not made a part of: to be compiled by itself, and linked with it."""
    return "\n".join([headers(), live_header(), *(_text(name) for name in (*_CONTAINERS, "runtime.c", "table.c", "live.c", *_CONTAINED))])


def _text(name: str) -> str:
    return (Path(__file__).parent / name).read_text(encoding="utf-8")
