"""Where the top's pins are on the board, at what voltage, and how fast their clocks run: a Lattice preference file (.lpf).

Bank voltages: 3.3 V for the reset button, 2.5 V for lights and PHYs, and a differential oscillator (its other half, P4, follows from P3).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from boards.versa_ecp5.clocks import CORE_HZ, OSCILLATOR_HZ, RX_HZ, TX_HZ

DEVICE: Final = "LFE5UM5G-45F"
PACKAGE: Final = "CABGA381"
SPEED_GRADE: Final = 8


@dataclass(frozen=True)
class Pin:
    """A ball of the package, its standard, and further attributes (of outputs: slew rate; of the open bus: a pull-up)."""

    site: str
    standard: str
    attributes: tuple[tuple[str, str], ...] = ()


_FAST: Final = (("SLEWRATE", "FAST"),)
# The lights, in the order of the marking D19…D26.
_LEDS: Final = ("E16", "D17", "D18", "E18", "F17", "F18", "E17", "F16")
# By port: RXC, RX_CTL, RXD0…3, TXC, TX_CTL, TXD0…3, reset, MDC, MDIO.
_PORTS: Final = (
    ("L20", "U19", ("T20", "U20", "T19", "R18"), "P19", "R20", ("N19", "N20", "P18", "P20"), "U17", "T18", "U18"),
    ("J19", "F19", ("G18", "G16", "H18", "H17"), "C20", "E19", ("J17", "J16", "D19", "D20"), "F20", "G19", "H20"),
)


def pins() -> dict[str, Pin]:
    """Every pin of `boards.versa_ecp5.top.VersaTop` by the name of its port, a bit of a vector as ``name[bit]``."""
    found = {"clk100": Pin("P3", "LVDS"), "rst_n": Pin("T1", "LVCMOS33")}
    found |= {f"led[{number}]": Pin(site, "LVCMOS25") for number, site in enumerate(_LEDS)}
    for index, (rxc, rx_ctl, rxd, txc, tx_ctl, txd, reset, mdc, mdio) in enumerate(_PORTS):
        inputs = {"rxc": rxc, "rx_ctl": rx_ctl, **{f"rxd[{bit}]": site for bit, site in enumerate(rxd)}}
        outputs = {"txc": txc, "tx_ctl": tx_ctl, **{f"txd[{bit}]": site for bit, site in enumerate(txd)}}
        slow = {"rst_n": reset, "mdc": mdc}
        found |= {f"eth{index}_{name}": Pin(site, "LVCMOS25") for name, site in inputs.items()}
        found |= {f"eth{index}_{name}": Pin(site, "LVCMOS25", _FAST) for name, site in outputs.items()}
        found |= {f"eth{index}_{name}": Pin(site, "LVCMOS25") for name, site in slow.items()}
        found[f"eth{index}_mdio"] = Pin(mdio, "LVCMOS25", (("PULLMODE", "UP"),))
    return found


def port_clocks() -> dict[str, int]:
    """Clocks that enter at a pin, in Hz. Those of the PLL follow from the oscillator."""
    return {"clk100": OSCILLATOR_HZ, **{f"eth{index}_rxc": RX_HZ for index in range(len(_PORTS))}}


def required_clocks() -> tuple[int, ...]:
    """The frequencies in Hz that logic has to meet: one for each clock domain (sending, core, each port's receiving)."""
    return (TX_HZ, CORE_HZ, *(RX_HZ for _ in _PORTS))


def lpf(placed: Mapping[str, Pin] | None = None) -> str:
    """The preference file's text."""
    lines = ["BLOCK RESETPATHS;", "BLOCK ASYNCPATHS;"]
    for name, pin in (pins() if placed is None else placed).items():
        attributes = " ".join(f"{key}={value}" for key, value in (("IO_TYPE", pin.standard), *pin.attributes))
        lines += [f'LOCATE COMP "{name}" SITE "{pin.site}";', f'IOBUF PORT "{name}" {attributes};']
    lines += [f'FREQUENCY PORT "{name}" {hertz / 1e6:g} MHZ;' for name, hertz in port_clocks().items()]
    return "\n".join(lines) + "\n"
