"""Which 4 KiB of the core's registers the host sees: the shell gives each module of the data path no more than that."""

from __future__ import annotations

from typing import Final

from amaranth.hdl import Module, Mux, Signal
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out

from hdl.axi_lite import OKAY, SLVERR, axi_lite

ADDRESS_BITS: Final = 12
"""Address bits that the shell brings to a module."""
PAGE_BITS: Final = 8


class PageRegister(wiring.Component):
    """An AXI4-Lite subordinate with one word, ``page``, at address 0; all other addresses, and writes with a partial strobe, get SLVERR.

    ``page`` holds until the next write, so that a host which waits for the answer of a write knows what its next access is of; hosts that
    share the card take turns.

    Latency: 1 cycle from a read, 2 from a write to its answer. One request of each kind at a time. Registers: ``page`` and the answers are
    the operator's, as the host's bus is; no packet touches them.
    """

    def __init__(self) -> None:
        super().__init__({"axi": In(axi_lite(ADDRESS_BITS)), "page": Out(PAGE_BITS)})

    def elaborate(self, platform: object) -> Module:
        m = Module()
        axi = self.axi
        m.d.comb += axi.arready.eq(~axi.rvalid)
        with m.If(axi.arvalid & axi.arready):
            here = axi.araddr == 0
            m.d.sync += [axi.rvalid.eq(1), axi.rdata.eq(Mux(here, self.page, 0)), axi.rresp.eq(Mux(here, OKAY, SLVERR))]
        with m.Elif(axi.rready):
            m.d.sync += axi.rvalid.eq(0)
        has_address, has_data, address, data, strobe = Signal(), Signal(), Signal(ADDRESS_BITS), Signal(32), Signal(4)
        m.d.comb += [axi.awready.eq(~has_address & ~axi.bvalid), axi.wready.eq(~has_data & ~axi.bvalid)]
        with m.If(axi.awvalid & axi.awready):
            m.d.sync += [has_address.eq(1), address.eq(axi.awaddr)]
        with m.If(axi.wvalid & axi.wready):
            m.d.sync += [has_data.eq(1), data.eq(axi.wdata), strobe.eq(axi.wstrb)]
        good = (address == 0) & strobe.all()
        with m.If(has_address & has_data):
            m.d.sync += [has_address.eq(0), has_data.eq(0), axi.bvalid.eq(1), axi.bresp.eq(Mux(good, OKAY, SLVERR))]
            with m.If(good):
                m.d.sync += self.page.eq(data)
        with m.Elif(axi.bready):
            m.d.sync += axi.bvalid.eq(0)
        return m
