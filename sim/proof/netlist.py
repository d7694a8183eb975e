"""A flat word-level netlist from Verilog, by Yosys: cells, registers and memory reads, for the prover."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

from hdl.tools.yosys import run_yosys

Bit = int | str
"""A net's number, or the constant `0`, `1` or `x`."""

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
    """``ports``: (is input, bits) by name; ``names``: the bits of every named net."""

    ports: dict[str, tuple[bool, tuple[Bit, ...]]]
    cells: tuple[Cell, ...]
    names: dict[str, tuple[Bit, ...]]

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


def read_netlist(verilog: str, top: str) -> Netlist:
    """The netlist of ``top``, with plain registers and no optimisation that would merge what belongs to different owners."""
    script = f"read_verilog -sv top.v; hierarchy -top {top}; {PASSES}; write_json top.json"
    module = json.loads(run_yosys(script, {"top.v": verilog}, ["top.json"])["top.json"])["modules"][top]
    ports = {name: (port["direction"] == "input", tuple(port["bits"])) for name, port in module["ports"].items()}
    cells = tuple(
        Cell(name, cell["type"].removeprefix("$"), cell["parameters"], {p: tuple(b) for p, b in cell["connections"].items()})
        for name, cell in sorted(module["cells"].items())
        if cell["type"] != "$scopeinfo"
    )
    names = {name: tuple(net["bits"]) for name, net in sorted(module["netnames"].items())}
    return Netlist(ports, cells, names)
