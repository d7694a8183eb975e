"""TimedUnqueue(INTERVAL [, BURST])

Pulls at most BURST packets each INTERVAL and pushes them on.

Where nothing is there, the next packet is pulled when it comes.

Arguments:
    INTERVAL: time between bursts, in whole milliseconds; what rounds to none is one.
    BURST: packets that are pulled at most, no more than 4096 of them before other tasks have their turn; 1 if not given.

Examples:
    TimedUnqueue(1)
    TimedUnqueue(20ms, 3)
"""

from elements.definition.arguments import Argument
from elements.definition.parsers import integer, milliseconds
from elements.definition.ports import Ports
from elements.rates.burst import BurstUnqueue


class TimedUnqueue(BurstUnqueue):
    ports = Ports("1/1", "l/h")
    period = Argument("INTERVAL", milliseconds)
    burst = Argument("BURST", integer(1, 0x7FFF_FFFF), 1)

    def setup(self) -> None:
        self.interval = max(self.period, 1) * 1_000_000
