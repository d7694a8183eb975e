"""Which 4 KiB of the core's registers the host sees: the shell gives each module of the data path no more than that.

The DMA's AXI4-Lite bridge has a queue of its own for write addresses, for write data and for reads, and tells the host nothing of a
write's answer. So a read may overtake the write of a page that was asked for before it, and the host knows the page once it has read it
back; `BUS_WAY` says the whole of it. Who shares the card holds one lock from the write of the page to the end of the access.
"""

from __future__ import annotations

from typing import Final

from amaranth.hdl import Module, Mux, Signal
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out

from hdl.axi_lite import OKAY, SLVERR, axi_lite

ADDRESS_BITS: Final = 12
"""Address bits that the shell brings to a module."""
PAGE_BITS: Final = 8
"""Address bits that a page can stand for, at most."""
BUS_BITS: Final = ADDRESS_BITS + PAGE_BITS
"""Address bits that the board has for the core's registers."""
PAGE_AT: Final = 0x4401_0000
"""Where the shell has the input arbiter's window, which is the page register's."""
REGISTERS_AT: Final = 0x4402_0000
"""Where the shell has the output port lookup's window, in which a page of the core's registers is."""
BUS_WAY: Final = (
    f"under one lock: write the page, ADDRESS / {1 << ADDRESS_BITS}, to {PAGE_AT:#010x}, read it back until it is that page, then access "
    f"{REGISTERS_AT:#010x} + ADDRESS % {1 << ADDRESS_BITS}"
)
"""How the host reaches the core's register at ADDRESS."""


class PageRegister(wiring.Component):
    """An AXI4-Lite subordinate with one word, ``page``, at address 0. All other addresses, writes with a partial strobe and writes of a
    page that does not exist (one of more than ``bits`` bits) get SLVERR and change nothing.

    ``page`` has ``bits`` and holds until the next write; it is 0 after reset.

    Latency: 1 cycle from a read, 2 from a write to its answer. Initiation interval: 2 cycles for a read, 3 for a write; one request of
    each kind at a time. Registers: ``page`` and the answers are the operator's, as the host's bus is; no packet touches them. Errors:
    ``ValueError`` for ``bits`` that are not 1 to `PAGE_BITS`.
    """

    def __init__(self, bits: int) -> None:
        if not 1 <= bits <= PAGE_BITS:
            raise ValueError(f"a page has 1 to {PAGE_BITS} bits, not {bits}")
        self.bits: Final = bits
        super().__init__({"axi": In(axi_lite(ADDRESS_BITS)), "page": Out(bits)})

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
        good = (address == 0) & strobe.all() & ~data[self.bits :].any()
        with m.If(has_address & has_data):
            m.d.sync += [has_address.eq(0), has_data.eq(0), axi.bvalid.eq(1), axi.bresp.eq(Mux(good, OKAY, SLVERR))]
            with m.If(good):
                m.d.sync += self.page.eq(data[: self.bits])
        with m.Elif(axi.bready):
            m.d.sync += axi.bvalid.eq(0)
        return m
