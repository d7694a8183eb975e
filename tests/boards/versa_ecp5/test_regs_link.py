"""Register frames and the core's bus, and the ways of frames on the link."""

from __future__ import annotations

from typing import Any

from amaranth.hdl import Module
from amaranth.lib import wiring

from boards.versa_ecp5.link import LinkJoin, LinkSplit
from boards.versa_ecp5.registers import BoardRegisters, register_address
from boards.versa_ecp5.regs_link import RegsLink
from tests.boards.versa_ecp5.loopback import ADDRESS_WIDTH, Loopback
from tests.hdl.ethernet.harness import receive_frames, send_frames, simulate, some_frames


def ask(frames: list[bytes], patience: int = 30) -> tuple[list[bytes], int]:
    """The answers, and how many requests were ignored; ``patience`` cycles after each request."""
    m = Module()
    m.submodules.regs = regs = RegsLink(ADDRESS_WIDTH)
    m.submodules.core = core = Loopback()
    m.submodules.board = board = BoardRegisters()
    wiring.connect(m, regs.bus, core.axi)
    m.d.comb += [board.word.eq(regs.board_word), regs.board_data.eq(board.data), board.host_rx_runt.eq(77)]
    answers: list[bytes] = []
    ignored = 0

    async def send(ctx: Any) -> None:
        for frame in frames:
            await send_frames(ctx, regs.sink, [frame])
            if patience:
                await ctx.tick().repeat(patience)
        await ctx.tick().repeat(50)

    async def collect(ctx: Any) -> None:
        await receive_frames(ctx, regs.source, answers, 0.5)

    async def count(ctx: Any) -> None:
        nonlocal ignored
        async for _, _, one in ctx.tick().sample(regs.ignored):
            ignored += int(one)

    simulate(m, send, background=[collect, count])
    return answers, ignored


def request(operation: int, address: int, data: int = 0, number: int = 0x1234, version: int = 1) -> bytes:
    head = b"\x88\xb6" + bytes([version, operation]) + number.to_bytes(2, "big") + bytes(2)
    return (head + address.to_bytes(4, "big") + data.to_bytes(4, "big")).ljust(48, b"\xee")


def answer(operation: int, status: int, address: int, data: int, number: int = 0x1234) -> bytes:
    head = b"\x88\xb6\x01" + bytes([operation | 0x80]) + number.to_bytes(2, "big") + bytes([status, 0])
    return head + address.to_bytes(4, "big") + data.to_bytes(4, "big")


def test_a_register_keeps_what_was_written() -> None:
    answers, ignored = ask([request(1, 0, 0xDEADBEEF, 7), request(0, 0, 0, 8), request(0, 4, 0x55, 9)])
    assert answers == [answer(1, 0, 0, 0xDEADBEEF, 7), answer(0, 0, 0, 0xDEADBEEF, 8), answer(0, 2, 4, 0, 9)]
    assert ignored == 0


def test_the_board_has_registers_of_its_own() -> None:
    runts = register_address("host_rx_runt")
    beyond = 0x80001000
    answers, _ = ask([request(0, runts), request(1, runts, 1), request(0, beyond)])
    assert answers == [answer(0, 0, runts, 77), answer(1, 2, runts, 1), answer(0, 0, beyond, 0)]


def test_what_cannot_be_addressed_is_refused() -> None:
    answers, _ = ask([request(0, 1 << ADDRESS_WIDTH, 3), request(0, 2, 3), request(2, 0, 3)])
    assert answers == [answer(0, 3, 1 << ADDRESS_WIDTH, 3), answer(0, 3, 2, 3), answer(2, 3, 0, 3)]


def test_other_versions_and_short_frames_are_not_answered() -> None:
    answers, _ = ask([request(0, 0, version=2), request(0, 0)[:15], request(0, 0)[:8], request(0, 0)[:16]])
    assert answers == [answer(0, 0, 0, 0)]


def test_a_request_that_comes_too_early_is_ignored_as_a_whole() -> None:
    answers, ignored = ask([request(0, 0, number=number)[:16] for number in range(6)], patience=0)
    assert len(answers) + ignored == 6
    assert ignored > 0
    assert answers[0] == answer(0, 0, 0, 0, 0)


def test_frames_are_told_apart_by_their_ethertype_and_joined_whole() -> None:
    m = Module()
    m.submodules.split, m.submodules.join = split, join = LinkSplit(64), LinkJoin(64)
    wiring.connect(m, split.crossing, join.crossing)
    wiring.connect(m, split.remote, join.remote)
    kinds = (b"\x88\xb6", b"\x88\xb5", b"\x88\xb5", b"\x88\xb7")
    frames = [kinds[number % 4] + frame for number, frame in enumerate(some_frames(30, low=1, high=50))]
    seen: list[bytes] = []
    registers: list[bytes] = []
    other = some_frames(30, seed=9, low=3, high=50)

    async def send(ctx: Any) -> None:
        await send_frames(ctx, split.sink, frames, 0.3)
        await ctx.tick().repeat(500)

    async def send_other(ctx: Any) -> None:
        await send_frames(ctx, join.registers, other, 0.3)

    async def collect(ctx: Any) -> None:
        await receive_frames(ctx, join.source, seen, 0.4)

    async def collect_registers(ctx: Any) -> None:
        await receive_frames(ctx, split.registers, registers, 0.4)

    simulate(m, send, background=[send_other, collect, collect_registers])
    assert registers == frames[::4]
    rest = [frame for number, frame in enumerate(frames) if number % 4]
    for kind in kinds[2:]:
        assert [frame for frame in seen if frame in rest and frame[:2] == kind] == [frame for frame in rest if frame[:2] == kind]
    assert [frame for frame in seen if frame in other] == other
    assert len(seen) == len(rest) + len(other)
