"""The register file on its bus: what is answered with SLVERR, what a read holds together, and both channels at once."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import pytest

from hdl.axi_lite import OKAY, SLVERR
from hdl.tools.verilog import to_verilog
from hdl.watch import Watched
from sim.cocotb_run import run_bench
from tests.hdl.designs import CONSTANT, INITIAL, REGISTERS, Counters
from tests.hdl.register_manager import Manager
from tests.hdl.streams import simulate

ADDRESS = {(register.window, register.name): register.address for register in REGISTERS}
BENCH = Path(__file__).parent / "bench_registers.py"


@pytest.mark.parametrize("stall", [0.1, 0.6])
def test_every_word_reads_and_every_other_address_is_refused(stall: float) -> None:
    dut = Counters()
    values = {(0, "seen"): 7, (1, "steps"): INITIAL, (1, "constant"): CONSTANT, (2, "steps"): INITIAL, (2, "short"): 0x55}
    known = {}
    for place, address in ADDRESS.items():
        known[address], known[address + 4] = values[place] & 0xFFFFFFFF, values[place] >> 32

    async def bench(ctx: Any) -> None:
        await ctx.tick()
        bus = Manager(ctx, dut.axi, stall)
        chance = random.Random(3)
        for window in range(4):
            for offset in (*range(0, 48, 4), chance.randrange(48, 4096, 4), 4092):
                address = window << 12 | offset
                wanted = (known[address], OKAY) if address in known else (0, SLVERR)
                assert await bus.read(address) == wanted, hex(address)
                for wrong in (1, 2, 3):
                    assert await bus.read(address + wrong) == (0, SLVERR), hex(address + wrong)

    simulate(dut, bench)


def test_only_a_whole_write_to_a_resettable_low_word_does_anything() -> None:
    dut = Counters()

    async def bench(ctx: Any) -> None:
        await ctx.tick()
        bus = Manager(ctx, dut.axi, 0.3)
        steps = ADDRESS[1, "steps"]
        ctx.set(dut.go, 3)
        for _ in range(40):
            await ctx.tick()
        ctx.set(dut.go, 0)
        low, high = await bus.read(steps), await bus.read(steps + 4)
        moved = low[0] | high[0] << 32
        assert moved == INITIAL + 40 > 1 << 32
        refused = [(steps + offset, 15) for offset in range(1, 8)] + [(steps, strobe) for strobe in range(15)]
        refused += [(ADDRESS[0, "seen"], 15), (ADDRESS[1, "constant"], 15), (ADDRESS[2, "short"], 15), (3 << 12, 15), (0x1FF8, 15)]
        for number, (address, strobe) in enumerate(refused):
            assert await bus.write(address, 0xFFFFFFFF, strobe, data_first=bool(number % 2)) == SLVERR, (hex(address), strobe)
        assert (await bus.read(steps))[0] == moved & 0xFFFFFFFF
        assert (await bus.read(ADDRESS[0, "seen"]))[0] == 7
        for data_first in (False, True):
            assert await bus.write(steps, 0x1234, data_first=data_first) == OKAY
            assert (await bus.read(steps))[0] == INITIAL
        # The other window's is as it was.
        assert (await bus.read(ADDRESS[2, "steps"]))[0] == moved & 0xFFFFFFFF

    simulate(dut, bench)


def test_the_high_word_is_that_of_the_window_s_last_low_word_whatever_other_windows_read() -> None:
    dut = Counters()

    async def bench(ctx: Any) -> None:
        await ctx.tick()
        bus = Manager(ctx, dut.axi, 0.2)
        first = (await bus.read(ADDRESS[1, "steps"]))[0]
        ctx.set(dut.go, 3)
        for _ in range(40):
            await ctx.tick()
        # Window 2 latches a high word of 1; window 1's stays 0, as it was with its low word.
        low = (await bus.read(ADDRESS[2, "steps"]))[0]
        assert low < first
        assert (await bus.read(ADDRESS[2, "steps"] + 4))[0] == 1
        assert (await bus.read(ADDRESS[1, "steps"] + 4))[0] == 0
        # A refused read latches nothing.
        for offset in (0x100, 1, 2, 3):
            assert await bus.read(ADDRESS[1, "steps"] + offset) == (0, SLVERR)
        assert (await bus.read(ADDRESS[1, "steps"] + 4))[0] == 0

    simulate(dut, bench)


def test_reads_and_writes_at_once_do_not_touch_each_other() -> None:
    dut = Counters()
    reads = writes = 0

    async def reader(ctx: Any) -> None:
        nonlocal reads
        await ctx.tick()
        bus = Manager(ctx, dut.axi, 0.3, seed=5)
        chance = random.Random(6)
        for _ in range(60):
            place = chance.choice([(0, "seen"), (1, "constant"), (2, "short")])
            wanted = {(0, "seen"): 7, (1, "constant"): CONSTANT & 0xFFFFFFFF, (2, "short"): 0x55}[place]
            assert await bus.read(ADDRESS[place]) == (wanted, OKAY)
            assert await bus.read(0x3000 + chance.randrange(4096)) == (0, SLVERR)
            reads += 1

    async def writer(ctx: Any) -> None:
        nonlocal writes
        await ctx.tick()
        bus = Manager(ctx, dut.axi, 0.3, seed=7)
        chance = random.Random(8)
        for _ in range(60):
            good = chance.random() < 0.5
            address = ADDRESS[chance.choice([1, 2]), "steps"] if good else ADDRESS[0, "seen"]
            assert await bus.write(address, data_first=chance.random() < 0.5) == (OKAY if good else SLVERR)
            writes += 1

    simulate(dut, reader, writer)
    assert reads == writes == 60


def test_an_independent_manager_agrees(tmp_path: Path) -> None:
    results = run_bench(to_verilog(Watched(Counters()), "counters"), "counters", BENCH, tmp_path)
    assert results.passed == ("windows_read_and_reset", "refusals", "reads_beside_writes")
