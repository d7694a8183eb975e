"""A cocotb bench of `tests.sim.designs.Counter`; the environment variable EXPECT says what it must count to."""

import os
from typing import Any

import cocotb
from cocotb.clock import Clock
from cocotb.triggers import ClockCycles


@cocotb.test()
async def counts(dut: Any) -> None:
    Clock(dut.clk, 10, unit="ns").start()
    dut.rst.value = 1
    dut.en.value = 1
    await ClockCycles(dut.clk, 2)
    dut.rst.value = 0
    await ClockCycles(dut.clk, 11)
    assert int(dut.count.value) == int(os.environ["EXPECT"])
