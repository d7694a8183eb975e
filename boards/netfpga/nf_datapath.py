"""A drop-in replacement of the SUME's ``nf_datapath``: the same ports, a core of tenants inside.

The shell's conventions (NetFPGA-SUME-live 1.8.0): five AXI4-Stream pairs of 256 bits, four ports and the DMA; ``tuser`` on the first beat
has the length in bits 15:0, the one-hot source in 23:16 and the one-hot destination in 31:24; port i's bit is 2 * i, the host's 2 * i + 1.
Crossing frames travel by the DMA port with the shim in front.

Of the three reference modules' AXI4-Lite windows the shell brings 12 address bits each. The second (output port lookup) has the tenants'
registers, 4 KiB at a time: those that the page register, the one word of the first (input arbiter), chooses
(`boards.netfpga.page_register`). The third answers SLVERR. The shell's clock of the registers is that of the data path, whose reset counts.
"""

from __future__ import annotations

from typing import Final

from amaranth.hdl import Cat, ClockDomain, ClockSignal, Const, Elaboratable, Module, Mux, ResetSignal, Signal
from amaranth.lib import wiring

from boards.netfpga.page_register import ADDRESS_BITS, BUS_BITS, PageRegister
from boards.netfpga.pins import WIDTH, AxiLite, AxiStream, Pin
from boards.netfpga.send_lengths import SendLengths
from hdl.core import Core

PORTS: Final = 5
HOST: Final = 4
WINDOWS: Final = ("S0", "S1", "S2")


class NfDatapath(Elaboratable):
    """``pins`` are those of the module that it replaces, by its names. Clock 200 MHz, reset active low, all synchronous.

    Latency: the core's, and 2 cycles from a frame's last beat, when its length is known, to its first. Initiation interval: 1 beat a port;
    of a register access the core's. Registers: a frame in a port's buffer, with the count of its bytes, is its owner's; the time is the
    operator's. Errors: ``ValueError`` for a core with other ports than the board's, or with more registers than the pages have room for.
    """

    def __init__(self, core: Core) -> None:
        if core.datapath.parameters.ports != HOST or core.datapath.parameters.width != WIDTH:
            raise ValueError("the SUME has four ports of 256 bits")
        if len(core.axi.araddr) > BUS_BITS:
            raise ValueError(f"the core's registers take {len(core.axi.araddr)} address bits, and the SUME's pages have {BUS_BITS}")
        self.core: Final = core
        self.axis_aclk: Final = Signal()
        self.axis_resetn: Final = Signal()
        self.axi_aclk: Final = Signal()
        self.axi_resetn: Final = Signal()
        self.sinks: Final = [AxiStream(f"s_axis_{i}", leaves=False) for i in range(PORTS)]
        self.sources: Final = [AxiStream(f"m_axis_{i}", leaves=True) for i in range(PORTS)]
        self.buses: Final = [AxiLite(name) for name in WINDOWS]

    @property
    def pins(self) -> tuple[Pin, ...]:
        """Every pin, in a fixed order."""
        clocks = (self.axis_aclk, self.axis_resetn, self.axi_aclk, self.axi_resetn)
        groups: tuple[AxiStream | AxiLite, ...] = (*self.sinks, *self.sources, *self.buses)
        return (*(Pin(signal, "", leaves=False) for signal in clocks), *(pin for group in groups for pin in group.pins))

    @property
    def ports(self) -> list[Signal]:
        """The signals of all pins, in the same order."""
        return [pin.signal for pin in self.pins]

    def elaborate(self, platform: object) -> Module:
        m = Module()
        m.domains.sync = ClockDomain("sync")
        m.d.comb += [ClockSignal().eq(self.axis_aclk), ResetSignal().eq(~self.axis_resetn)]
        m.submodules.core = core = self.core
        time = Signal(48)
        m.d.sync += time.eq(time + 5)
        m.d.comb += core.time.eq(time)
        for index in range(PORTS):
            name = "host" if index == HOST else str(index)
            sink, rx = self.sinks[index], getattr(core, f"rx_{name}" if index == HOST else f"rx{name}")
            m.d.comb += [
                rx.valid.eq(sink.tvalid),
                rx.payload.data.eq(sink.tdata),
                rx.payload.keep.eq(sink.tkeep),
                rx.payload.last.eq(sink.tlast),
                sink.tready.eq(rx.ready),
            ]
            self._send(m, index, getattr(core, f"tx_{name}" if index == HOST else f"tx{name}"))
        self._registers(m)
        return m

    def _send(self, m: Module, index: int, tx: wiring.PureInterface) -> None:
        """A frame leaves when its length is known."""
        source, out_bit = self.sources[index], 1 << (1 if index == HOST else 2 * index)
        m.submodules[f"send{index}"] = send = SendLengths(WIDTH)
        wiring.connect(m, tx, send.sink)
        out = send.source.p
        m.d.comb += [
            source.tvalid.eq(send.source.valid),
            source.tdata.eq(out.beat.data),
            source.tkeep.eq(out.beat.keep),
            source.tlast.eq(out.beat.last),
            source.tuser.eq(Mux(send.first, Cat(out.length, Const(0, 8), Const(out_bit, 8)), 0)),
            send.source.ready.eq(source.tready),
        ]

    def _registers(self, m: Module) -> None:
        m.submodules.page = pages = PageRegister(len(self.core.axi.araddr) - ADDRESS_BITS)
        self.buses[0].connect(m, pages.axi)
        self.buses[1].connect(m, self.core.axi, pages.page)
        self.buses[2].refuse(m)
