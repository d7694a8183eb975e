"""Packets into stores and out of them, for benches: beats by a store's `put`, whole packets by its `read`."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from hdl.segment_store import Put


@dataclass(frozen=True)
class Stored:
    """A packet for a store: whose, its bytes, what is kept with it, and whether it is good. Its first beat comes in cycle ``start`` or
    when the one before has come, whichever is later."""

    tenant: int
    data: bytes
    note: int
    start: int = 0
    good: bool = True


def put_beats(packet: Stored, width: int, note_bits: int) -> Iterator[Any]:
    """The packet's beats."""
    lanes = width // 8
    for place in range(0, len(packet.data), lanes):
        last = place + lanes >= len(packet.data)
        part = int.from_bytes(packet.data[place : place + lanes], "little")
        known = {"good": int(packet.good), "note": packet.note} if last else {}
        fields = {"first": int(place == 0), "last": int(last), "write": 1, "tenant": packet.tenant, "data": part, **known}
        yield Put(width, note_bits).const(fields)


async def put_all(ctx: Any, put: Any, valid: Any, packets: Sequence[Stored], stall: float = 0.0, seed: int = 0) -> None:
    """Every packet's beats; before each the source is away for some cycles. Cycle 1 is the first in which a beat can come."""
    chance, cycle = random.Random(seed), 1
    shape = put.shape()
    width, note_bits = shape.members["data"], shape.members["note"]
    await ctx.tick()
    for packet in packets:
        while cycle < packet.start:
            await ctx.tick()
            cycle += 1
        for beat in put_beats(packet, width, note_bits):
            while chance.random() < stall:
                await ctx.tick()
                cycle += 1
            ctx.set(put, beat)
            ctx.set(valid, 1)
            await ctx.tick()
            cycle += 1
            ctx.set(valid, 0)


class Reader:
    """Takes packets out of a store: notes by one bench (`look`), beats by another (`get`), each away for some cycles before each."""

    def __init__(self, read: Any, lanes: int, length: Callable[[int], int], stall: float, seed: int) -> None:
        self.read = read
        self.lanes = lanes
        self.length = length
        self.stall = stall
        self.seed = seed
        self.seen: list[Stored] = []
        self._looked: list[tuple[int, int]] = []

    async def look(self, ctx: Any) -> None:
        """For ever: the oldest note of a tenant that has one, and on to the next one, at once or some cycles later."""
        chance, read = random.Random(self.seed), self.read
        while True:
            waiting = [tenant for tenant in range(len(read.waiting)) if ctx.get(read.waiting) >> tenant & 1]
            if not waiting or chance.random() < self.stall:
                await ctx.tick()
                continue
            tenant, at_once = chance.choice(waiting), chance.random() < 0.5
            ctx.set(read.look_tenant, tenant)
            ctx.set(read.pop_tenant, tenant)
            ctx.set(read.look, 1)
            ctx.set(read.pop, at_once)
            await ctx.tick()
            ctx.set(read.look, 0)
            ctx.set(read.pop, 0)
            while not at_once and chance.random() < self.stall:
                await ctx.tick()
            self._looked.append((tenant, ctx.get(read.note)))
            if not at_once:
                ctx.set(read.pop, 1)
                await ctx.tick()
                ctx.set(read.pop, 0)

    async def get(self, ctx: Any) -> None:
        """For ever: the beats of the packets whose notes are known, in that order."""
        chance, read = random.Random(self.seed + 1), self.read
        while True:
            if not self._looked:
                await ctx.tick()
                continue
            tenant, note = self._looked.pop(0)
            data = b""
            for _ in range(-(-self.length(note) // self.lanes)):
                while chance.random() < self.stall:
                    await ctx.tick()
                ctx.set(read.get_tenant, tenant)
                ctx.set(read.get, 1)
                await ctx.tick()
                ctx.set(read.get, 0)
                while chance.random() < self.stall / 2:
                    await ctx.tick()
                data += ctx.get(read.data).to_bytes(self.lanes, "little")
            self.seen.append(Stored(tenant, data[: self.length(note)], note))

    def of(self, tenant: int) -> list[bytes]:
        """The bytes of the packets that were taken out for a tenant."""
        return [packet.data for packet in self.seen if packet.tenant == tenant]
