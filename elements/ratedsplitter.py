"""RatedSplitter(RATE [, BURST_DURATION, BURST_SIZE])

Sends packets up to RATE packets a second to output 0, and those above to output 1, by a token bucket.

The bucket holds what RATE gives in 20 ms, and at least one packet. Where output 1 is not in use, packets above the rate are dropped. The
rate is exact to 0.1 %.

Arguments:
    RATE: packets a second.
    BURST_DURATION: the time for which the bucket holds packets, such as 100ms, in the place of 20 ms.
    BURST_SIZE: packets that the bucket holds, in the place of a time.

Handlers:
    rate (read): packets a second.

Examples:
    RatedSplitter(1000)
    RatedSplitter(5)
    RatedSplitter(1000, BURST_DURATION 2ms)
    RatedSplitter(1000, BURST_SIZE 3)
"""

from elements.definition.arguments import Argument
from elements.definition.element import Element, StateVariable
from elements.definition.handlers import StateView, reads
from elements.definition.parsers import integer, milliseconds, unsigned32
from elements.definition.ports import Ports
from elements.program.packet import Packet
from elements.program.values import const
from elements.rates.bucket import WIDTH, capacity, unit_time, within_rate


class RatedSplitter(Element):
    ports = Ports("1/1-2", "h/h")
    rate = Argument("RATE", integer(1, 10**9))
    burst_duration = Argument[int | None]("BURST_DURATION", milliseconds, None, position=False)
    burst_size = Argument[int | None]("BURST_SIZE", unsigned32, None, position=False)
    full_at = StateVariable(WIDTH)

    def setup(self) -> None:
        self.capacity = max(1, capacity(self.rate, self.burst_duration, self.burst_size, "BURST_SIZE"))

    def program(self, p: Packet) -> None:
        cost = unit_time(self.rate)
        # A whole packet must be in the bucket.
        with p.when(within_rate(p, self.full_at, const(cost, cost.bit_length()), cost, (self.capacity - 1) * cost)):
            p.output(0)
        if self.outputs > 1:
            p.output(1)
        p.drop()

    @reads("rate")
    def rate_text(self, state: StateView) -> str:
        return str(self.rate)
