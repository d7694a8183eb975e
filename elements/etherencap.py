"""EtherEncap(ETHERTYPE, SRC, DST)

Puts an Ethernet header in front of packets.

Arguments:
    ETHERTYPE: the type, such as 0x0800.
    SRC: source address.
    DST: destination address.

Handlers:
    dst (read): destination address.
    dst (write): sets that; in hardware it is as it was configured.
    ethertype (read): the type, in decimal.
    ethertype (write): sets that.
    src (read): source address.
    src (write): sets that.

Examples:
    EtherEncap(0x0800, 1:1:1:1:1:1, 2:2:2:2:2:2)
"""

from elements.definition.ports import Ports
from elements.ethernet.addressed import EtherAddressed
from elements.program.packet import Packet


class EtherEncap(EtherAddressed):
    ports = Ports("1/1", "a/a")

    def program(self, p: Packet) -> None:
        source, destination, kind = self.addresses(p)
        p.push(14)
        p.ether.destination, p.ether.source, p.ether.type = destination, source, kind
        p.output(0)
