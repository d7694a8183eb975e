"""The token bucket of the splitters, as the virtual scheduling algorithm of ITU-T I.371 (GCRA): one time a bucket, and no refill.

The state is the time at which the bucket is full again, in 1/256 ns modulo 2**56. A bucket that is idle for more than 2**55 of those units
(39 hours) may read as one that has just sent.
"""

from __future__ import annotations

from typing import Final

from elements.program.packet import Packet
from elements.program.program import State
from elements.program.values import Value, bit_not, cat, const, extend, mux, part

UNITS_PER_SECOND: Final = 256 * 1_000_000_000
WIDTH: Final = 56
BURST_SECONDS: Final = 0.02


def within_rate(p: Packet, full_at: State, cost: Value, tolerance: int) -> Value:
    """Whether a packet that takes ``cost`` units of time fits in the bucket (1 bit), which it then pays for. ``tolerance``: units that the
    bucket may be ahead of the clock before this packet."""
    now = cat(p.now, const(0, 8))
    ahead = p.read(full_at) - now
    behind = part(ahead, WIDTH - 1, 1)
    start = mux(behind, const(0, WIDTH), ahead)
    fits = bit_not(start > min(tolerance, (1 << (WIDTH - 1)) - 1))
    after = part(now + start + extend(part(cost, 0, min(cost.width, WIDTH)), WIDTH), 0, WIDTH)
    with p.when(fits):
        p.write(full_at, after)
    return fits
