"""How what tenants share is divided between them: by shares of what there is to send, or by slots of time."""

from __future__ import annotations

from dataclasses import dataclass
from math import gcd
from typing import Final

from amaranth.hdl import Cat, Const, Mux, Value

ROUND: Final = 64
"""The most slots of a round, where there are not more tenants."""


@dataclass(frozen=True)
class Turns:
    """``weights``: by tenant number, without a common factor, which would only make turns longer; ``slot``: the cycles of a slot of time,
    or None for shares, where no turn is lost."""

    weights: tuple[int, ...]
    slot: int | None = None

    def __post_init__(self) -> None:
        common = gcd(*self.weights)
        object.__setattr__(self, "weights", tuple(weight // common for weight in self.weights))

    @property
    def order(self) -> tuple[int, ...]:
        """The tenants of a round of slots: each as often as its weight says, as near as `ROUND` slots allow, spread over the round."""
        weights = list(self.weights)
        if sum(weights) > ROUND:
            weights = [max(1, weight * ROUND // sum(weights)) for weight in weights]
        # The one slot that everybody has may be more than its due: it comes from those who have most.
        while sum(weights) > max(ROUND, len(weights)):
            weights[weights.index(max(weights))] -= 1
        places = sorted((place / weight, number) for number, weight in enumerate(weights) for place in range(weight))
        return tuple(number for _, number in places)


@dataclass(frozen=True)
class Pace:
    """What a packet takes at a port, in cycles: its bytes, or ``shortest`` where it has fewer, and ``overhead``, times ``per_byte`` 256ths
    of a cycle, rounded up."""

    per_byte: int
    overhead: int
    shortest: int = 0

    def cycles(self, length: int) -> int:
        """For a packet of ``length`` bytes."""
        return -(-(max(length, self.shortest) + self.overhead) * self.per_byte // 256)

    def charge(self, length: int, lanes: int) -> int:
        """What a packet of ``length`` bytes is charged where turns are shares: its bytes and the overhead, in whole beats of ``lanes``."""
        return -(-(max(length, self.shortest) + self.overhead) // lanes) * lanes

    def charged(self, length: Value, lanes: int) -> Value:
        """`charge` in hardware; ``lanes`` is a power of two."""
        return Cat(Const(0, (lanes - 1).bit_length()), (self._filled(length) + (self.overhead + lanes - 1))[(lanes - 1).bit_length() :])

    def hardware(self, length: Value) -> Value:
        """`cycles` in hardware."""
        return ((self._filled(length) + self.overhead) * self.per_byte + 255)[8:]

    def _filled(self, length: Value) -> Value:
        """As many bytes as leave: a port fills up what is too short for its wire."""
        return Mux(length < self.shortest, self.shortest, length) if self.shortest else length
