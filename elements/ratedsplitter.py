"""RatedSplitter(RATE)

Sends packets up to RATE packets a second to output 0, and those above to output 1, by a token bucket of 20 ms.

The bucket holds at least one packet. Where output 1 is not in use, packets above the rate are dropped.

Arguments:
    RATE: packets a second.

Examples:
    RatedSplitter(1000)
    RatedSplitter(5)
"""

from elements.definition.arguments import Argument
from elements.definition.element import Element, StateVariable
from elements.definition.parsers import integer
from elements.definition.ports import Ports
from elements.program.packet import Packet
from elements.program.values import const
from elements.rates.bucket import BURST_SECONDS, UNITS_PER_SECOND, WIDTH, within_rate


class RatedSplitter(Element):
    ports = Ports("1/1-2", "h/h")
    rate = Argument("RATE", integer(1, 10**9))
    full_at = StateVariable(WIDTH)

    def program(self, p: Packet) -> None:
        cost = UNITS_PER_SECOND // self.rate
        tolerance = max(0, int(BURST_SECONDS * UNITS_PER_SECOND) - cost)
        with p.when(within_rate(p, self.full_at, const(cost, 48), tolerance)):
            p.output(0)
        if self.outputs > 1:
            p.output(1)
        p.drop()
