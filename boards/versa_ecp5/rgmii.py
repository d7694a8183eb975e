"""RGMII: GMII's bytes as nibbles on both edges of a clock, by the ECP5's double-data-rate cells or in plain Amaranth for simulation.

Low nibble and RX_DV (TX_EN) at the rising edge, high nibble and RX_DV xor RX_ER at the falling one. RGMII 2.0 wants the clock about 2 ns
later than the data at whoever receives. On this board the PHYs delay both clocks (`boards.versa_ecp5.phy` sees to it), so the delays of the
FPGA's pins, in steps of 25 ps, are 0: clock and data leave together, and what arrives is sampled as it comes.
"""

from __future__ import annotations

from typing import Any, Final

from amaranth.hdl import Cat, ClockDomain, ClockSignal, Const, Instance, Module, Mux, ResetSignal, Signal
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out

from hdl.ethernet.mac_rx import Gmii

DELAY_STEP_PS: Final = 25
DELAY_STEPS: Final = 127


class RgmiiRx(wiring.Component):
    """Pins to GMII, in the domain of the received clock.

    ``primitives``: use IDDRX1F and DELAYG; otherwise registers on both edges with the same latency. ``delay_ps`` delays data and control,
    not the clock, in steps of 25 ps. Latency: 2 cycles from the falling edge. Initiation interval: 1 byte. Registers belong to the port.
    """

    def __init__(self, *, primitives: bool, delay_ps: int = 0) -> None:
        self.primitives: Final = primitives
        self.steps: Final = _steps(delay_ps)
        super().__init__({"rxd": In(4), "rx_ctl": In(1), "gmii": Out(Gmii())})

    def elaborate(self, platform: object) -> Module:
        m = Module()
        pins = Cat(self.rxd, self.rx_ctl)
        first, second = Signal(5), Signal(5)
        if self.primitives:
            for bit in range(5):
                delayed = Signal(name=f"delayed{bit}")
                m.submodules += _delay(pins[bit], delayed, self.steps)
                m.submodules += Instance(
                    "IDDRX1F",
                    i_SCLK=ClockSignal(),
                    i_RST=ResetSignal(),
                    i_D=delayed,
                    o_Q0=first[bit],
                    o_Q1=second[bit],
                )
        else:
            m.domains += ClockDomain("falling", clk_edge="neg", reset_less=True, local=True)
            m.d.comb += ClockSignal("falling").eq(ClockSignal())
            at_rise, at_fall = Signal(5), Signal(5)
            m.d.sync += [at_rise.eq(pins), first.eq(at_rise), second.eq(at_fall)]
            m.d.falling += at_fall.eq(pins)
        m.d.sync += [
            self.gmii.data.eq(Cat(first[:4], second[:4])),
            self.gmii.valid.eq(first[4]),
            self.gmii.error.eq(first[4] ^ second[4]),
        ]
        return m


class RgmiiTx(wiring.Component):
    """GMII to pins, in the domain of the 125 MHz clock, which is sent along: ``txc`` rises with the low nibble.

    ``primitives``: use ODDRX1F and DELAYG; otherwise registers and the clock as a multiplexer's control. ``delay_ps`` delays ``txc``.
    Latency: 1 cycle of registers and the output cell's own. Initiation interval: 1 byte. Registers belong to the port.
    """

    def __init__(self, *, primitives: bool, delay_ps: int = 0) -> None:
        self.primitives: Final = primitives
        self.steps: Final = _steps(delay_ps)
        super().__init__({"gmii": In(Gmii()), "txd": Out(4), "tx_ctl": Out(1), "txc": Out(1)})

    def elaborate(self, platform: object) -> Module:
        m = Module()
        first, second = Signal(5), Signal(5)
        m.d.sync += [
            first.eq(Cat(self.gmii.data[:4], self.gmii.valid)),
            second.eq(Cat(self.gmii.data[4:], self.gmii.valid ^ self.gmii.error)),
        ]
        pins = [*self.txd, self.tx_ctl]
        for bit, pin in enumerate(pins):
            self._output(m, f"pin{bit}", first[bit], second[bit], pin, 0)
        self._output(m, "clock", Const(1, 1), Const(0, 1), self.txc, self.steps)
        return m

    def _output(self, m: Module, name: str, rising: Any, falling: Any, pin: Any, steps: int) -> None:
        if not self.primitives:
            high, low = Signal(name=f"{name}_high"), Signal(name=f"{name}_low")
            m.d.sync += [high.eq(rising), low.eq(falling)]
            m.d.comb += pin.eq(Mux(ClockSignal(), high, low))
            return
        driven = Signal(name=f"{name}_driven")
        m.submodules[f"{name}_ddr"] = Instance("ODDRX1F", i_SCLK=ClockSignal(), i_RST=ResetSignal(), i_D0=rising, i_D1=falling, o_Q=driven)
        m.submodules[f"{name}_delay"] = _delay(driven, pin, steps)


def _delay(source: Any, target: Any, steps: int) -> Instance:
    return Instance("DELAYG", p_DEL_MODE="USER_DEFINED", p_DEL_VALUE=steps, i_A=source, o_Z=target)


def _steps(delay_ps: int) -> int:
    steps, rest = divmod(delay_ps, DELAY_STEP_PS)
    if rest or not 0 <= steps <= DELAY_STEPS:
        raise ValueError(f"a pin is delayed by a multiple of {DELAY_STEP_PS} ps up to {DELAY_STEPS * DELAY_STEP_PS} ps, not {delay_ps} ps")
    return steps
