"""Who has the processor next, in plain Python, beside the C of it: both are told what somebody took, and neither reads a clock."""

from __future__ import annotations

import ctypes
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import NamedTuple

from swclick.compile import load_c
from swclick.runtime import headers, live_header, runtime_c, share_header

_FINE = 64
_PARTS = 1_000_000
LONGEST = 1 << 40
"""ns: a turn that took longer counts as so long."""
_MOST_OWED = 1 << 62
"""What owes so much to its limit owes no more for what it takes then."""
_ENDS = """
struct all { struct shares shares; struct bucket *buckets; };
struct all *all_new(uint32_t count, const uint64_t *weights, const uint64_t *limits, uint64_t burst, uint64_t depth)
{
    struct all *a = calloc(1, sizeof *a);
    a->buckets = calloc(count, sizeof *a->buckets);
    open_shares(&a->shares, count, burst, depth);
    for (uint32_t i = 0; i < count; i++) {
        int64_t room = depth * SHARE_PARTS;
        a->buckets[i] = (struct bucket){.entry.place = -1, .weight = weights[i], .limit = limits[i], .room = room};
    }
    return a;
}
void all_free(struct all *a) { close_shares(&a->shares); free(a->buckets); free(a); }
void all_want(struct all *a, uint32_t i, uint64_t now) { want_turn(&a->shares, &a->buckets[i], now); }
int all_next(struct all *a, uint64_t now) { struct bucket *b = next_turn(&a->shares, now); return b ? b - a->buckets : -1; }
void all_charge(struct all *a, uint32_t i, uint64_t now, uint64_t took, int more)
{
    charge_turn(&a->shares, &a->buckets[i], now, took, more);
}
void all_rest(struct all *a) { rest_shares(&a->shares); }
uint64_t all_until(struct all *a) { return held_until(&a->shares); }
int64_t all_level(struct all *a, uint32_t i) { return level_of(&a->shares, &a->buckets[i]); }
"""
NEVER = 2**64 - 1


class Grant(NamedTuple):
    """Weight, and limit in parts in a million (0: none)."""

    weight: int
    limit: int = 0


@dataclass
class _Bucket:
    """One of the reference's. ``since`` is its number among those that began to stand where they stand, None where it stands nowhere."""

    grant: Grant
    room: int
    passed: int = 0
    rest: int = 0
    filled: int = 0
    since: int | None = None
    held: int | None = None


@dataclass
class Reference:
    """The rules of share.h, looking at all buckets each time."""

    grants: Sequence[Grant]
    burst: int
    depth: int
    passed: int = 0
    last: int = 0
    order: int = 0
    serving: int | None = None
    buckets: list[_Bucket] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.buckets = [_Bucket(grant, self.depth * _PARTS) for grant in self.grants]

    def _fill(self, b: _Bucket, now: int) -> None:
        if b.grant.limit and now > b.filled:
            b.room = min(b.room + (now - b.filled) * b.grant.limit, self.depth * _PARTS)
            b.filled = now

    def _stand(self, b: _Bucket, now: int) -> None:
        self._fill(b, now)
        b.held = now + -(b.room // b.grant.limit) if b.grant.limit and b.room < 0 else None
        b.since, self.order = self.order, self.order + 1

    def _forget(self, b: _Bucket) -> None:
        least = self.passed - self.burst * _FINE // b.grant.weight
        if b.passed < least:
            b.passed, b.rest = least, 0

    def want(self, i: int, now: int) -> None:
        b = self.buckets[i]
        if b.since is None and i != self.serving:
            self._forget(b)
            self._stand(b, now)

    def next(self, now: int) -> int:
        while True:
            over = [b for b in self.buckets if b.held is not None and b.held <= now]
            if not over:
                break
            first = min(over, key=lambda b: (b.held, b.since))
            self._forget(first)
            self._stand(first, now)
        able = [(b.passed, b.since, i) for i, b in enumerate(self.buckets) if b.since is not None and b.held is None]
        if not able:
            return -1
        passed, _, i = min(able)
        self.buckets[i].since = None
        self._fill(self.buckets[i], now)
        self.passed = max(self.passed, passed)
        self.serving = i
        return i

    def charge(self, i: int, now: int, took: int, more: bool) -> None:
        b, took = self.buckets[i], min(took, LONGEST)
        if i != self.serving and b.since is None:
            self._forget(b)
        more = more or b.since is not None
        owed, b.rest = divmod(took * _FINE + b.rest, b.grant.weight)
        b.passed += owed
        self.last = max(self.last, b.passed)
        if b.grant.limit and b.room > -_MOST_OWED:
            b.room -= took * _PARTS
        if self.serving == i:
            self.serving = None
        b.since = b.held = None
        if more:
            self._stand(b, now)

    def rest(self) -> None:
        if not any(b.since is not None and b.held is None for b in self.buckets):
            self.passed = max(self.passed, self.last)

    def until(self) -> int:
        return min((b.held for b in self.buckets if b.held is not None), default=NEVER)

    def level(self, i: int) -> int:
        b = self.buckets[i]
        apart = (self.passed - b.passed) * b.grant.weight
        level = apart // _FINE if apart >= 0 else -(-apart // _FINE)
        return min(level, self.burst) if b.since is None and i != self.serving else level


@cache
def _library() -> ctypes.CDLL:
    library = load_c("\n".join([headers(), live_header(), share_header(), _UNUSED, _ENDS]), runtime_c())
    library.all_new.restype = ctypes.c_void_p
    library.all_until.restype = ctypes.c_uint64
    library.all_level.restype = ctypes.c_int64
    return library


class Shares:
    """The C of it."""

    def __init__(self, grants: Sequence[Grant], burst: int, depth: int) -> None:
        self._library = _library()
        numbers = [(ctypes.c_uint64 * len(grants))(*each) for each in zip(*grants, strict=True)]
        self._all = ctypes.c_void_p(self._library.all_new(len(grants), *numbers, ctypes.c_uint64(burst), ctypes.c_uint64(depth)))

    def want(self, i: int, now: int) -> None:
        self._library.all_want(self._all, i, ctypes.c_uint64(now))

    def next(self, now: int) -> int:
        return int(self._library.all_next(self._all, ctypes.c_uint64(now)))

    def charge(self, i: int, now: int, took: int, more: bool) -> None:
        self._library.all_charge(self._all, i, ctypes.c_uint64(now), ctypes.c_uint64(took), int(more))

    def rest(self) -> None:
        self._library.all_rest(self._all)

    def until(self) -> int:
        return int(self._library.all_until(self._all))

    def level(self, i: int) -> int:
        return int(self._library.all_level(self._all, i))

    def close(self) -> None:
        """Give back its memory."""
        self._library.all_free(self._all)


_UNUSED = "void machine_ready(struct machine *m, int32_t element, int fd, int events) { (void)m; (void)element; (void)fd; (void)events; }"
