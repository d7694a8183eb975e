"""Amaranth to Verilog, the same bytes for the same design wherever its sources lie."""

from __future__ import annotations

import os
from collections.abc import Sequence

from amaranth.back import verilog
from amaranth.hdl import Elaboratable, Value


def to_verilog(elaboratable: Elaboratable, name: str, ports: Sequence[Value] | None = None) -> str:
    """The Verilog of a design whose top module is called ``name``.

    ``ports`` may be left out for a `wiring.Component`, whose signature lists them; a nested member ``s.tdata`` becomes
    the port ``s__tdata``, and the clock and reset of the domain ``sync`` become ``clk`` and ``rst``. Source locations
    are left out: they would make the text depend on where the project lies.
    """
    # The Yosys that comes with Amaranth, since one found on PATH may be too old.
    os.environ["AMARANTH_USE_YOSYS"] = "builtin"
    return str(verilog.convert(elaboratable, name=name, ports=ports, emit_src=False))
