"""A manager of AXI4-Lite for tests: every channel stalls at random."""

from __future__ import annotations

import random
from typing import Any


class Manager:
    """One side of the bus, with stalls at random on every channel."""

    def __init__(self, ctx: Any, axi: Any, stall: float, seed: int = 1) -> None:
        self.ctx = ctx
        self.axi = axi
        self.stall = stall
        self.chance = random.Random(seed)

    async def pause(self) -> None:
        while self.chance.random() < self.stall:
            await self.ctx.tick()

    async def offer(self, channel: str, **payload: int) -> None:
        await self.pause()
        for name, value in payload.items():
            self.ctx.set(getattr(self.axi, name), value)
        self.ctx.set(getattr(self.axi, f"{channel}valid"), 1)
        await self.ctx.tick().until(getattr(self.axi, f"{channel}ready"))
        self.ctx.set(getattr(self.axi, f"{channel}valid"), 0)

    async def answer(self, channel: str, *names: str) -> list[int]:
        await self.pause()
        self.ctx.set(getattr(self.axi, f"{channel}ready"), 1)
        signals = [getattr(self.axi, name) for name in names]
        values = await self.ctx.tick().sample(*signals).until(getattr(self.axi, f"{channel}valid"))
        self.ctx.set(getattr(self.axi, f"{channel}ready"), 0)
        return [int(value) for value in values]

    async def read(self, address: int) -> tuple[int, int]:
        await self.offer("ar", araddr=address)
        data, response = await self.answer("r", "rdata", "rresp")
        return data, response

    async def write(self, address: int, data: int = 0, strobe: int = 15, *, data_first: bool = False) -> int:
        steps = [self.offer("aw", awaddr=address), self.offer("w", wdata=data, wstrb=strobe)]
        for step in reversed(steps) if data_first else steps:
            await step
        return (await self.answer("b", "bresp"))[0]
