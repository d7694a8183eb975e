"""Where registers are: every one at an address of its own, in windows that are as large as the largest needs."""

from __future__ import annotations

import random
from typing import Any

import pytest
from amaranth.hdl import Module
from amaranth.lib import wiring
from amaranth.lib.wiring import In

from hdl.axi_lite import OKAY, SLVERR, axi_lite
from hdl.register_map import LEAST_WINDOW_BITS, Block, c_header, markdown, place, place_blocks, window_bits
from hdl.registers import RegisterFile, Words, address_width
from hdl.state_memory import StateMemory
from tests.hdl.streams import simulate


def counters(tenant: int, count: int, name: str) -> Block:
    return Block(48, {(tenant, slot): (f"{name}{slot}", False) for slot in range(count)})


@pytest.mark.parametrize("seed", range(10))
def test_every_register_has_its_own_address_in_its_own_window(seed: int) -> None:
    chance = random.Random(seed)
    blocks = [
        Block(
            48, {(chance.randrange(4), chance.randrange(1 << chance.randrange(9))): (f"b{n}", False) for _ in range(chance.randint(1, 40))}
        )
        for n in range(chance.randint(1, 12))
    ]
    own = chance.randint(1, 900)
    bits = window_bits(own, blocks)
    placed = place_blocks(blocks, bits)
    registers = [*place([f"r{n}" for n in range(own)], 32, 0, bits), *(r for block in placed for r in block.registers.values())]
    assert len({register.address for register in registers}) == len(registers) == own + sum(len(block.entries) for block in blocks)
    for register in registers:
        assert register.address >> bits == register.window
        assert register.address % 8 == 0
    for block, where in zip(blocks, placed, strict=True):
        # The slot is a few bits of the address: nothing is added.
        assert where.base % (8 * block.slots) == 0
        assert all(register.window == tenant + 1 for (tenant, _), register in where.registers.items())


def test_windows_are_of_the_least_size_where_that_is_enough() -> None:
    assert window_bits(1, [counters(0, 512, "a")]) == LEAST_WINDOW_BITS
    assert window_bits(1, [counters(0, 513, "a")]) == 13
    assert window_bits(513, [counters(0, 1, "a")]) == 13


def test_many_counters_of_one_tenant_leave_room_for_the_others() -> None:
    blocks = [counters(0, 129, "a/packets"), counters(0, 129, "a/bytes"), counters(1, 1, "b/packets")]
    bits = window_bits(8, blocks)
    assert bits == 13
    placed = place_blocks(blocks, bits)
    assert placed[2].registers[1, 0].address >> bits == 2


def test_the_header_and_the_table_have_the_addresses() -> None:
    blocks = [counters(0, 513, "a/c")]
    bits = window_bits(1, blocks)
    registers = tuple(place_blocks(blocks, bits)[0].registers.values())
    header, table = c_header(registers, "by ADDRESS"), markdown(registers, "by ADDRESS")
    assert "#define MLCLICK_W1_A_C512 0x003000u" in header
    assert "To reach one: by ADDRESS. */" in header
    assert "| 0x003000 | 1 | `a/c512` | 48 | read |" in table
    assert table.startswith("To reach a register: by ADDRESS.\n\n| address |")


class _Large(wiring.Component):
    """One memory with a place beyond 4 KiB, which has its initial value."""

    def __init__(self) -> None:
        self.block = Block(48, {(0, 0): ("first", False), (0, 600): ("last", True), (1, 600): ("other", False)})
        self.bits = window_bits(1, [self.block])
        super().__init__({"axi": In(axi_lite(address_width(3, self.bits)))})

    def elaborate(self, platform: object) -> Module:
        m = Module()
        m.submodules.memory = memory = StateMemory(48, {(0, 0): 1, (0, 600): 0x1234_5678_9ABC, (1, 600): 3})
        self.placed = place_blocks([self.block], self.bits)[0]
        m.submodules.file = file = RegisterFile((), [Words(memory, self.placed)], 3, self.bits)
        wiring.connect(m, wiring.flipped(self.axi), file.axi)
        return m


def test_a_large_window_reads_to_its_end() -> None:
    dut = _Large()
    found: dict[int, tuple[int, int]] = {}
    addresses = [1 << 13 | 8 * slot | half for slot in (0, 1, 88, 600, 1023) for half in (0, 4)] + [2 << 13 | 8 * 600, 8 * 600]

    async def reader(ctx: Any) -> None:
        axi = dut.axi
        await ctx.tick()
        ctx.set(axi.rready, 1)
        for address in addresses:
            ctx.set(axi.araddr, address)
            ctx.set(axi.arvalid, 1)
            await ctx.tick().until(axi.arready)
            ctx.set(axi.arvalid, 0)
            data, response = await ctx.tick().sample(axi.rdata, axi.rresp).until(axi.rvalid)
            found[address] = int(data), int(response)

    simulate(dut, reader)
    known = {1 << 13: 1, 1 << 13 | 4: 0, 1 << 13 | 4800: 0x5678_9ABC, 1 << 13 | 4804: 0x1234, 2 << 13 | 4800: 3}
    assert found == {address: (known[address], OKAY) if address in known else (0, SLVERR) for address in addresses}
