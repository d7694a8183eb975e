"""A core that sends back what it receives, with one register."""

from __future__ import annotations

from typing import Any

from amaranth.hdl import Cat, Module, Signal
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out

from hdl.axi_lite import OKAY, SLVERR, axi_lite
from hdl.stream import beat_stream

ADDRESS_WIDTH = 20


class Loopback(wiring.Component):
    """Port to port, host to host, each beat after a random pause where ``stall``; a 32-bit register at address 0, the low half of ``time``
    at 8, SLVERR elsewhere.
    """

    def __init__(self, *, stall: bool = False, ports: int = 1) -> None:
        self.stall = stall
        self.names = ("_host", *map(str, range(ports)))
        beats = beat_stream(64)
        super().__init__(
            {
                **{f"rx{name}": In(beats) for name in self.names},
                **{f"tx{name}": Out(beats) for name in self.names},
                "axi": In(axi_lite(ADDRESS_WIDTH)),
                "time": In(48),
            }
        )

    def elaborate(self, platform: object) -> Module:
        m = Module()
        noise = Signal(16, init=0xACE1)
        m.d.sync += noise.eq(Cat(noise[1:], noise[0] ^ noise[2] ^ noise[3] ^ noise[5]))
        for number, name in enumerate(self.names):
            self._join(m, getattr(self, f"rx{name}"), getattr(self, f"tx{name}"), noise[5 * number])
        axi = self.axi
        scratch = Signal(32)
        write = axi.awvalid & axi.wvalid & ~axi.bvalid
        read = axi.arvalid & ~axi.rvalid
        m.d.comb += [axi.awready.eq(write), axi.wready.eq(write), axi.arready.eq(read)]
        with m.If(axi.bready):
            m.d.sync += axi.bvalid.eq(0)
        with m.If(axi.rready):
            m.d.sync += axi.rvalid.eq(0)
        with m.If(write):
            m.d.sync += [axi.bvalid.eq(1), axi.bresp.eq(SLVERR)]
            with m.If(axi.awaddr == 0):
                m.d.sync += [scratch.eq(axi.wdata), axi.bresp.eq(OKAY)]
        with m.If(read):
            m.d.sync += [axi.rvalid.eq(1), axi.rdata.eq(0), axi.rresp.eq(SLVERR)]
            with m.If(axi.araddr == 0):
                m.d.sync += [axi.rdata.eq(scratch), axi.rresp.eq(OKAY)]
            with m.If(axi.araddr == 8):
                m.d.sync += [axi.rdata.eq(self.time), axi.rresp.eq(OKAY)]
        return m

    def _join(self, m: Module, source: Any, target: Any, go_on: Any) -> None:
        go = Signal(init=1)
        m.d.comb += [target.payload.eq(source.payload), target.valid.eq(source.valid & go), source.ready.eq(target.ready & go)]
        if self.stall:
            with m.If(~go | (target.valid & target.ready)):
                m.d.sync += go.eq(go_on)
