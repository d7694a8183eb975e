"""The registers of a simulated core, by its AXI4-Lite bus and by nothing else: what a driver on the host would see."""

from __future__ import annotations

from typing import Final

from hdl.register_map import Register
from sim.verilated import Verilated

PATIENCE: Final = 8
"""Cycles within which the bus must take an address, and within which it must answer."""


class RegisterBus:
    """Master of the bus ``axi`` of ``model``, one access at a time. Errors: `RuntimeError` where the bus does not answer."""

    def __init__(self, model: Verilated, registers: tuple[Register, ...]) -> None:
        self.model: Final = model
        self.registers: Final = registers

    def rest(self) -> None:
        """Ask for nothing, and be ready for every answer."""
        for name in ("awvalid", "wvalid", "arvalid"):
            self.model.set(f"axi__{name}", 0)
        for name in ("bready", "rready"):
            self.model.set(f"axi__{name}", 1)

    def read(self, address: int) -> tuple[int, int]:
        """(data, response) of a read."""
        self.model.set("axi__araddr", address)
        self.model.set("axi__arvalid", 1)
        for _ in range(PATIENCE):
            self.model.settle()
            taken = self.model.get("axi__arready")
            self.model.step()
            if taken:
                self.model.set("axi__arvalid", 0)
                break
        for _ in range(PATIENCE):
            self.model.settle()
            if self.model.get("axi__rvalid"):
                answer = self.model.get("axi__rdata"), self.model.get("axi__rresp")
                self.model.step()
                return answer
            self.model.step()
        raise RuntimeError(f"the bus does not answer a read of 0x{address:x}")

    def write(self, address: int, data: int, strobe: int = 15) -> int:
        """The response of a write."""
        for name, value in (("awaddr", address), ("wdata", data), ("wstrb", strobe), ("awvalid", 1), ("wvalid", 1)):
            self.model.set(f"axi__{name}", value)
        self.model.settle()
        self.model.step()
        self.model.set("axi__awvalid", 0)
        self.model.set("axi__wvalid", 0)
        for _ in range(PATIENCE):
            self.model.settle()
            if self.model.get("axi__bvalid"):
                response = self.model.get("axi__bresp")
                self.model.step()
                return response
            self.model.step()
        raise RuntimeError(f"the bus does not answer a write of 0x{address:x}")

    def read_all(self) -> dict[tuple[int, str], int]:
        """Every register of every window, by (window, name)."""
        values = {}
        for register in self.registers:
            low, _ = self.read(register.address)
            high, _ = self.read(register.address + 4) if register.width > 32 else (0, 0)
            values[register.window, register.name] = high << 32 | low
        return values
