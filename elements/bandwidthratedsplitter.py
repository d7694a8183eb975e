"""BandwidthRatedSplitter(RATE)

Sends packets up to RATE bytes a second to output 0, and those above to output 1, by a token bucket of 20 ms.

A packet is let through while the bucket is not empty, so one packet more than the bucket holds may pass. Where output 1 is not in use,
packets above the rate are dropped.

Arguments:
    RATE: bytes a second, or a bandwidth such as `1Mbps`.

Examples:
    BandwidthRatedSplitter(1000)
    BandwidthRatedSplitter(8Mbps)
"""

from elements.definition.arguments import Argument
from elements.definition.element import Element, StateVariable
from elements.definition.parsers import bandwidth
from elements.definition.ports import Ports
from elements.program.packet import Packet
from elements.program.values import const
from elements.rates.bucket import BURST_SECONDS, UNITS_PER_SECOND, WIDTH, within_rate


class BandwidthRatedSplitter(Element):
    ports = Ports("1/1-2", "h/h")
    rate = Argument("RATE", bandwidth)
    full_at = StateVariable(WIDTH)

    def setup(self) -> None:
        if self.rate < 1:
            raise ValueError("RATE: at least one byte a second is wanted")

    def program(self, p: Packet) -> None:
        cost = p.length * const(UNITS_PER_SECOND // self.rate, 40)
        with p.when(within_rate(p, self.full_at, cost, int(BURST_SECONDS * UNITS_PER_SECOND))):
            p.output(0)
        if self.outputs > 1:
            p.output(1)
        p.drop()
