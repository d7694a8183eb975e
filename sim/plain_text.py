"""The Verilog of a core without checkers, which evidence is tied to and boards are built of; made once for each core."""

from __future__ import annotations

from typing import Final
from weakref import WeakKeyDictionary

from hdl.core import Core
from hdl.tools.verilog import to_verilog

_TEXTS: Final[WeakKeyDictionary[Core, str]] = WeakKeyDictionary()


def plain_text(core: Core) -> str:
    """The text, with the top module ``core``."""
    if core not in _TEXTS:
        _TEXTS[core] = to_verilog(core, "core")
    return _TEXTS[core]
