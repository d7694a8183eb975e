"""Amaranth to Verilog, the same bytes for the same design wherever its sources lie."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from amaranth.back import verilog
from amaranth.hdl import Elaboratable, Value

from hdl.tools.memory_words import memory_words
from hdl.tools.quick_nets import quick_nets

_ROOT: Final = Path(__file__).parents[2]
_OWN_LINE: Final = re.compile(r'^ *\(\* src = "([^":|]*:\d+)[^"]*" \*\)$')
_INLINE: Final = re.compile(r'\(\* src = "[^"]*" \*\) ')


def to_verilog(elaboratable: Elaboratable, name: str, ports: Sequence[Value] | None = None) -> str:
    """The Verilog of a design whose top module is called ``name``.

    ``ports`` may be left out for a `wiring.Component`, whose signature lists them; a nested member ``s.tdata`` becomes
    the port ``s__tdata``, and the clock and reset of the domain ``sync`` become ``clk`` and ``rst``. Source locations
    are left out: they would make the text depend on where the project lies.
    """
    return _convert(elaboratable, name, ports, located=False)


def to_located_verilog(elaboratable: Elaboratable, name: str) -> tuple[str, dict[int, str]]:
    """The text of `to_verilog`, and for those of its lines (from 1) at which something begins that a source line made, ``FILE:LINE``;
    files of ours are told from the project's root, those of libraries from where libraries are."""
    kept: list[str] = []
    places: dict[int, str] = {}
    for line in _convert(elaboratable, name, None, located=True).split("\n"):
        place = _OWN_LINE.match(line)
        if place:
            # It is said of what comes next, behind what else is said of that.
            places[len(kept) + 1] = place[1].rpartition("site-packages/")[2].removeprefix(f"{_ROOT}/")
        else:
            kept.append(_INLINE.sub("", line))
    return "\n".join(kept), places


def _convert(elaboratable: Elaboratable, name: str, ports: Sequence[Value] | None, *, located: bool) -> str:
    # The Yosys that comes with Amaranth, since one found on PATH may be too old.
    os.environ["AMARANTH_USE_YOSYS"] = "builtin"
    with memory_words(), quick_nets():
        return str(verilog.convert(elaboratable, name=name, ports=ports, emit_src=located))
