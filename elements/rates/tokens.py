"""The token bucket of what is software: whole numbers, so that nothing is rounded and no time is lost, however long it runs.

A bucket counts in billionths of a token: at a rate of R tokens a second, each nanosecond adds R of them. It may be in debt.
"""

from __future__ import annotations

from typing import Final

from elements.definition.element import Element, StateVariable
from elements.definition.handlers import StateView
from elements.reference.machine import Machine

TOKEN: Final = 1_000_000_000
MOST_TOKENS: Final = 0xFFFF_FFFF
MOST_LEVEL: Final = (1 << 63) - 1
"""Billionths of tokens that a bucket holds, whatever its size: those of 9.2 billion."""
BURST_MILLISECONDS: Final = 20


def bucket_size(rate: int, duration: int | None, size: int | None, size_name: str) -> int:
    """Tokens that a bucket holds: ``size``, or what ``rate`` a second gives in ``duration`` milliseconds, `BURST_MILLISECONDS` of them
    where neither is given. Errors: ``ValueError``."""
    if duration is not None and size is not None:
        raise ValueError(f"BURST_DURATION and {size_name} cannot both be given")
    if size is not None:
        return size
    return min(rate * (BURST_MILLISECONDS if duration is None else duration) // 1000, MOST_TOKENS)


class Bucket(Element):
    """An element that has one. It begins full where it has a rate; without a rate it never has a token."""

    level = StateVariable(64)
    filled_at = StateVariable(64)
    rate_now = StateVariable(64)
    room = StateVariable(64)

    def fill_bucket(self, state: StateView, rate: int, size: int) -> None:
        """The bucket as it begins."""
        state.set(self.rate_now, rate)
        state.set(self.room, size)
        state.set(self.level, min(size * TOKEN, MOST_LEVEL) if rate else 0)

    def change_rate(self, state: StateView, rate: int, size: int) -> None:
        """Another rate and size; what is in the bucket stays, as far as there is room."""
        state.set(self.rate_now, rate)
        state.set(self.room, size)
        state.set(self.level, min(self.tokens(state), size * TOKEN, MOST_LEVEL))

    def tokens(self, state: StateView) -> int:
        """Billionths of tokens in the bucket."""
        level = state.get(self.level)
        return level - (1 << 64) if level >> 63 else level

    def refill(self, machine: Machine) -> int:
        """Let in what has come by now; billionths of tokens that are there."""
        state = machine.stores[self.name]
        passed = max(0, machine.now - state.get(self.filled_at))
        full = min(state.get(self.room) * TOKEN, MOST_LEVEL)
        level = min(full, self.tokens(state) + passed * state.get(self.rate_now)) if state.get(self.rate_now) else self.tokens(state)
        state.set(self.filled_at, max(machine.now, state.get(self.filled_at)))
        state.set(self.level, level)
        return level

    def spend(self, machine: Machine, count: int) -> None:
        """Take tokens out, perhaps more than there are."""
        state = machine.stores[self.name]
        state.set(self.level, self.tokens(state) - count * TOKEN)

    def full_of(self, machine: Machine, wanted: int) -> int | None:
        """When so many billionths of tokens will be there, after a refill; None for never."""
        state = machine.stores[self.name]
        rate = state.get(self.rate_now)
        return machine.now - (self.tokens(state) - wanted) // rate if rate else None

    def bucket_c(self, rate: int, size: int) -> str:
        """C that makes the bucket as it begins."""
        level = min(size * TOKEN, MOST_LEVEL) if rate else 0
        return f"    self->level = {level}LL;\n    self->rate_now = {rate}u;\n    self->room = {size}u;\n"


BUCKET_STATE: Final = tuple((name, f"self->{name}") for name in ("level", "filled_at", "rate_now", "room"))
FIELDS: Final = "int64_t level; uint64_t filled_at, rate_now, room;"
HELPERS: Final = """
/* A token bucket, in billionths of tokens. */
#ifndef BUCKET_REFILL
#define BUCKET_REFILL bucket_refill(&self->level, &self->filled_at, self->rate_now, self->room, NOW)
#define BUCKET_SPEND(tokens) (self->level -= (int64_t)(tokens) * 1000000000)
/* When ``wanted`` will be there, NEVER without a rate; the bucket was refilled NOW. */
#define BUCKET_DUE(wanted) \\
    (self->rate_now ? NOW + ((uint64_t)((wanted) - self->level) + self->rate_now - 1) / self->rate_now : NEVER)
static inline int64_t bucket_refill(int64_t *level, uint64_t *filled_at, uint64_t rate, uint64_t room, uint64_t now)
{
    if (now <= *filled_at) return *level;
    uint64_t full = room < INT64_MAX / 1000000000 ? room * 1000000000 : INT64_MAX;
    uint64_t passed = now - *filled_at, missing = full - (uint64_t)*level;
    *filled_at = now;
    if (!rate) return *level;
    return *level = passed > missing / rate ? (int64_t)full : *level + (int64_t)(passed * rate);
}
#endif
"""
