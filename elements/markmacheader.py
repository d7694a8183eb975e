"""MarkMACHeader([OFFSET, LENGTH])

Says that packets have a link-level header OFFSET bytes from their start.

Nothing here looks for that mark: elements that read a link-level header expect it where the packet starts. Packets pass unchanged.

Arguments:
    OFFSET: bytes from the start of the packet to its link-level header; 0 if not given.
    LENGTH: bytes of that header, behind which the network header is expected; 0 if not given: not known.

Examples:
    MarkMACHeader
    MarkMACHeader(0, 14)
"""

from elements.definition.arguments import Argument
from elements.definition.element import Element
from elements.definition.parsers import unsigned32
from elements.definition.ports import Ports
from elements.program.packet import Packet


class MarkMACHeader(Element):
    ports = Ports("1/1", "a/a")
    offset = Argument("OFFSET", unsigned32, 0)
    length = Argument("LENGTH", unsigned32, 0)

    def program(self, p: Packet) -> None:
        p.output(0)
