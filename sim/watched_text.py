"""The Verilog of a core with its checkers, which every model of it is made of; made once for each core."""

from __future__ import annotations

from typing import Final
from weakref import WeakKeyDictionary

from hdl.core import Core
from hdl.tools.verilog import to_located_verilog
from hdl.watch import Watched

_TEXTS: Final[WeakKeyDictionary[Core, tuple[str, dict[int, str]]]] = WeakKeyDictionary()


def watched_text(core: Core) -> tuple[str, dict[int, str]]:
    """The text, and the source of its lines (`hdl.tools.verilog.to_located_verilog`)."""
    if core not in _TEXTS:
        _TEXTS[core] = to_located_verilog(Watched(core), "core")
    return _TEXTS[core]
