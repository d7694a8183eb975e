"""The management bus of Ethernet PHYs, IEEE 802.3 clause 22: one register access at a time."""

from __future__ import annotations

from typing import Final

from amaranth.hdl import Cat, Const, Module, Mux, Signal
from amaranth.lib import wiring
from amaranth.lib.cdc import FFSynchronizer
from amaranth.lib.wiring import In, Out

FRAME_BITS: Final = 64
# Preamble, start, operation, addresses: from here on a read belongs to the PHY.
TURNAROUND: Final = 46


class Mdio(wiring.Component):
    """Writes ``write_data`` to a register of a PHY, or reads it into ``read_data``, when ``start`` is high and ``busy`` low.

    ``busy`` is high from the next cycle on until the access is complete and ``read_data`` (kept until the next read) right. A PHY that is
    not there reads as all ones, by the bus's pull-up. ``divider``: cycles of half a period of MDC, at least 4 (a PHY takes 12.5 MHz, the
    standard 2.5). An access takes 128 of them. MDIO changes as MDC falls and is sampled as MDC rises.
    """

    def __init__(self, divider: int) -> None:
        if divider < 4:
            raise ValueError(f"half a period of MDC takes at least 4 cycles, not {divider}")
        self.divider: Final = divider
        super().__init__(
            {
                "start": In(1),
                "write": In(1),
                "phy": In(5),
                "register": In(5),
                "write_data": In(16),
                "read_data": Out(16),
                "busy": Out(1),
                "mdc": Out(1),
                "mdio_o": Out(1),
                "mdio_oe": Out(1),
                "mdio_i": In(1),
            }
        )

    def elaborate(self, platform: object) -> Module:
        m = Module()
        pin = Signal()
        m.submodules.pin = FFSynchronizer(self.mdio_i, pin)
        half = Signal(range(self.divider))
        bit = Signal(range(FRAME_BITS))
        shift = Signal(FRAME_BITS)
        reading = Signal()
        command = Mux(self.write, Const(0b0101, 4), Const(0b0110, 4))
        m.d.comb += [self.mdio_o.eq(shift[-1]), self.mdio_oe.eq(self.busy & ~(reading & (bit >= TURNAROUND)))]
        with m.If(~self.busy):
            m.d.sync += [self.mdc.eq(0), half.eq(0), bit.eq(0)]
            with m.If(self.start):
                m.d.sync += [
                    self.busy.eq(1),
                    reading.eq(~self.write),
                    shift.eq(Cat(self.write_data, Const(0b10, 2), self.register, self.phy, command, Const(-1, 32))),
                ]
        with m.Elif(half != self.divider - 1):
            m.d.sync += half.eq(half + 1)
        with m.Else():
            m.d.sync += [half.eq(0), self.mdc.eq(~self.mdc)]
            with m.If(~self.mdc & reading):
                m.d.sync += self.read_data.eq(Cat(pin, self.read_data[:-1]))
            with m.If(self.mdc):
                m.d.sync += [shift.eq(shift << 1), bit.eq(bit + 1), self.busy.eq(bit != FRAME_BITS - 1)]
        return m
