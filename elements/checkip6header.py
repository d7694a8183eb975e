"""CheckIP6Header([BADADDRS, OFFSET])

Checks IPv6 headers: version, header and packet length, source address.

Packets that pass have their IP header marked, and are cut to the length in the header. Others leave by output 1, or are dropped where it is
not in use. A source address of all ones is always bad. Nothing is printed; Click prints a line for the first.

Arguments:
    BADADDRS: source addresses that are bad, with spaces between, in quotes; Click refuses several without, here they are taken.
    OFFSET: bytes from the start of the packet to its IP header; 0 if not given.

Handlers:
    drops (read): packets that did not pass.

Examples:
    CheckIP6Header
    CheckIP6Header("2001:db8:5::bad 2001:db8:6::bad")
    CheckIP6Header(OFFSET 14)
"""

from elements.definition.arguments import Argument
from elements.definition.element import Element, StateVariable
from elements.definition.handlers import StateView, reads
from elements.definition.parsers import integer
from elements.definition.ports import Ports
from elements.ip6.addresses import ip6_address
from elements.program.combine import all_of, any_of
from elements.program.packet import Packet
from graph.configuration import unquote

ALL_ONES = (1 << 128) - 1


def _addresses(text: str) -> tuple[int, ...]:
    return tuple(ip6_address(word) for word in unquote(text).split())


class CheckIP6Header(Element):
    ports = Ports("1/1-2", "a/ah")
    bad = Argument[tuple[int, ...]]("BADADDRS", _addresses, ())
    offset = Argument("OFFSET", integer(0, 64), 0)
    dropped = StateVariable(32)

    def program(self, p: Packet) -> None:
        p.set_network(self.offset)
        length, payload = p.length - self.offset, p.field("network", 32, 16)
        source = p.field("network", 64, 128)
        faults = (
            ~p.has(40, "network"),
            p.ip.version.differs(6),
            payload + 40 > length,
            any_of(*(source.equals(address) for address in sorted({ALL_ONES, *self.bad}))),
        )
        with p.when(all_of(*(~fault for fault in faults))):
            p.take(payload + (40 + self.offset))
            p.output(0)
        p.write(self.dropped, p.read(self.dropped) + 1)
        if self.outputs > 1:
            p.set_network_back()
            p.output(1)
        p.drop()

    @reads("drops")
    def drops(self, state: StateView) -> str:
        return str(state.get(self.dropped))
