"""Netlists made by hand: small pipelines of two tenants in which one thing can be wrong."""

from __future__ import annotations

from typing import Any

from sim.proof.netlist import Bit, Cell, Netlist
from sim.proof.noninterference import Result, prove_victims
from sim.proof.ownership import Ownership

Bits = tuple[Bit, ...]
_UNSIGNED = {"A_SIGNED": 0, "B_SIGNED": 0}
LATE = 12
"""Stages of a long pipeline: as many as make the last valid's number two digits wide."""


class Bench:
    """A netlist while it is made, with the inputs that every pipeline has. ``state``: registers of a tenant, by name."""

    def __init__(self) -> None:
        self.ports: dict[str, tuple[bool, Bits]] = {}
        self.cells: list[Cell] = []
        self.names: dict[str, Bits] = {}
        self.state: dict[str, int] = {}
        self.memories: tuple[str, ...] = ()
        self.common = ["clk", "rst", "time"]
        self.resets: dict[str, int] = {}
        self.asking: list[str] = []
        self.shows: dict[str, str] = {}
        self.quiet: tuple[str, ...] = ("out_valid",)
        self._next = 1
        self.clk, self.rst, self.valid, self.tenant = (self.input(name, 1) for name in ("clk", "rst", "valid", "tenant"))
        self.header, self.time = self.input("header", 4), self.input("time", 4)

    def nets(self, width: int) -> Bits:
        self._next += width
        return tuple(range(self._next - width, self._next))

    def named(self, name: str, bits: Bits) -> Bits:
        self.names[name] = bits
        return bits

    def input(self, name: str, width: int) -> Bits:
        self.ports[name] = (True, self.named(name, self.nets(width)))
        return self.names[name]

    def output(self, name: str, bits: Bits) -> None:
        self.ports[name] = (False, bits)

    def op(self, kind: str, a: Bits, b: Bits, width: int = 1, **parameters: int) -> Bits:
        y = self.nets(width)
        self.cells.append(Cell(f"op{y[0]}", kind, {**_UNSIGNED, **parameters}, {"A": a, "B": b, "Y": y}))
        return y

    def mux(self, select: Bits, yes: Bits, no: Bits) -> Bits:
        y = self.nets(len(no))
        self.cells.append(Cell(f"mux{y[0]}", "mux" if len(select) == 1 else "pmux", {}, {"A": no, "B": yes, "S": select, "Y": y}))
        return y

    def both(self, a: Bits, b: Bits) -> Bits:
        return self.op("and", a, b)

    def is_tenant(self, number: int) -> Bits:
        return self.op("eq", self.tenant, (str(number),))

    def hold(self, name: str, data: Bits, held: Bits) -> Bits:
        """A register whose output ``held`` there is already."""
        self.cells.append(Cell(name, "dff", {"CLK_POLARITY": "1"}, {"D": data, "Q": held, "CLK": self.clk}))
        return self.named(name, held)

    def register(self, name: str, data: Bits) -> Bits:
        return self.hold(name, data, self.nets(len(data)))

    def cleared(self, name: str, data: Bits) -> Bits:
        """A register that reset clears."""
        return self.register(name, self.mux(self.rst, ("0",) * len(data), data))

    def memory(self, name: str, size: int, address: Bits, write: Bits, data: Bits, **parameters: Any) -> Bits:
        """A memory of state, written and read at one address; gives what is read."""
        out = self.nets(len(data))
        defaults = {"WIDTH": len(data), "ABITS": len(address), "SIZE": size, "OFFSET": 0, "RD_PORTS": 1, "WR_PORTS": 1}
        clocks = {"RD_CLK_ENABLE": "0", "WR_CLK_ENABLE": "1", "WR_CLK_POLARITY": "1"}
        reads = {"RD_ADDR": address, "RD_DATA": out}
        writes = {"WR_ADDR": address, "WR_DATA": data, "WR_EN": write * len(data), "WR_CLK": self.clk}
        self.cells.append(Cell(name, "mem_v2", {**defaults, **clocks, **parameters}, {**reads, **writes}))
        return out

    def counter(self, tenant: int, write: Bits, data: Bits) -> Bits:
        """State of ``tenant``, which becomes ``data`` where ``write`` is set."""
        held = self.nets(len(data))
        self.state[f"count_t{tenant}"] = tenant
        return self.hold(f"count_t{tenant}", self.mux(write, data, held), held)

    def out(self, valid: Bits, tenant: Bits, data: Bits) -> None:
        self.output("out_valid", valid)
        self.output("out_tenant", tenant)
        self.output("bytes", data)

    def one_stage(self, data: Bits, valid: Bits | None = None, tenant: Bits | None = None) -> None:
        """Registers of stage 1, and the outputs behind them."""
        self.out(
            self.cleared("valid_s1", valid or self.valid),
            self.register("tenant_s1", tenant or self.tenant),
            self.register("data_s1", data),
        )

    def netlist(self) -> Netlist:
        return Netlist(self.ports, tuple(self.cells), self.names)

    def ownership(self) -> Ownership:
        return Ownership(
            self.state,
            packet_inputs=("header",),
            common_inputs=tuple(self.common),
            tenant_inputs=self.resets,
            memories=self.memories,
            shows=self.shows,
            asking_inputs=tuple(self.asking),
            quiet=self.quiet,
        )

    def prove(self, tenants: int = 2) -> list[Result]:
        """For each tenant as the victim."""
        return list(prove_victims(self.netlist(), self.ownership(), range(tenants), tenants).values())
