"""The pins of the module that is replaced: each by its name, its direction and the parameter that the shell gives its width by."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from amaranth.hdl import Cat, Const, Module, Signal, Value

from boards.netfpga.page_register import ADDRESS_BITS
from hdl.axi_lite import SLVERR

WIDTH: Final = 256
TUSER: Final = 128
DATA: Final = 32


@dataclass(frozen=True)
class Pin:
    """``width``: the shell's own, in Verilog; it is empty for one bit. ``leaves``: it is an output. ``signal`` is as wide as the shell's
    pin with the parameters that are supported, but for addresses, of which it has the low bits."""

    signal: Signal
    width: str
    leaves: bool


class AxiStream:
    """The pins of one AXI4-Stream with metadata. ``leaves``: it is one of the module's sources, else one of its sinks."""

    def __init__(self, prefix: str, leaves: bool) -> None:
        self.tdata = Signal(WIDTH, name=f"{prefix}_tdata")
        self.tkeep = Signal(WIDTH // 8, name=f"{prefix}_tkeep")
        self.tuser = Signal(TUSER, name=f"{prefix}_tuser")
        self.tvalid = Signal(name=f"{prefix}_tvalid")
        self.tready = Signal(name=f"{prefix}_tready")
        self.tlast = Signal(name=f"{prefix}_tlast")
        data, user = (f"C_{'M' if leaves else 'S'}_AXIS_{what}_WIDTH" for what in ("DATA", "TUSER"))
        self.pins: Final = (
            Pin(self.tdata, data, leaves),
            Pin(self.tkeep, f"{data}/8", leaves),
            Pin(self.tuser, user, leaves),
            Pin(self.tvalid, "", leaves),
            Pin(self.tready, "", not leaves),
            Pin(self.tlast, "", leaves),
        )


class AxiLite:
    """The pins of one AXI4-Lite subordinate."""

    _WIDTHS: Final = {
        "addr": (ADDRESS_BITS, "C_S_AXI_ADDR_WIDTH"),
        "data": (DATA, "C_S_AXI_DATA_WIDTH"),
        "strb": (DATA // 8, "C_S_AXI_DATA_WIDTH/8"),
        "resp": (2, "2"),
    }
    _TAKEN: Final = ("awaddr", "awvalid", "wdata", "wstrb", "wvalid", "bready", "araddr", "arvalid", "rready")
    _GIVEN: Final = ("arready", "rdata", "rresp", "rvalid", "wready", "bresp", "bvalid", "awready")

    def __init__(self, prefix: str) -> None:
        pins = []
        for name in (*self._TAKEN, *self._GIVEN):
            bits, width = self._WIDTHS.get(name[-4:], (1, ""))
            signal = Signal(bits, name=f"{prefix}_AXI_{name.upper()}")
            setattr(self, name, signal)
            pins.append(Pin(signal, width, name in self._GIVEN))
        self.pins: Final = tuple(pins)

    def __getattr__(self, name: str) -> Signal:
        raise AttributeError(name)

    def connect(self, m: Module, axi: Any, page: Value | None = None) -> None:
        """Be the manager of ``axi``; ``page`` is what its addresses have above those of the shell. Latency: none."""
        for name in self._TAKEN:
            if not name.endswith("addr"):
                m.d.comb += getattr(axi, name).eq(getattr(self, name))
        for name in self._GIVEN:
            m.d.comb += getattr(self, name).eq(getattr(axi, name))
        for name in ("araddr", "awaddr"):
            m.d.comb += getattr(axi, name).eq(Cat(getattr(self, name), Const(0, 0) if page is None else page))

    def refuse(self, m: Module) -> None:
        """Answer every access with SLVERR. Latency: 1 cycle; initiation interval: 2. Registers: the answers, the operator's."""
        both = self.awvalid & self.wvalid & ~self.bvalid
        asked = self.arvalid & ~self.rvalid
        m.d.comb += [self.awready.eq(both), self.wready.eq(both), self.bresp.eq(SLVERR), self.arready.eq(asked), self.rresp.eq(SLVERR)]
        m.d.sync += [self.bvalid.eq(both | (self.bvalid & ~self.bready)), self.rvalid.eq(asked | (self.rvalid & ~self.rready))]
