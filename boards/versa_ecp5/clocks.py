"""The board's clocks: 100 MHz in, 125 MHz for sending and 62.5 MHz for the core out; resets that wait for them."""

from __future__ import annotations

from typing import Final

from amaranth.hdl import ClockDomain, ClockSignal, Const, Instance, Module, Signal
from amaranth.lib import wiring
from amaranth.lib.cdc import ResetSynchronizer
from amaranth.lib.wiring import In, Out

OSCILLATOR_HZ: Final = 100_000_000
TX_HZ: Final = 125_000_000
CORE_HZ: Final = 62_500_000
RX_HZ: Final = 125_000_000
# The oscillator by 4 is compared with the 125 MHz by 5; the oscillator within runs at 625 MHz (it may from 400 to 800).
REFERENCE_DIVIDER: Final = 4
FEEDBACK_DIVIDER: Final = 5
TX_DIVIDER: Final = 5
CORE_DIVIDER: Final = 10


class Pll(wiring.Component):
    """The ECP5's EHXPLLL: ``tx`` 125 MHz and ``core`` 62.5 MHz, in phase, from ``oscillator``; ``locked`` when they are right."""

    def __init__(self) -> None:
        super().__init__({"oscillator": In(1), "tx": Out(1), "core": Out(1), "locked": Out(1)})

    def elaborate(self, platform: object) -> Module:
        m = Module()
        m.submodules.pll = Instance(
            "EHXPLLL",
            p_CLKI_DIV=REFERENCE_DIVIDER,
            p_CLKFB_DIV=FEEDBACK_DIVIDER,
            p_FEEDBK_PATH="CLKOP",
            p_CLKOP_ENABLE="ENABLED",
            p_CLKOP_DIV=TX_DIVIDER,
            p_CLKOP_CPHASE=TX_DIVIDER - 1,
            p_CLKOP_FPHASE=0,
            p_CLKOS_ENABLE="ENABLED",
            p_CLKOS_DIV=CORE_DIVIDER,
            p_CLKOS_CPHASE=CORE_DIVIDER - 1,
            p_CLKOS_FPHASE=0,
            i_CLKI=self.oscillator,
            i_CLKFB=self.tx,
            i_RST=Const(0),
            i_STDBY=Const(0),
            i_PHASESEL0=Const(0),
            i_PHASESEL1=Const(0),
            i_PHASEDIR=Const(0),
            i_PHASESTEP=Const(0),
            i_PHASELOADREG=Const(0),
            i_ENCLKOP=Const(0),
            i_ENCLKOS=Const(0),
            o_CLKOP=self.tx,
            o_CLKOS=self.core,
            o_LOCK=self.locked,
        )
        return m


def add_domain(m: Module, name: str, clock: Signal, reset: Signal) -> None:
    """A clock domain whose reset follows ``reset`` (asynchronous, active high) at once and leaves it with the clock."""
    domain = ClockDomain(name)
    m.domains += domain
    m.d.comb += ClockSignal(name).eq(clock)
    m.submodules[f"reset_{name}"] = ResetSynchronizer(reset, domain=name)
