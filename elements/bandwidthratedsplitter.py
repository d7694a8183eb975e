"""BandwidthRatedSplitter(RATE [, BURST_DURATION, BURST_BYTES])

Sends packets up to RATE bytes a second to output 0, and those above to output 1, by a token bucket.

The bucket holds what RATE gives in 20 ms. A packet is let through while the bucket is not overdrawn, so one packet more than it holds may
pass, as in Click. Where output 1 is not in use, packets above the rate are dropped. The rate is exact to 0.1 %.

Arguments:
    RATE: bytes a second, or a bandwidth such as `1Mbps`.
    BURST_DURATION: the time for which the bucket holds bytes, such as 100ms, in the place of 20 ms.
    BURST_BYTES: bytes that the bucket holds, in the place of a time.

Handlers:
    rate (read): the bandwidth, with its unit. (In Click, rounded to what its bucket counts in.)

Examples:
    BandwidthRatedSplitter(1000)
    BandwidthRatedSplitter(8Mbps)
    BandwidthRatedSplitter(100Gbps, BURST_BYTES 0)
    BandwidthRatedSplitter(8kbps, BURST_DURATION 1.5s)
"""

from elements.definition.arguments import Argument
from elements.definition.element import Element, StateVariable
from elements.definition.handlers import StateView, reads
from elements.definition.parsers import bandwidth, bandwidth_text, milliseconds, unsigned32
from elements.definition.ports import Ports
from elements.program.packet import Packet
from elements.rates.bucket import UNITS_PER_SECOND, WIDTH, capacity, time_of, within_rate


class BandwidthRatedSplitter(Element):
    ports = Ports("1/1-2", "h/h")
    rate = Argument("RATE", bandwidth)
    burst_duration = Argument[int | None]("BURST_DURATION", milliseconds, None, position=False)
    burst_bytes = Argument[int | None]("BURST_BYTES", unsigned32, None, position=False)
    full_at = StateVariable(WIDTH)

    def setup(self) -> None:
        if self.rate < 1:
            raise ValueError("RATE: at least one byte a second is wanted")
        self.capacity = capacity(self.rate, self.burst_duration, self.burst_bytes, "BURST_BYTES")

    def program(self, p: Packet) -> None:
        cost, most = time_of(p.length, self.rate)
        with p.when(within_rate(p, self.full_at, cost, most, self.capacity * UNITS_PER_SECOND // self.rate)):
            p.output(0)
        if self.outputs > 1:
            p.output(1)
        p.drop()

    @reads("rate")
    def rate_text(self, state: StateView) -> str:
        return bandwidth_text(self.rate)
