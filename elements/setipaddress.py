"""SetIPAddress(IPADDR)

Sets the destination address annotation.

Arguments:
    IPADDR: the address.

Examples:
    SetIPAddress(10.1.2.3)
"""

from elements.definition.arguments import Argument
from elements.definition.element import Element
from elements.definition.parsers import ip_address
from elements.definition.ports import Ports
from elements.program.packet import Packet


class SetIPAddress(Element):
    ports = Ports("1/1", "a/a")
    address = Argument("IPADDR", ip_address)

    def program(self, p: Packet) -> None:
        p.annotate("dst_ip", self.address)
        p.output(0)
