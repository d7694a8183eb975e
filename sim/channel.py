"""What one tenant can tell another, in bits a second: how much of a secret is in what an observer sees."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Hashable, Iterator, Sequence
from math import log2
from random import Random
from typing import Final

SHUFFLES: Final = 40


def information(secret: Sequence[Hashable], seen: Sequence[Hashable]) -> float:
    """Bits of mutual information between ``secret`` and ``seen``, as their frequencies have it. Errors: ``ValueError`` for none, or where
    they are not of one length."""
    if len(secret) != len(seen) or not secret:
        raise ValueError(f"there are {len(secret)} secrets and {len(seen)} observations")
    total = len(secret)
    both, one, other = Counter(zip(secret, seen, strict=True)), Counter(secret), Counter(seen)
    return sum(count / total * log2(count * total / (one[a] * other[b])) for (a, b), count in both.items())


def bits_per_second(secret: Sequence[Hashable], seen: Sequence[Hashable], seconds: float, seed: int = 1) -> float:
    """The capacity of the channel by which ``seen`` was sent in so many ``seconds``, one observation for each of ``secret``.

    Frequencies of few observations show more than there is: what is found for secrets that are shuffled, `SHUFFLES` times, is taken off, so
    that a channel without information has none here, but for chance; never below zero."""
    rng, shuffled = Random(seed), list(secret)
    found = 0.0
    for _ in range(SHUFFLES):
        rng.shuffle(shuffled)
        found += information(shuffled, seen)
    return max(0.0, information(secret, seen) - found / SHUFFLES) * len(secret) / seconds


def told(secret: Sequence[Hashable], seen: Sequence[int], seconds: float, seed: int = 1) -> float:
    """At least how many bits a second of ``secret`` numbers ``seen`` have, one for each.

    Numbers are many, and few are seen twice: what is looked at is whether they are zero, below or above, and in which half, third or
    quarter of all they are, and of these what tells the most; what the most of them tells of shuffled secrets is taken off, as in
    `bits_per_second`."""
    rng, shuffled, readings = Random(seed), list(secret), list(_readings(seen))
    found = 0.0
    for _ in range(SHUFFLES):
        rng.shuffle(shuffled)
        found += max(information(shuffled, each) for each in readings)
    return max(0.0, max(information(secret, each) for each in readings) - found / SHUFFLES) * len(secret) / seconds


def _readings(seen: Sequence[int]) -> Iterator[list[int]]:
    yield [(value > 0) - (value < 0) for value in seen]
    order = sorted(seen)
    for parts in (2, 3, 4):
        limits = [order[len(order) * part // parts] for part in range(1, parts)]
        yield [bisect_right(limits, value) for value in seen]
