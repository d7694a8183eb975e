"""Rates as exponentially weighted moving averages, as Click's meters keep them: weight 1/16, ten bits of fraction, an epoch of 2**20 ns.

The decay over k epochs without packets is the product of the constants (15/16)**(2**i) for the bits i of k, each cut to 16 bits, in the
place of k roundings; after 100 of them the average is 0, as in Click.
"""

from __future__ import annotations

from typing import Final

from elements.definition.element import Element, StateVariable
from elements.program.packet import Packet
from elements.program.values import Value, cat, const, extend, mux, part

EPOCH_BITS: Final = 20
EPOCHS_PER_SECOND: Final = 1_000_000_000 / (1 << EPOCH_BITS)
FRACTION: Final = 10
STABILITY: Final = 4
COMPENSATION: Final = 1 << (STABILITY - 1)
"""Added before the shift that divides, so that it rounds."""
FORGOTTEN: Final = 100
"""Epochs without packets after which nothing is left."""
DECAYS: Final = tuple(round((15 / 16) ** (1 << i) * 65536) for i in range(7))


class RateMeter(Element):
    """State and average of an element that measures what passes. The average counts what the epochs before the present one had."""

    software_reason = "its average is not done in a cycle of hardware"
    epoch = StateVariable(28)
    current = StateVariable(32)
    average = StateVariable(44)

    def measure(self, p: Packet, amount: Value) -> Value:
        """Count ``amount`` and give the average an epoch, with `FRACTION` bits of fraction (44 bits)."""
        present = part(p.now, EPOCH_BITS, 28)
        passed = present - p.read(self.epoch)
        same = passed.equals(0)
        counted, average = p.read(self.current), p.read(self.average)
        idle = passed - 1
        # average + (counted * 2**FRACTION + COMPENSATION - average) / 16, over one denominator: no sign is needed.
        scaled = cat(counted, const(COMPENSATION, FRACTION))
        fifteen = cat(average, const(0, STABILITY)) - average
        updated = part(extend(scaled, 48) + fifteen, STABILITY, 44)
        for bit, factor in enumerate(DECAYS):
            updated = mux(part(idle, bit, 1), extend(part(updated * const(factor, 17), 16, 44), 44), updated)
        updated = mux(idle >= FORGOTTEN, const(0, 44), updated)
        p.write(self.epoch, present)
        p.write(self.current, mux(same, part(counted + amount, 0, 32), extend(amount, 32)))
        result = mux(same, average, updated)
        p.write(self.average, result)
        return result


def threshold(rate: int) -> int:
    """``rate`` a second as `RateMeter.measure` gives it."""
    return round(rate / EPOCHS_PER_SECOND * (1 << FRACTION))
