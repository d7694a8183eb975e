"""Shaper(RATE)

Gives, when it is pulled from, at most RATE packets a second at output 0, as evenly as it is pulled from.

What is not pulled in time can be pulled later, as many packets as a second has. Output 1, where it is in use, gives packets while output 0
may not. With a rate of 0, output 0 gives one packet. The rate is exact over any time.

Arguments:
    RATE: packets a second.

Handlers:
    rate (read): packets a second.
    rate (write): sets that, and starts anew.
    reset (write): starts anew: a packet may be pulled at once.

Examples:
    Shaper(1000)
    Shaper(0)
"""

from elements.definition.arguments import Argument
from elements.definition.csource import CSource
from elements.definition.handlers import StateView, reads
from elements.definition.parsers import unsigned32
from elements.definition.ports import Ports
from elements.rates.shaper import RateShaper
from elements.reference.packet import Packet


class Shaper(RateShaper):
    ports = Ports("1/1-2", "l/l")
    rate = Argument("RATE", unsigned32)

    def cost(self, packet: Packet) -> int:
        return 1

    def read_rate(self, text: str) -> int:
        return unsigned32(text)

    def c_source(self) -> CSource:
        return self.shaper_source("1")

    @reads("rate")
    def rate_text(self, state: StateView) -> str:
        return str(state.get(self.rate_now))
