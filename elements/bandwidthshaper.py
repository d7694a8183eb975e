"""BandwidthShaper(RATE)

Gives, when it is pulled from, packets of at most RATE bytes a second, as evenly as it is pulled from.

A packet may be pulled when the bytes of those before it have been paid for. What is not pulled in time can be pulled later, as many bytes
as a second has, and no more than 9.2 GB. The rate is exact over any time.

Arguments:
    RATE: bytes a second, or a bandwidth such as `1Mbps`.

Handlers:
    rate (read): the bandwidth.
    rate (write): sets that, and starts anew.
    reset (write): starts anew: a packet may be pulled at once.

Examples:
    BandwidthShaper(1000)
    BandwidthShaper(8Mbps)
"""

from elements.definition.arguments import Argument
from elements.definition.csource import CSource
from elements.definition.handlers import StateView, reads
from elements.definition.parsers import bandwidth, bandwidth_text
from elements.definition.ports import Ports
from elements.rates.shaper import RateShaper
from elements.reference.packet import Packet


class BandwidthShaper(RateShaper):
    ports = Ports("1/1", "l/l")
    rate = Argument("RATE", bandwidth)
    wanted = 0

    def cost(self, packet: Packet) -> int:
        return packet.length

    def read_rate(self, text: str) -> int:
        return bandwidth(text)

    def c_source(self) -> CSource:
        return self.shaper_source("p->length")

    @reads("rate")
    def rate_text(self, state: StateView) -> str:
        return bandwidth_text(state.get(self.rate_now))
