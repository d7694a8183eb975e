"""Reports of place and route, good and bad."""

from __future__ import annotations

import json
from typing import Any

import pytest

from boards.versa_ecp5.constraints import required_clocks
from boards.versa_ecp5.report import ClockResult, ReportError, TimingError, Usage, check_timing, read_report


def report(**fmax: tuple[float, float]) -> str:
    cells = {"TRELLIS_COMB": (10, 100), "TRELLIS_FF": (20, 100), "DP16KD": (3, 108), "MULT18X18D": (0, 72)}
    raw: dict[str, Any] = {
        "fmax": {name: {"achieved": achieved, "constraint": constraint} for name, (achieved, constraint) in fmax.items()},
        "utilization": {name: {"used": used, "available": available} for name, (used, available) in cells.items()},
    }
    return json.dumps(raw)


MET = {"core": (80.0, 62.5), "rx0": (130.0, 125.0), "rx1": (140.0, 125.0), "tx": (126.0, 125.0)}


def test_a_report_is_read_and_printed() -> None:
    found = read_report(report(**MET))
    assert found.clocks[0] == ClockResult("core", 80.0, 62.5)
    assert (found.lut, found.ff, found.bram, found.dsp) == (Usage(10, 100), Usage(20, 100), Usage(3, 108), Usage(0, 72))
    check_timing(found, required_clocks())
    text = "core: 80.0 MHz of 62.5\nrx0: 130.0 MHz of 125\nrx1: 140.0 MHz of 125\ntx: 126.0 MHz of 125\n"
    assert found.text() == text + "LUT 10/100, FF 20/100, BRAM 3/108, DSP 0/72"


def test_each_slow_clock_is_named() -> None:
    slow = MET | {"core": (62.4, 62.5), "tx": (100.0, 125.0)}
    with pytest.raises(TimingError) as caught:
        check_timing(read_report(report(**slow)), required_clocks())
    assert str(caught.value) == (
        "timing is not met: core reaches 62.40 MHz of 62.5 MHz; tx reaches 100.00 MHz of 125 MHz. "
        "The design is too deep or too full for this board: fewer elements, or shorter stages"
    )


def test_a_clock_that_was_not_constrained_is_an_error() -> None:
    loose = MET | {"rx1": (140.0, 12.0)}
    with pytest.raises(TimingError, match=r"no clock of the design was constrained to 125 MHz: the constraints do not fit the design"):
        check_timing(read_report(report(**loose)), required_clocks())


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", '{"fmax": {"a": {}}, "utilization": {}}', '{"fmax": 3, "utilization": {}}'])
def test_anything_else_is_not_a_report(text: str) -> None:
    with pytest.raises(ReportError, match="not a report of nextpnr-ecp5"):
        read_report(text)
