"""Bringing up a 88E1512: reset, the settings that the board relies on, and then its link's state, over and over.

What the PHY does by itself after reset: the RGMII delays in both directions are on by default (page 2, register 21, bits 5 and 4), which is
why designs without any management access work on this board. It also offers 10 and 100 Mb/s, which this MAC does not speak. So the delays
are set rather than relied on, only 1000BASE-T full duplex is offered, and a software reset, which such a change needs, puts both into
force.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from amaranth.hdl import Module, Signal
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out

from boards.versa_ecp5.mdio import Mdio

# The first half of the PHY's identifier (register 2): the organisation's.
ORGANISATION: Final = 0x0141
# The data sheet asks for 10 ms of reset, and 50 ms from its end to the first management access.
RESET_MS: Final = 12
SETTLE_MS: Final = 60
MDC_HZ: Final = 2_000_000


@dataclass(frozen=True)
class Step:
    """One access: writes ``value``, or with ``read`` reads; ``set_bits`` writes what was read last with the bits of ``value`` set."""

    register: int
    value: int = 0
    read: bool = False
    set_bits: bool = False


SETUP: Final = (
    Step(22, 2),
    Step(21, read=True),
    Step(21, 0x0030, set_bits=True),
    Step(22, 0),
    Step(4, 0x0001),
    Step(9, 0x0200),
    Step(0, 0x9140),
)
# Copper status: bits 15:14 speed (2 is 1000 Mb/s), 13 duplex, 11 resolved, 10 link.
STATUS: Final = Step(17, read=True)
STATUS_MASK: Final = 0xEC00
STATUS_UP: Final = 0xAC00


class PhyBringUp(wiring.Component):
    """Drives one PHY's reset and management bus; ``found``: it answered, at ``address``; ``up``: linked at 1 Gb/s full duplex.

    The PHY has a bus of its own but its address depends on straps: the one that answers is looked for. ``milliseconds_in_cycles``: cycles
    of ``sync`` in a millisecond. Registers belong to the port.
    """

    def __init__(self, milliseconds_in_cycles: int, divider: int) -> None:
        self.millisecond: Final = milliseconds_in_cycles
        self.divider: Final = divider
        super().__init__(
            {
                "rst_n": Out(1),
                "mdc": Out(1),
                "mdio_o": Out(1),
                "mdio_oe": Out(1),
                "mdio_i": In(1),
                "found": Out(1),
                "address": Out(5),
                "up": Out(1),
            }
        )

    def elaborate(self, platform: object) -> Module:
        m = Module()
        m.submodules.bus = bus = Mdio(self.divider)
        m.d.comb += [self.mdc.eq(bus.mdc), self.mdio_o.eq(bus.mdio_o), self.mdio_oe.eq(bus.mdio_oe), bus.mdio_i.eq(self.mdio_i)]
        m.d.comb += bus.phy.eq(self.address)
        wait = Signal(range((RESET_MS + SETTLE_MS) * self.millisecond + 1))
        step = Signal(range(len(SETUP) + 1))
        issued = Signal()
        done = Signal()
        m.d.comb += done.eq(issued & ~bus.busy & ~bus.start)
        with m.FSM():
            with m.State("RESET"):
                m.d.sync += wait.eq(wait + 1)
                with m.If(wait == RESET_MS * self.millisecond):
                    m.d.sync += self.rst_n.eq(1)
                with m.If(wait == (RESET_MS + SETTLE_MS) * self.millisecond):
                    m.next = "SEARCH"
            with m.State("SEARCH"):
                m.d.comb += bus.register.eq(2)
                self._issue(m, bus, issued)
                with m.If(done):
                    m.d.sync += issued.eq(0)
                    with m.If(bus.read_data == ORGANISATION):
                        m.d.sync += self.found.eq(1)
                        m.next = "ACCESS"
                    with m.Else():
                        m.d.sync += self.address.eq(self.address + 1)
            with m.State("ACCESS"):
                with m.Switch(step):
                    for number, access in enumerate((*SETUP, STATUS)):
                        with m.Case(number):
                            data = bus.read_data | access.value if access.set_bits else access.value
                            m.d.comb += [bus.register.eq(access.register), bus.write.eq(not access.read), bus.write_data.eq(data)]
                self._issue(m, bus, issued)
                with m.If(done):
                    m.d.sync += issued.eq(0)
                    with m.If(step == len(SETUP)):
                        m.d.sync += self.up.eq((bus.read_data & STATUS_MASK) == STATUS_UP)
                    with m.Else():
                        m.d.sync += step.eq(step + 1)
        return m

    def _issue(self, m: Module, bus: Mdio, issued: Signal) -> None:
        with m.If(~issued):
            m.d.comb += bus.start.eq(1)
            m.d.sync += issued.eq(1)
