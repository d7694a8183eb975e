"""What place and route says of a design: each clock against what it must reach, and how much of the device is used."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass


class TimingError(Exception):
    """A clock is too slow, or was not constrained as the board needs; the text says which and by how much."""


class ReportError(Exception):
    """The report is not one that nextpnr writes."""


@dataclass(frozen=True)
class ClockResult:
    """A clock domain by the name of its net, in MHz."""

    name: str
    achieved: float
    constraint: float

    @property
    def met(self) -> bool:
        """Whether it is fast enough."""
        return self.achieved >= self.constraint


@dataclass(frozen=True)
class Usage:
    """How many of one kind of cell are used, of how many."""

    used: int
    available: int


@dataclass(frozen=True)
class PlaceReport:
    """``clocks`` by name; ``lut`` (logic, carries and memory), ``ff``, ``bram`` (18 kbit blocks), ``dsp`` (18 x 18 multipliers)."""

    clocks: tuple[ClockResult, ...]
    lut: Usage
    ff: Usage
    bram: Usage
    dsp: Usage

    def text(self) -> str:
        """A line for each clock and one for the device."""
        lines = [f"{clock.name}: {clock.achieved:.1f} MHz of {clock.constraint:g}" for clock in self.clocks]
        parts = (("LUT", self.lut), ("FF", self.ff), ("BRAM", self.bram), ("DSP", self.dsp))
        return "\n".join([*lines, ", ".join(f"{name} {part.used}/{part.available}" for name, part in parts)])


def read_report(text: str) -> PlaceReport:
    """A report of nextpnr-ecp5 (``--report``). Raises `ReportError` for anything else."""
    try:
        raw = json.loads(text)
        clocks = tuple(
            ClockResult(name, float(clock["achieved"]), float(clock["constraint"])) for name, clock in sorted(raw["fmax"].items())
        )
        cells = {name: Usage(int(cell["used"]), int(cell["available"])) for name, cell in raw["utilization"].items()}
        return PlaceReport(clocks, cells["TRELLIS_COMB"], cells["TRELLIS_FF"], cells["DP16KD"], cells["MULT18X18D"])
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise ReportError(f"not a report of nextpnr-ecp5: {type(error).__name__} {error}") from error


def check_timing(report: PlaceReport, required_hz: Sequence[int]) -> None:
    """Raises `TimingError` unless every clock meets its constraint, and there is one constrained to each of ``required_hz``."""
    slow = [clock for clock in report.clocks if not clock.met]
    if slow:
        found = "; ".join(f"{clock.name} reaches {clock.achieved:.2f} MHz of {clock.constraint:g} MHz" for clock in slow)
        raise TimingError(
            f"timing is not met: {found}. The design is too deep or too full for this board: fewer elements, or shorter stages"
        )
    left = sorted(round(clock.constraint * 1e6) for clock in report.clocks)
    for hertz in required_hz:
        # nextpnr rounds periods to whole picoseconds.
        near = [given for given in left if given >= hertz * 0.9999]
        if not near:
            raise TimingError(f"no clock of the design was constrained to {hertz / 1e6:g} MHz: the constraints do not fit the design")
        left.remove(near[0])
