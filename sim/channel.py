"""What one tenant can tell another, in bits a second: how much of a secret is in what an observer sees."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass
from math import log2
from random import Random
from typing import Final

SHUFFLES: Final = 100


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


@dataclass(frozen=True)
class Told:
    """Bits a second: the ``rate`` that was measured, at least; and ``chance``, which secrets that nobody told stay below in 19 of 20
    cases, so that a rate below it says nothing."""

    rate: float
    chance: float


def told(secrets: Sequence[Sequence[Hashable]], seen: Sequence[Sequence[int]], seconds: float, late: int = 0, seed: int = 1) -> Told:
    """How many bits a second of ``secrets`` the numbers ``seen`` have: in each run one secret and one number for each gap of so many
    ``seconds``. A secret may show in its own gap, or in one of the next ``late``.

    Numbers are many, and few are seen twice: what is looked at is whether they are zero, below or above, and in which half, third or
    quarter of all they are. Of these, and of the gaps in which a secret may show, what tells the most is taken. The most of several is
    more than there is, as is what few observations show: so the same choice is made for secrets that are shuffled within their runs,
    `SHUFFLES` times, and the mean of what is found for those is taken off. (Shuffling for the bias: Panzeri, Senatore, Montemurro and
    Petersen, J. Neurophysiol. 98, 2007; the most of several under permutation: Westfall and Young, Resampling-based Multiple Testing,
    1993.) What is left is never below zero. Errors: ``ValueError`` where there are no numbers, or not one for each secret."""
    lengths = {len(each) for each in secrets}
    if not lengths or min(lengths) <= late:
        raise ValueError(f"there is no secret whose {late} next gaps are seen")
    if len({number for each in seen for number in each}) <= 1:
        return Told(0.0, 0.0)
    ways = [(lag, reading) for lag in range(late + 1) for reading in _readings([number for each in seen for number in each[lag:]])]

    def most(all_secrets: Sequence[Sequence[Hashable]]) -> float:
        sent = [[bit for each in all_secrets for bit in each[: len(each) - lag]] for lag in range(late + 1)]
        return max(information(sent[lag], reading) for lag, reading in ways)

    rng, shuffled = Random(seed), [list(each) for each in secrets]
    found = []
    for _ in range(SHUFFLES):
        for each in shuffled:
            rng.shuffle(each)
        found.append(most(shuffled))
    usual = sum(found) / SHUFFLES
    beyond = sorted(found)[-1 - SHUFFLES // 20]
    return Told(max(0.0, most(secrets) - usual) / seconds, max(0.0, beyond - usual) / seconds)


def _readings(seen: Sequence[int]) -> Iterator[list[int]]:
    yield [(value > 0) - (value < 0) for value in seen]
    order = sorted(seen)
    for parts in (2, 3, 4):
        limits = [order[len(order) * part // parts] for part in range(1, parts)]
        yield [bisect_right(limits, value) for value in seen]
