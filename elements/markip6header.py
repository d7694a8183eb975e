"""MarkIP6Header([OFFSET])

Says that packets have an IPv6 header OFFSET bytes from their start, without looking.

Arguments:
    OFFSET: bytes from the start of the packet to its IP header; 0 if not given.

Examples:
    MarkIP6Header
    MarkIP6Header(14)
"""

from elements.definition.arguments import Argument
from elements.definition.element import Element
from elements.definition.parsers import integer
from elements.definition.ports import Ports
from elements.program.packet import Packet


class MarkIP6Header(Element):
    ports = Ports("1/1", "a/a")
    offset = Argument("OFFSET", integer(0, 127), 0)

    def program(self, p: Packet) -> None:
        p.set_network(self.offset)
        p.output(0)
