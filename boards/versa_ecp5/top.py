"""The board's top: two RGMII ports around a core, port 0 the network, port 1 the link to the host."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Final

from amaranth.hdl import Cat, Elaboratable, Instance, IOPort, Module, Signal
from amaranth.lib import wiring

from boards.versa_ecp5.clocks import CORE_HZ, Pll, add_domain
from boards.versa_ecp5.link import LinkJoin, LinkSplit, RemotePort
from boards.versa_ecp5.phy import MDC_HZ, PhyBringUp
from boards.versa_ecp5.port import COUNTERS, EthernetPort, PortParameters
from boards.versa_ecp5.registers import PORTS, BoardRegisters
from boards.versa_ecp5.regs_link import RegsLink

WIDTH: Final = 64
LEDS: Final = 8
# A cycle of the core's clock.
NANOSECONDS: Final = 1_000_000_000 // CORE_HZ
# Cycles of the core's clock for which a light that stands for a moment stays on: 67 ms.
LIGHT: Final = 1 << 22


@dataclass(frozen=True)
class VersaParameters:
    """``primitives``: the device's PLL, double-data-rate and pin cells; without, the clocks are inputs and the management bus three
    signals. ``millisecond``: cycles of the core's clock.
    """

    primitives: bool = True
    millisecond: int = CORE_HZ // 1000
    divider: int = CORE_HZ // (2 * MDC_HZ) + 1
    port: PortParameters = field(default_factory=PortParameters)


class VersaTop(Elaboratable):
    """Pins around ``core``, a component of the domain ``sync`` with ``rx0``, ``rx_host`` (In of a 64-bit `hdl.stream.beat_stream`),
    ``tx0``, ``tx_host`` (Out), ``axi`` (In of `hdl.axi_lite.axi_lite`) and ``time`` (In, 48 bits, ns since reset), as `hdl.core.Core` has.

    Where the core has ``rx1`` and ``tx1`` too, port 1 is at the host's end of the link. Errors: ``ValueError`` for a core with more ports.

    The core clock is 62.5 MHz. ``ports`` lists the pins; `boards.versa_ecp5.constraints` places them. Lights (low is on): 0 and 1 the links
    of port 0 and the host; 2 and 3 frames received there; 4 and 5 frames dropped there; 6 both PHYs found; 7 one second on, one off.
    """

    def __init__(self, core: Any, parameters: VersaParameters | None = None) -> None:
        if hasattr(core, "rx2"):
            raise ValueError("the board has one network port and one more at the host's end of the link: a core has at most two ports")
        self.core: Final = core
        self.parameters: Final = parameters or VersaParameters()
        self.rst_n: Final = Signal()
        self.led: Final = Signal(LEDS)
        pins: list[Any] = [self.rst_n, self.led]
        if self.parameters.primitives:
            self.clk100: Final = Signal()
            pins.append(self.clk100)
        else:
            self.clk_tx: Final = Signal()
            self.clk_core: Final = Signal()
            pins += [self.clk_tx, self.clk_core]
        self.eth: Final = [EthernetPins(index, self.parameters.primitives) for index in range(len(PORTS))]
        self.ports: Final = pins + [pin for eth in self.eth for pin in eth.all()]

    def elaborate(self, platform: object) -> Module:
        m = Module()
        self._clocks(m)
        m.submodules.core = core = self.core
        m.submodules.registers = registers = BoardRegisters()
        m.submodules.regs_link = regs = RegsLink(len(core.axi.araddr))
        m.submodules.split, m.submodules.join = split, join = LinkSplit(WIDTH), LinkJoin(WIDTH)
        ports = [self._port(m, index, name, registers) for index, name in enumerate(PORTS)]
        network, host = ports
        wiring.connect(m, network.rx, core.rx0)
        wiring.connect(m, core.tx0, network.tx)
        wiring.connect(m, host.rx, split.sink)
        wiring.connect(m, split.crossing, core.rx_host)
        wiring.connect(m, split.registers, regs.sink)
        wiring.connect(m, core.tx_host, join.crossing)
        wiring.connect(m, regs.source, join.registers)
        wiring.connect(m, join.source, host.tx)
        if hasattr(core, "rx1"):
            m.submodules.remote = remote = RemotePort()
            wiring.connect(m, split.remote, remote.from_link)
            wiring.connect(m, remote.rx, core.rx1)
            wiring.connect(m, core.tx1, remote.tx)
            wiring.connect(m, remote.to_link, join.remote)
        else:
            m.d.comb += split.remote.ready.eq(1)
        wiring.connect(m, regs.bus, core.axi)
        m.d.sync += core.time.eq(core.time + NANOSECONDS)
        m.d.comb += [registers.word.eq(regs.board_word), regs.board_data.eq(registers.data)]
        self._lights(m, registers, ports)
        return m

    def _clocks(self, m: Module) -> None:
        reset = Signal()
        tx, core = Signal(), Signal()
        if self.parameters.primitives:
            m.submodules.pll = pll = Pll()
            m.d.comb += [pll.oscillator.eq(self.clk100), tx.eq(pll.tx), core.eq(pll.core), reset.eq(~pll.locked | ~self.rst_n)]
        else:
            m.d.comb += [tx.eq(self.clk_tx), core.eq(self.clk_core), reset.eq(~self.rst_n)]
        add_domain(m, "sync", core, reset)
        add_domain(m, "tx", tx, reset)
        for index, eth in enumerate(self.eth):
            add_domain(m, f"rx{index}", eth.rxc, reset)

    def _port(self, m: Module, index: int, name: str, registers: BoardRegisters) -> EthernetPort:
        parameters, pins = self.parameters, self.eth[index]
        port = EthernetPort(parameters.port, f"rx{index}", "tx", link=name == "host", primitives=parameters.primitives)
        phy = PhyBringUp(parameters.millisecond, parameters.divider)
        m.submodules[name], m.submodules[f"{name}_phy"] = port, phy
        m.d.comb += [
            port.rxd.eq(pins.rxd),
            port.rx_ctl.eq(pins.rx_ctl),
            pins.txd.eq(port.txd),
            pins.tx_ctl.eq(port.tx_ctl),
            pins.txc.eq(port.txc),
            pins.rst_n.eq(phy.rst_n),
            pins.mdc.eq(phy.mdc),
            getattr(registers, f"{name}_found").eq(phy.found),
            getattr(registers, f"{name}_up").eq(phy.up),
            *(getattr(registers, f"{name}_{counter}").eq(getattr(port, counter)) for counter in COUNTERS),
        ]
        pins.connect_mdio(m, phy)
        return port

    def _lights(self, m: Module, registers: BoardRegisters, ports: list[EthernetPort]) -> None:
        second = Signal(range(CORE_HZ))
        beat = Signal()
        m.d.sync += second.eq(second + 1)
        with m.If(second == CORE_HZ - 1):
            m.d.sync += [second.eq(0), beat.eq(~beat)]
        links = [getattr(registers, f"{name}_up") for name in PORTS]
        received = [_stretched(m, port.rx.valid) for port in ports]
        dropped = [_stretched(m, port.dropped) for port in ports]
        found = registers.port0_found & registers.host_found
        m.d.sync += self.led.eq(~Cat(*links, *received, *dropped, found, beat))


class EthernetPins:
    """The pins of one port, ``eth0_…`` or ``eth1_…``."""

    def __init__(self, index: int, primitives: bool) -> None:
        self.primitives: Final = primitives
        prefix = f"eth{index}_"
        self.rxc: Final = Signal(name=prefix + "rxc")
        self.rxd: Final = Signal(4, name=prefix + "rxd")
        self.rx_ctl: Final = Signal(name=prefix + "rx_ctl")
        self.txc: Final = Signal(name=prefix + "txc")
        self.txd: Final = Signal(4, name=prefix + "txd")
        self.tx_ctl: Final = Signal(name=prefix + "tx_ctl")
        self.rst_n: Final = Signal(name=prefix + "rst_n")
        self.mdc: Final = Signal(name=prefix + "mdc")
        self.mdio: Final = IOPort(1, name=prefix + "mdio")
        self.mdio_i: Final = Signal(name=prefix + "mdio_i")
        self.mdio_o: Final = Signal(name=prefix + "mdio_o")
        self.mdio_oe: Final = Signal(name=prefix + "mdio_oe")

    def all(self) -> list[Any]:
        """Every pin, in a fixed order."""
        bus = [self.mdio] if self.primitives else [self.mdio_i, self.mdio_o, self.mdio_oe]
        return [self.rxc, self.rxd, self.rx_ctl, self.txc, self.txd, self.tx_ctl, self.rst_n, self.mdc, *bus]

    def connect_mdio(self, m: Module, phy: PhyBringUp) -> None:
        """The management bus: one pin that is driven by either side."""
        m.d.comb += [self.mdio_o.eq(phy.mdio_o), self.mdio_oe.eq(phy.mdio_oe), phy.mdio_i.eq(self.mdio_i)]
        if self.primitives:
            m.submodules += Instance("TRELLIS_IO", p_DIR="BIDIR", i_I=self.mdio_o, i_T=~self.mdio_oe, o_O=self.mdio_i, io_B=self.mdio)


def _stretched(m: Module, event: Any) -> Signal:
    """High with an event and for `LIGHT` cycles after."""
    left = Signal(range(LIGHT + 1))
    with m.If(event):
        m.d.sync += left.eq(LIGHT)
    with m.Elif(left != 0):
        m.d.sync += left.eq(left - 1)
    return left != 0
