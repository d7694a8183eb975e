"""State in one memory is, whatever comes in whichever cycle, what a dictionary of words says it is."""

from __future__ import annotations

import random
from typing import Any

import pytest
from amaranth.hdl import Fragment

from hdl.state_memory import Place, StateMemory
from tests.hdl.streams import simulate

WIDTH = 12
PLACES = {
    "gaps": {(0, 0): 0, (0, 2): 7, (3, 0): 0xFFF, (3, 1): 5, (3, 2): 0},
    "one word": {(0, 0): 9},
    "one tenant": {(2, slot): slot for slot in range(5)},
    "one slot": {(tenant, 0): tenant for tenant in (0, 1, 6)},
}


def some_place(chance: random.Random, memory: StateMemory) -> Place:
    """One that there is, mostly; else any."""
    if chance.random() < 0.8:
        return chance.choice(list(memory.initial))
    return chance.choice([0, 1, 3, 255, chance.randrange(256)]), chance.randrange(1 << memory.slot_bits)


@pytest.mark.parametrize("seed", range(2))
@pytest.mark.parametrize("kind", list(PLACES))
def test_it_is_a_dictionary_of_words(kind: str, seed: int) -> None:
    memory = StateMemory(WIDTH, PLACES[kind])
    chance = random.Random(f"{kind} {seed}")
    words = dict(memory.initial)
    lost = again = 0

    async def bench(ctx: Any) -> None:
        nonlocal lost, again
        last: Place | None = None
        for cycle in range(400):
            at, peeked = some_place(chance, memory), some_place(chance, memory)
            if last is not None and chance.random() < 0.4:
                # Packets of one flow come back to back.
                at, again = last, again + 1
            write, new = chance.random() < 0.6, chance.getrandbits(WIDTH)
            resets = [place for place in words if chance.random() < 0.1]
            for name, value in (("tenant", at[0]), ("slot", at[1]), ("write", write), ("new", new)):
                ctx.set(getattr(memory, name), value)
            ctx.set(memory.peek_tenant, peeked[0])
            ctx.set(memory.peek_slot, peeked[1])
            for place, reset in memory.resets.items():
                ctx.set(reset, place in resets)
            await ctx.delay(1e-9)
            assert ctx.get(memory.old) == words.get(at, 0), (seed, cycle, at)
            assert ctx.get(memory.peek) == words.get(peeked, 0), (seed, cycle, peeked)
            await ctx.tick()
            if write and at in words:
                words[at] = new
                lost += at in resets
            words.update({place: memory.initial[place] for place in resets})
            last = at

    simulate(memory, bench)
    assert again > 100
    assert lost > 5


def test_words_of_a_tenant_stand_together() -> None:
    memory = StateMemory(WIDTH, PLACES["gaps"])
    Fragment.get(memory, None)
    assert memory.depth == 8
    assert [memory.address(place) for place in memory.initial] == [0, 2, 4, 5, 6]
