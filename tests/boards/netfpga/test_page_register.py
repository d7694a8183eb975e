"""The page register on its bus, with stalls on every channel."""

from __future__ import annotations

from typing import Any

import pytest

from boards.netfpga.page_register import BUS_WAY, PAGE_BITS, PageRegister
from hdl.axi_lite import OKAY, SLVERR
from hdl.register_map import Register, c_header, markdown
from mlclick.build import BUS_BITS, BUS_WAYS
from tests.hdl.register_manager import Manager
from tests.hdl.streams import simulate


@pytest.mark.parametrize("stall", [0.1, 0.6])
def test_the_page_is_what_was_written_whole_to_its_address_if_there_is_such_a_page(stall: float) -> None:
    dut = PageRegister(5)

    async def bench(ctx: Any) -> None:
        await ctx.tick()
        bus = Manager(ctx, dut.axi, stall)
        assert await bus.read(0) == (0, OKAY)
        for number, page in enumerate((3, 31, 0, 16)):
            assert await bus.write(0, page, data_first=bool(number % 2)) == OKAY
            assert ctx.get(dut.page) == page
            assert await bus.read(0) == (page, OKAY)
        for address, strobe in ((1, 15), (4, 15), (0xFFC, 15), (0, 1), (0, 14), (0, 0)):
            assert await bus.write(address, 9, strobe) == SLVERR
            assert await bus.read(0) == (16, OKAY)
        for page in (32, 33, 63, 256, 1 << 31, 0xFFFF_FFE0):
            assert await bus.write(0, page) == SLVERR
            assert await bus.read(0) == (16, OKAY)
        for address in (1, 2, 3, 4, 0xFFC):
            assert await bus.read(address) == (0, SLVERR)

    simulate(dut, bench)


@pytest.mark.parametrize("bits", [0, PAGE_BITS + 1])
def test_pages_of_no_bits_or_too_many_are_refused(bits: int) -> None:
    with pytest.raises(ValueError, match=rf"^a page has 1 to 8 bits, not {bits}$"):
        PageRegister(bits)


def test_a_read_takes_two_cycles_and_a_write_three_where_the_host_never_waits() -> None:
    dut = PageRegister(PAGE_BITS)
    answers = {"r": 0, "b": 0}

    async def bench(ctx: Any) -> None:
        await ctx.tick()
        for name, value in {"arvalid": 1, "awvalid": 1, "wvalid": 1, "wstrb": 15, "rready": 1, "bready": 1}.items():
            ctx.set(getattr(dut.axi, name), value)
        for _ in range(60):
            for channel in answers:
                answers[channel] += ctx.get(getattr(dut.axi, f"{channel}valid"))
            await ctx.tick()

    simulate(dut, bench)
    assert answers == {"r": 30, "b": 20}


def test_the_register_map_says_how_the_shell_lets_a_host_reach_a_page() -> None:
    way = (
        "under one lock: write the page, ADDRESS / 4096, to 0x44010000, read it back until it is that page, "
        "then access 0x44020000 + ADDRESS % 4096"
    )
    assert way == BUS_WAY == BUS_WAYS["netfpga_sume"]
    assert BUS_BITS == {"netfpga_sume": 20, "versa_ecp5": 31}
    register = Register(12, 1, 8, "c.count", 48, resettable=True)
    assert f"To reach one: {way}. */\n" in c_header((register,), BUS_WAY)
    assert markdown((register,), BUS_WAY).startswith(f"To reach a register: {way}.\n")
