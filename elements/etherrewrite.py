"""EtherRewrite(SRC, DST)

Rewrites the Ethernet source and destination addresses. The packet starts with its Ethernet header; in Click they are written
where a MAC header is marked, which may have been taken off.

Arguments:
    SRC: new source address.
    DST: new destination address.

Handlers:
    dst (read): new destination address.
    src (read): new source address.

Examples:
    EtherRewrite(1:1:1:1:1:1, 2:2:2:2:2:2)
"""

from elements.definition.arguments import Argument
from elements.definition.element import Element
from elements.definition.handlers import StateView, reads
from elements.definition.parsers import ethernet_address, ethernet_text
from elements.definition.ports import Ports
from elements.program.packet import Packet


class EtherRewrite(Element):
    ports = Ports("1/1", "a/a")
    source = Argument("SRC", ethernet_address)
    destination = Argument("DST", ethernet_address)

    def program(self, p: Packet) -> None:
        p.ether.destination = self.destination
        p.ether.source = self.source
        p.output(0)

    @reads("src")
    def source_text(self, state: StateView) -> str:
        return ethernet_text(self.source)

    @reads("dst")
    def destination_text(self, state: StateView) -> str:
        return ethernet_text(self.destination)
