"""The management bus and the bring-up sequence, against a PHY that listens on MDC and MDIO alone."""

from __future__ import annotations

import gc
from typing import Any

import pytest

from boards.versa_ecp5.mdio import Mdio
from boards.versa_ecp5.phy import PhyBringUp
from tests.hdl.ethernet.harness import simulate


class PhyModel:
    """Clause 22 as the standard has it: samples MDIO as MDC rises, drives it after, and has 32 registers a page."""

    def __init__(self, address: int) -> None:
        self.address = address
        self.registers: dict[tuple[int, int], int] = {(0, 2): 0x0141, (0, 3): 0x0DD1, (2, 21): 0x1046}
        self.writes: list[tuple[int, int, int]] = []
        self.reads: list[tuple[int, int]] = []
        self.resets = 0

    @property
    def page(self) -> int:
        return self.registers.get((0, 22), 0)

    def where(self, register: int) -> tuple[int, int]:
        # The identifier and the page register are the same on every page.
        return (0 if register in (2, 3, 22) else self.page, register)

    async def run(self, ctx: Any, mdc: Any, mdio: Any, enable: Any, answer: Any) -> None:
        bits: list[int] = []
        reply: list[int] = []
        while True:
            ctx.set(answer, 1)
            await ctx.posedge(mdc)
            level = ctx.get(mdio) if ctx.get(enable) else 1
            if reply:
                # What is driven from this edge on is sampled at the next.
                ctx.set(answer, reply.pop(0))
                await ctx.negedge(mdc)
                while reply:
                    await ctx.posedge(mdc)
                    assert not ctx.get(enable), "both sides drive the bus"
                    ctx.set(answer, reply.pop(0))
                await ctx.posedge(mdc)
                bits = []
                continue
            bits.append(level)
            if bits[:32] != [1] * min(32, len(bits)):
                bits = []
                continue
            if len(bits) == 46:
                start, operation = bits[32:34], bits[34:36]
                phy, register = number(bits[36:41]), number(bits[41:46])
                assert start == [0, 1]
                if operation == [1, 0] and phy == self.address:
                    value = self.registers.get(self.where(register), 0)
                    self.reads.append((self.page, register))
                    # One bit of turnaround is nobody's, the second is the PHY's zero.
                    reply = [1, 0, *((value >> 15 - bit) & 1 for bit in range(16))][1:]
            if len(bits) == 64:
                if bits[34:36] == [0, 1] and number(bits[36:41]) == self.address:
                    assert bits[46:48] == [1, 0]
                    register, value = number(bits[41:46]), number(bits[48:])
                    self.writes.append((self.page, register, value))
                    self.registers[self.where(register)] = value
                bits = []


def number(bits: list[int]) -> int:
    return int("".join(map(str, bits)), 2)


def test_a_register_is_written_and_read_and_absence_reads_as_ones() -> None:
    dut = Mdio(4)
    phy = PhyModel(5)
    results: list[int] = []

    async def access(ctx: Any, write: int, address: int, register: int, data: int = 0) -> None:
        for signal, value in ((dut.write, write), (dut.phy, address), (dut.register, register), (dut.write_data, data), (dut.start, 1)):
            ctx.set(signal, value)
        await ctx.tick()
        ctx.set(dut.start, 0)
        cycles = 0
        while ctx.get(dut.busy):
            await ctx.tick()
            cycles += 1
        assert cycles == 128 * 4
        results.append(ctx.get(dut.read_data))

    async def bench(ctx: Any) -> None:
        await access(ctx, 1, 5, 9, 0xA5C3)
        await access(ctx, 0, 5, 9)
        await access(ctx, 0, 6, 9)
        await access(ctx, 1, 6, 9, 0x1111)
        await access(ctx, 0, 5, 2)

    async def model(ctx: Any) -> None:
        await phy.run(ctx, dut.mdc, dut.mdio_o, dut.mdio_oe, dut.mdio_i)

    simulate(dut, bench, background=[model])
    assert results[1:] == [0xA5C3, 0xFFFF, 0xFFFF, 0x0141]
    assert phy.writes == [(0, 9, 0xA5C3)]


@pytest.mark.parametrize("address", [0, 3])
def test_bring_up_finds_the_phy_sets_it_and_follows_its_link(address: int) -> None:
    dut = PhyBringUp(20, 4)
    phy = PhyModel(address)
    access = 128 * 4 + 10
    ups: list[int] = []

    async def bench(ctx: Any) -> None:
        held = 0
        while not ctx.get(dut.rst_n):
            await ctx.tick()
            held += 1
        assert held >= 10 * 20, "the reset pulse is shorter than 10 ms"
        quiet = 0
        while not ctx.get(dut.mdc):
            await ctx.tick()
            quiet += 1
        assert quiet >= 50 * 20, "the first access comes less than 50 ms after the reset"
        await ctx.tick().repeat(access * (address + 10))
        assert ctx.get(dut.found)
        assert ctx.get(dut.address) == address
        # Down; 100 Mb/s; 1 Gb/s half duplex; 1 Gb/s full duplex but not resolved; up; down.
        for status in (0x0000, 0x6C00, 0x8C00, 0xA400, 0xAC08, 0xA800):
            phy.registers[0, 17] = status
            await ctx.tick().repeat(2 * access)
            ups.append(ctx.get(dut.up))

    async def model(ctx: Any) -> None:
        await phy.run(ctx, dut.mdc, dut.mdio_o, dut.mdio_oe, dut.mdio_i)

    simulate(dut, bench, background=[model])
    assert phy.writes == [(0, 22, 2), (2, 21, 0x1076), (2, 22, 0), (0, 4, 0x0001), (0, 9, 0x0200), (0, 0, 0x9140)]
    assert set(phy.reads[2:]) == {(0, 17)}
    assert ups == [0, 0, 0, 0, 1, 0]


# What was refused is never elaborated, which Amaranth warns of when it is collected.
@pytest.mark.filterwarnings("ignore::amaranth.hdl.UnusedElaboratable")
def test_too_fast_a_clock_is_refused() -> None:
    with pytest.raises(ValueError, match="half a period of MDC takes at least 4 cycles, not 3"):
        Mdio(3)
    gc.collect()
