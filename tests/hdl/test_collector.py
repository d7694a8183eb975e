"""The token has the packet's first bytes and metadata, once, and the body is the packet."""

from __future__ import annotations

import random
from typing import Any

import pytest

from hdl.collector import Collector
from tests.hdl.streams import STALLS, Packet, receive, send, simulate, some_data, wait_for


@pytest.mark.parametrize(("away", "slow"), STALLS[::3])
@pytest.mark.parametrize(("width", "header_bytes"), [(64, 1), (64, 34), (256, 34)])
def test_one_token_a_packet_and_every_beat(width: int, header_bytes: int, away: float, slow: float) -> None:
    dut = Collector(width, header_bytes)
    chance = random.Random(header_bytes)
    data = [*some_data(chance, 10, 1, 90), bytes(range(dut.header_bytes)), b"\x01"]
    sent = [Packet(each, (("meta", {"length": len(each), "tenant": n % 4, "paint": n}),)) for n, each in enumerate(data)]
    body: list[Packet] = []
    tokens: list[tuple[bytes, int, int]] = []

    async def source(ctx: Any) -> None:
        await send(ctx, dut.sink, sent, away, seed=1)
        await wait_for(ctx, lambda: len(body) == len(sent) == len(tokens), 50, "the last packet")

    async def sink(ctx: Any) -> None:
        await receive(ctx, dut.body, body, slow, seed=2)

    async def watch(ctx: Any) -> None:
        async for _, _, token, meta, header in ctx.tick().sample(dut.token, dut.meta, dut.header):
            if token:
                tokens.append((int(header).to_bytes(dut.header_bytes, "little"), int(meta.length), int(meta.paint)))

    simulate(dut, source, background=[sink, watch])
    assert [packet.data for packet in body] == data
    assert tokens == [(each[: dut.header_bytes].ljust(dut.header_bytes, b"\0"), len(each), n) for n, each in enumerate(data)]
