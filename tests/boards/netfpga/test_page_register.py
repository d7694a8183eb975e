"""The page register on its bus, with stalls on every channel."""

from __future__ import annotations

from typing import Any

import pytest

from boards.netfpga.page_register import PageRegister
from hdl.axi_lite import OKAY, SLVERR
from tests.hdl.register_manager import Manager
from tests.hdl.streams import simulate


@pytest.mark.parametrize("stall", [0.1, 0.6])
def test_the_page_is_what_was_written_whole_to_its_address(stall: float) -> None:
    dut = PageRegister()

    async def bench(ctx: Any) -> None:
        await ctx.tick()
        bus = Manager(ctx, dut.axi, stall)
        assert await bus.read(0) == (0, OKAY)
        for number, page in enumerate((3, 255, 0, 16)):
            assert await bus.write(0, page, data_first=bool(number % 2)) == OKAY
            assert ctx.get(dut.page) == page
            assert await bus.read(0) == (page, OKAY)
        for address, strobe in ((1, 15), (4, 15), (0xFFC, 15), (0, 1), (0, 14), (0, 0)):
            assert await bus.write(address, 9, strobe) == SLVERR
            assert await bus.read(0) == (16, OKAY)
        for address in (1, 2, 3, 4, 0xFFC):
            assert await bus.read(address) == (0, SLVERR)

    simulate(dut, bench)
