"""The token bucket of the splitters, as the virtual scheduling algorithm of ITU-T I.371 (GCRA): one time a bucket, and no refill.

The state is the time at which the bucket is full again, in 1/1024 ns modulo 2**58 (78 hours).
"""

from __future__ import annotations

from typing import Final

from elements.program.packet import Packet
from elements.program.program import State
from elements.program.values import Value, cat, const, extend, mux, part

FRACTION: Final = 10
UNITS_PER_SECOND: Final = 1_000_000_000 << FRACTION
WIDTH: Final = 48 + FRACTION
BURST_MILLISECONDS: Final = 20
LONGEST: Final = 1 << (WIDTH - 2)
"""The most that a bucket is away from full (19 hours): one that is larger is cut to it."""
SIGNIFICANT: Final = 14
"""Bits that the time of a byte has at least, so that it is right to 0.01 %."""


def capacity(rate: int, duration: int | None, size: int | None, size_name: str) -> int:
    """What a bucket holds: ``size``, or what ``rate`` a second gives in ``duration`` milliseconds; `BURST_MILLISECONDS` where neither is
    given. Errors: ``ValueError``."""
    if duration is not None and size is not None:
        raise ValueError(f"BURST_DURATION and {size_name} cannot both be given")
    if size is not None:
        return size
    return rate * (BURST_MILLISECONDS if duration is None else duration) // 1000


def unit_time(rate: int) -> int:
    """Units of time that one of ``rate`` a second takes, rounded."""
    return (UNITS_PER_SECOND + rate // 2) // rate


def time_of(amount: Value, rate: int) -> tuple[Value, int]:
    """Units of time that ``amount`` takes at ``rate`` a second, and the most that it can be."""
    shift = max(0, SIGNIFICANT - unit_time(rate).bit_length())
    factor = ((UNITS_PER_SECOND << shift) + rate // 2) // rate
    product = amount * const(factor, factor.bit_length())
    if not shift:
        return product, ((1 << amount.width) - 1) * factor
    rounded = product + (1 << (shift - 1))
    return part(rounded, shift, rounded.width - shift), ((((1 << amount.width) - 1) * factor) >> shift) + 1


def within_rate(p: Packet, full_at: State, cost: Value, most: int, ahead_by: int) -> Value:
    """Whether a packet that takes ``cost`` units of time, at most ``most``, fits in the bucket (1 bit), which it then pays for.
    ``ahead_by``: units of time that the bucket may be from full before this packet, cut to `LONGEST`."""
    ahead_by = min(ahead_by, LONGEST)
    now = cat(p.now, const(0, FRACTION))
    ahead = p.read(full_at) - now
    # A bucket is never further from full than this: what seems so was full long ago.
    full = ahead > ahead_by + most
    fits = full | (ahead <= ahead_by)
    paid = extend(part(cost, 0, min(cost.width, WIDTH)), WIDTH)
    # Two sums and a choice between them: all of a read-modify-write has to be done in one cycle of the hardware, and the sum with the time
    # can be ready before it.
    with p.when(fits):
        p.write(full_at, mux(full, part(now + paid, 0, WIDTH), part(p.read(full_at) + paid, 0, WIDTH)))
    return fits
