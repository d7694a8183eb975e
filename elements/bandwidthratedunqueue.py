"""BandwidthRatedUnqueue(RATE [, BURST_DURATION, BURST_BYTES])

Pulls packets of RATE bytes a second and pushes them on, by a token bucket.

The bucket begins full; it holds what RATE gives in 20 ms. A packet is pulled while the bucket is not overdrawn, so one packet more than it
holds may pass, as in Click. The rate is exact over any time.

Arguments:
    RATE: bytes a second, or a bandwidth such as `1Mbps`.
    BURST_DURATION: the time for which the bucket holds bytes, such as 100ms, in the place of 20 ms.
    BURST_BYTES: bytes that the bucket holds, in the place of a time.


Handlers:
    active (read): whether packets are pulled.
    active (write): sets that.
    calls (read): how often the task ran, for nothing, pushed a packet, and found none.
    config (read): the same as rate.
    rate (read): the bandwidth. (In Click, rounded to what its bucket counts in.)
    rate (write): sets that.

Examples:
    BandwidthRatedUnqueue(1000)
    BandwidthRatedUnqueue(8Mbps, BURST_BYTES 3000)
    BandwidthRatedUnqueue(1kBps, BURST_DURATION 2)
"""

from elements.definition.arguments import Argument
from elements.definition.csource import CSource
from elements.definition.handlers import StateView, reads
from elements.definition.parsers import bandwidth, bandwidth_text, milliseconds, unsigned32
from elements.definition.ports import Ports
from elements.rates.unqueue import BucketUnqueue
from elements.reference.packet import Packet


class BandwidthRatedUnqueue(BucketUnqueue):
    ports = Ports("1/1", "l/h")
    rate = Argument("RATE", bandwidth)
    burst_duration = Argument[int | None]("BURST_DURATION", milliseconds, None, position=False)
    burst_bytes = Argument[int | None]("BURST_BYTES", unsigned32, None, position=False)
    size_name = "BURST_BYTES"
    wanted = 0

    def given_size(self) -> int | None:
        return self.burst_bytes

    def cost(self, packet: Packet) -> int:
        return packet.length

    def read_rate(self, text: str) -> int:
        return bandwidth(text)

    def c_source(self) -> CSource:
        return self.bucket_source("p->length")

    @reads("rate")
    def rate_text(self, state: StateView) -> str:
        return bandwidth_text(state.get(self.rate_now))
