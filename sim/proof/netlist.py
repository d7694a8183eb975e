"""A flat word-level netlist from Verilog, by Yosys: cells, registers and memory reads, for the prover."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Final

from hdl.owner import OWNER
from hdl.tools.yosys import run_yosys

Bit = int | str
"""A net's number, or the constant `0`, `1` or `x`."""

_BEGINNING: Final = re.compile(
    r"^ *initial begin\n(?: *(?P<name>\S+?) ?\[\d+\] = \d+'h[0-9a-f]+;\n){64,} *end\n"
    r"(?= *always @\(posedge \S+\) begin\n(?: *if \(.*\)\n)? *(?P=name) ?\[)",
    re.MULTILINE,
)
"""What the words of a memory are at first, in front of what writes to it: of one that is too large for Yosys to make registers of."""
_ZERO: Final = re.compile(r"^ *\S+ ?\[\d+\] = \d+'h0+;\n", re.MULTILINE)

PASSES: Final = "proc -norom; flatten; opt_expr; opt_clean; memory_collect; opt_clean"


@dataclass(frozen=True)
class Cell:
    """A cell: ``kind`` without the dollar sign, parameters as numbers or strings, connections by port as bits, low first."""

    name: str
    kind: str
    parameters: dict[str, Any]
    connections: dict[str, tuple[Bit, ...]]

    def number(self, parameter: str) -> int:
        """A parameter as a number."""
        value = self.parameters[parameter]
        return int(value, 2) if isinstance(value, str) else int(value)


@dataclass(frozen=True)
class Netlist:
    """``ports``: (is input, bits) by name; ``names``: the bits of every named net; ``owners``: who owns the register at a net, where the
    generator said so (`hdl.owner`); ``initial``: what a register at a net is at first, where that is not zero."""

    ports: dict[str, tuple[bool, tuple[Bit, ...]]]
    cells: tuple[Cell, ...]
    names: dict[str, tuple[Bit, ...]]
    owners: Mapping[str, str] = field(default_factory=dict)
    initial: Mapping[str, int] = field(default_factory=dict)

    @cached_property
    def drivers(self) -> dict[int, tuple[Cell, int]]:
        """By net number, the cell whose output ``Y`` drives it, and the place in that."""
        return {bit: (cell, n) for cell in self.cells for n, bit in enumerate(cell.connections.get("Y", ())) if isinstance(bit, int)}

    @cached_property
    def unused(self) -> int:
        """The first number above those of all nets, of ports that no cell has too."""
        everywhere = (bits for cell in self.cells for bits in cell.connections.values())
        return 1 + max(
            bit
            for bits in (*everywhere, *self.names.values(), *(b for _, b in self.ports.values()))
            for bit in bits
            if isinstance(bit, int)
        )


def without_zeros(verilog: str) -> str:
    """``verilog`` without that words of large memories that are written are zero at first.

    Yosys takes minutes for those of large ones, and proofs take no notice of them: what a memory holds at first is the same in both copies.
    """
    return _BEGINNING.sub(lambda found: _ZERO.sub("", found[0]), verilog)


def read_netlist(verilog: str, top: str) -> Netlist:
    """The netlist of ``top``, with plain registers and no optimisation that would merge what belongs to different owners. Words of memories
    that are written and zero at first are left open."""
    script = f"read_verilog -sv top.v; hierarchy -top {top}; {PASSES}; write_json top.json"
    module = json.loads(run_yosys(script, {"top.v": without_zeros(verilog)}, ["top.json"])["top.json"])["modules"][top]
    ports = {name: (port["direction"] == "input", tuple(port["bits"])) for name, port in module["ports"].items()}
    cells = tuple(
        Cell(name, cell["type"].removeprefix("$"), cell["parameters"], {p: tuple(b) for p, b in cell["connections"].items()})
        for name, cell in sorted(module["cells"].items())
        if cell["type"] != "$scopeinfo"
    )
    names = {name: tuple(net["bits"]) for name, net in sorted(module["netnames"].items())}
    said = {name: net["attributes"] for name, net in sorted(module["netnames"].items())}
    owners = {name: str(each[OWNER]) for name, each in said.items() if OWNER in each}
    initial = {name: int(each["init"], 2) for name, each in said.items() if set(str(each.get("init", "x"))) <= {"0", "1"}}
    return Netlist(ports, cells, names, owners, initial)
