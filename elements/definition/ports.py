"""How many ports an element has and which way packets go through them, in Click's codes."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Ports:
    """Port count code (`1/1-2`), processing code (`a/ah`) and flow code (`x/x`), as Click's manual defines them."""

    count: str
    processing: str = "a/a"
    flow: str = "x/x"
