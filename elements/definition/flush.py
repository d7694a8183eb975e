"""Output of C: it has buffers of its own, beside those of Python."""

from __future__ import annotations

import ctypes
from typing import Final

_LIBRARY: Final = ctypes.CDLL(None)


def flush_c() -> None:
    """Write what C has still in its buffers, of every open file."""
    _LIBRARY.fflush(None)
