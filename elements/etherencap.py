"""EtherEncap(ETHERTYPE, SRC, DST)

Puts an Ethernet header in front of packets.

Arguments:
    ETHERTYPE: the type, such as 0x0800.
    SRC: source address.
    DST: destination address.

Handlers:
    dst (read): destination address.
    ethertype (read): the type, in decimal.
    src (read): source address.

Examples:
    EtherEncap(0x0800, 1:1:1:1:1:1, 2:2:2:2:2:2)
"""

from elements.definition.arguments import Argument
from elements.definition.element import Element
from elements.definition.handlers import StateView, reads
from elements.definition.parsers import ethernet_address, ethernet_text, unsigned16
from elements.definition.ports import Ports
from elements.program.packet import Packet


class EtherEncap(Element):
    ports = Ports("1/1", "a/a")
    type = Argument("ETHERTYPE", unsigned16)
    source = Argument("SRC", ethernet_address)
    destination = Argument("DST", ethernet_address)

    def program(self, p: Packet) -> None:
        p.push(14)
        p.ether.destination = self.destination
        p.ether.source = self.source
        p.ether.type = self.type
        p.output(0)

    @reads("src")
    def source_text(self, state: StateView) -> str:
        return ethernet_text(self.source)

    @reads("dst")
    def destination_text(self, state: StateView) -> str:
        return ethernet_text(self.destination)

    @reads("ethertype")
    def type_text(self, state: StateView) -> str:
        return str(self.type)
