"""Whole packets in turn, whoever stalls: nothing is lost, torn, taken back or kept waiting for more than a packet of each other."""

from __future__ import annotations

import random
from typing import Any

import pytest

from hdl.arbiter import PacketArbiter
from tests.hdl.streams import STALLS, Packet, receive, send, simulate, some_data, wait_for

INPUTS = 3


def packets_of(port: int, count: int, seed: int) -> list[Packet]:
    chance = random.Random(seed * 10 + port)
    return [
        Packet(each, (("meta", {"length": len(each), "port": port, "paint": n}),)) for n, each in enumerate(some_data(chance, count, 1, 60))
    ]


def key(dut: PacketArbiter, packet: Packet) -> tuple[bytes, int]:
    fields = dict(packet.known)["meta"]
    return packet.data, fields if isinstance(fields, int) else int(dut.source.payload.meta.shape().const(fields).as_bits())


@pytest.mark.parametrize(("away", "slow"), STALLS)
def test_packets_leave_whole_in_their_input_s_order(away: float, slow: float) -> None:
    dut = PacketArbiter(64, INPUTS)
    sent = [packets_of(port, 12, seed=1) for port in range(INPUTS)]
    seen: list[Packet] = []

    def source(port: int) -> Any:
        async def bench(ctx: Any) -> None:
            await send(ctx, getattr(dut, f"sink{port}"), sent[port], away, seed=port)

        return bench

    async def sink(ctx: Any) -> None:
        await receive(ctx, dut.source, seen, slow, seed=9, known=("meta",))

    async def end(ctx: Any) -> None:
        await wait_for(ctx, lambda: len(seen) == 12 * INPUTS, 4000, "the last packet")

    simulate(dut, *(source(port) for port in range(INPUTS)), end, background=[sink])
    for port in range(INPUTS):
        wanted = [key(dut, each) for each in sent[port]]
        assert [key(dut, each) for each in seen if key(dut, each) in wanted] == wanted


def test_inputs_that_always_have_packets_take_turns() -> None:
    dut = PacketArbiter(64, INPUTS)
    order: list[int] = []

    def source(port: int) -> Any:
        async def bench(ctx: Any) -> None:
            await send(ctx, getattr(dut, f"sink{port}"), packets_of(port, 8, seed=2), 0.0, seed=port)

        return bench

    async def sink(ctx: Any) -> None:
        ctx.set(dut.source.ready, 1)
        async for _, _, valid, payload in ctx.tick().sample(dut.source.valid, dut.source.payload):
            if valid and payload.last:
                order.append(int(payload.meta.port))

    simulate(dut, *(source(port) for port in range(INPUTS)), background=[sink])
    assert len(order) == 8 * INPUTS
    assert order == [number % INPUTS for number in range(8 * INPUTS)]


def test_what_is_offered_stays_offered_when_others_come_and_hold_rises() -> None:
    dut = PacketArbiter(64, INPUTS)

    async def bench(ctx: Any) -> None:
        await ctx.tick()
        layout = dut.source.payload.shape()
        beat = {"data": 7, "keep": 1, "last": 1, "meta": {"length": 1, "port": 2}}
        ctx.set(dut.sink2.valid, 1)
        ctx.set(dut.sink2.payload, layout.const(beat))
        await ctx.tick()
        ctx.set(dut.hold, 1)
        ctx.set(dut.sink0.valid, 1)
        ctx.set(dut.sink0.payload, layout.const(beat | {"data": 9, "meta": {"length": 1, "port": 0}}))
        for _ in range(3):
            await ctx.tick()
            assert ctx.get(dut.source.valid)
            assert ctx.get(dut.source.payload.data) == 7
        ctx.set(dut.source.ready, 1)
        await ctx.tick()
        # Held: the next packet waits, until it may come.
        ctx.set(dut.sink2.valid, 0)
        for _ in range(3):
            assert not ctx.get(dut.source.valid)
            assert not ctx.get(dut.sink0.ready)
            await ctx.tick()
        ctx.set(dut.hold, 0)
        assert ctx.get(dut.source.valid)
        assert ctx.get(dut.source.payload.data) == 9
        await ctx.tick()

    simulate(dut, bench)
