"""RatedUnqueue(RATE [, BURST_DURATION, BURST_SIZE])

Pulls RATE packets a second and pushes them on, by a token bucket.

The bucket begins full; it holds what RATE gives in 20 ms, and at least one packet. The rate is exact over any time: in Click it is the
next lower one for which a millisecond has a whole number of the bucket's units.

Arguments:
    RATE: packets a second.
    BURST_DURATION: the time for which the bucket holds packets, such as 100ms, in the place of 20 ms.
    BURST_SIZE: packets that the bucket holds, in the place of a time.


Handlers:
    active (read): whether packets are pulled.
    active (write): sets that.
    calls (read): how often the task ran, for nothing, pushed a packet, and found none.
    config (read): the same as rate.
    rate (read): packets a second.
    rate (write): sets that.

Examples:
    RatedUnqueue(1000)
    RatedUnqueue(5, BURST_SIZE 3)
    RatedUnqueue(1000, BURST_DURATION 2ms)
"""

from elements.definition.arguments import Argument
from elements.definition.csource import CSource
from elements.definition.handlers import StateView, reads
from elements.definition.parsers import milliseconds, unsigned32
from elements.definition.ports import Ports
from elements.rates.tokens import TOKEN
from elements.rates.unqueue import BucketUnqueue
from elements.reference.packet import Packet


class RatedUnqueue(BucketUnqueue):
    ports = Ports("1/1", "l/h")
    rate = Argument("RATE", unsigned32)
    burst_duration = Argument[int | None]("BURST_DURATION", milliseconds, None, position=False)
    burst_size = Argument[int | None]("BURST_SIZE", unsigned32, None, position=False)
    wanted = TOKEN

    def given_size(self) -> int | None:
        return self.burst_size

    def size_for(self, rate: int) -> int:
        return max(1, super().size_for(rate))

    def cost(self, packet: Packet) -> int:
        return 1

    def read_rate(self, text: str) -> int:
        return unsigned32(text)

    def c_source(self) -> CSource:
        return self.bucket_source("1")

    @reads("rate")
    def rate_text(self, state: StateView) -> str:
        return str(state.get(self.rate_now))
