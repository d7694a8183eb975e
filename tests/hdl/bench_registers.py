"""A cocotb bench of `tests.hdl.designs.Counters`, with cocotbext-axi's manager of AXI4-Lite."""

import random
from collections.abc import Iterator
from typing import Any

import cocotb
from cocotb.clock import Clock
from cocotb.triggers import ClockCycles
from cocotbext.axi import AxiLiteBus, AxiLiteMaster, AxiResp

from tests.hdl.designs import CONSTANT, INITIAL, REGISTERS

ADDRESS = {(register.window, register.name): register.address for register in REGISTERS}


def stalls(seed: int) -> Iterator[bool]:
    chance = random.Random(seed)
    while True:
        yield chance.random() < 0.4


async def started(dut: Any) -> Any:
    Clock(dut.clk, 8, unit="ns").start()
    bus = AxiLiteMaster(AxiLiteBus.from_prefix(dut, "axi_"), dut.clk, dut.rst)
    channels = (bus.write_if.aw_channel, bus.write_if.w_channel, bus.write_if.b_channel, bus.read_if.ar_channel, bus.read_if.r_channel)
    for number, channel in enumerate(channels):
        channel.set_pause_generator(stalls(number))
    dut.go.value = 0
    dut.rst.value = 1
    await ClockCycles(dut.clk, 3)
    dut.rst.value = 0
    await ClockCycles(dut.clk, 2)
    return bus


def number(read: Any) -> int:
    return int.from_bytes(read.data, "little")


@cocotb.test()
async def windows_read_and_reset(dut: Any) -> None:
    bus = await started(dut)
    assert number(await bus.read(ADDRESS[1, "constant"], 8)) == CONSTANT
    assert number(await bus.read(ADDRESS[2, "short"], 4)) == 0x55
    dut.go.value = 2
    await ClockCycles(dut.clk, 30)
    dut.go.value = 0
    await ClockCycles(dut.clk, 1)
    assert number(await bus.read(ADDRESS[2, "steps"], 8)) == INITIAL + 30
    answer = await bus.write(ADDRESS[2, "steps"], bytes(4))
    assert answer.resp == AxiResp.OKAY
    assert number(await bus.read(ADDRESS[2, "steps"], 8)) == INITIAL


@cocotb.test()
async def refusals(dut: Any) -> None:
    bus = await started(dut)
    for address in (ADDRESS[2, "short"] + 8, 0x3000, 0x0FFC):
        answer = await bus.read(address, 4)
        assert answer.resp == AxiResp.SLVERR
        assert number(answer) == 0
        assert (await bus.write(address, bytes(4))).resp == AxiResp.SLVERR
    # Three bytes are a word with a partial strobe.
    for offset in (0, 1):
        assert (await bus.write(ADDRESS[1, "steps"] + offset, bytes(3))).resp == AxiResp.SLVERR
    assert (await bus.write(ADDRESS[1, "steps"] + 4, bytes(4))).resp == AxiResp.SLVERR


@cocotb.test()
async def reads_beside_writes(dut: Any) -> None:
    bus = await started(dut)

    async def reads() -> None:
        for _ in range(50):
            assert number(await bus.read(ADDRESS[1, "constant"], 4)) == CONSTANT & 0xFFFFFFFF

    async def writes() -> None:
        for _ in range(50):
            assert (await bus.write(ADDRESS[1, "steps"], bytes(4))).resp == AxiResp.OKAY

    both = [cocotb.start_soon(reads()), cocotb.start_soon(writes())]
    for task in both:
        await task
