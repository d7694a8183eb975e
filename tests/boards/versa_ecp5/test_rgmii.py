"""Delays of pins; what the pins carry is tested with the whole board."""

from __future__ import annotations

import gc

import pytest

from boards.versa_ecp5.rgmii import RgmiiRx, RgmiiTx
from hdl.tools.verilog import to_verilog


@pytest.mark.parametrize("delay", [-25, 10, 3200])
# What was refused is never elaborated, which Amaranth warns of when it is collected.
@pytest.mark.filterwarnings("ignore::amaranth.hdl.UnusedElaboratable")
def test_a_delay_that_no_pin_has_is_refused(delay: int) -> None:
    with pytest.raises(ValueError, match=rf"a pin is delayed by a multiple of 25 ps up to 3175 ps, not {delay} ps"):
        RgmiiRx(primitives=True, delay_ps=delay)
    gc.collect()


def test_data_is_delayed_on_the_way_in_and_the_clock_on_the_way_out() -> None:
    received = to_verilog(RgmiiRx(primitives=True, delay_ps=2000), "rx")
    assert received.count(".DEL_VALUE(32'd80)") == 5
    sent = to_verilog(RgmiiTx(primitives=True, delay_ps=1500), "tx")
    assert sent.count(".DEL_VALUE(32'd60)") == 1
    assert sent.count(".DEL_VALUE(32'd0)") == 5
    assert sent.count("ODDRX1F") == 6
