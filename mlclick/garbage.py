"""Python's search for cycles of objects that nothing else refers to."""

from __future__ import annotations

import gc
from typing import Final

FEWEST: Final = 50_000
"""Objects that are made, and are still there, before those are looked at."""


def search_seldom() -> None:
    """From here on, look for cycles seldom. Passes make millions of objects that stay: values, netlists, terms. To look at them again and
    again takes up to half of a pass's time, and finds next to nothing."""
    gc.set_threshold(FEWEST, 20, 50)
