"""Bits of a design that cannot change in this configuration, read off its netlist: they are no gap in what simulation reaches."""

from __future__ import annotations

import json
from typing import Final

from hdl.tools.yosys import run_yosys

_FOLD: Final = "opt_expr; opt_clean; opt_dff; " * 4
"""Constants go on through registers, a few in a row."""


def constant_bits(verilog: str, top: str) -> frozenset[tuple[str, int]]:
    """The bits (name from ``top`` on, place) of named signals of ``top`` that Yosys finds to be constant in its flat netlist. Numbers in
    names are those of this text: another text of the design may give them to other signals."""
    script = (
        f"read_verilog -sv -noassert top.v; hierarchy -top {top}; proc -norom; flatten; {_FOLD}opt_expr; opt_clean; write_json top.json"
    )
    module = json.loads(run_yosys(script, {"top.v": verilog}, ["top.json"])["top.json"])["modules"][top]
    return frozenset(
        (f"{top}.{name}", place)
        for name, net in module["netnames"].items()
        if not net["hide_name"]
        for place, bit in enumerate(net["bits"])
        if bit in ("0", "1")
    )
