"""MarkMACHeader([OFFSET, LENGTH])

Says that packets have a link-level header OFFSET bytes from their start, and, with LENGTH, their network header behind it.

Nothing here looks for the mark of a link-level header: elements that read one expect it where the packet starts.

Arguments:
    OFFSET: bytes from the start of the packet to its link-level header; 0 if not given.
    LENGTH: bytes of that header, behind which the network header is marked; 0, if not given, leaves the network header's mark as it is.

Examples:
    MarkMACHeader
    MarkMACHeader(0, 14)
"""

from typing import Final

from elements.definition.arguments import Argument
from elements.definition.element import Element
from elements.definition.parsers import unsigned32
from elements.definition.ports import Ports
from elements.program.packet import Packet

FARTHEST: Final = 127


class MarkMACHeader(Element):
    ports = Ports("1/1", "a/a")
    offset = Argument("OFFSET", unsigned32, 0)
    length = Argument("LENGTH", unsigned32, 0)

    def setup(self) -> None:
        if self.length and self.offset + self.length > FARTHEST:
            raise ValueError(f"OFFSET and LENGTH: together at most {FARTHEST} bytes are wanted, not {self.offset + self.length}")

    def program(self, p: Packet) -> None:
        if self.length:
            p.set_network(self.offset + self.length)
        p.output(0)
