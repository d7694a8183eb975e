"""Burster(INTERVAL [, BURST])

Pulls at most BURST packets each INTERVAL and pushes them on. It is TimedUnqueue with another BURST.

Where nothing is there, the next packet is pulled when it comes.

Arguments:
    INTERVAL: time between bursts, in whole milliseconds; what rounds to none is one.
    BURST: packets that are pulled at most, no more than 4096 of them before other tasks have their turn; 8 if not given.

Examples:
    Burster(1)
    Burster(20ms, 3)
"""

from elements.definition.arguments import Argument
from elements.definition.parsers import integer, milliseconds
from elements.definition.ports import Ports
from elements.rates.burst import BurstUnqueue


class Burster(BurstUnqueue):
    ports = Ports("1/1", "l/h")
    period = Argument("INTERVAL", milliseconds)
    burst = Argument("BURST", integer(1, 0x7FFF_FFFF), 8)

    def setup(self) -> None:
        self.interval = max(self.period, 1) * 1_000_000
