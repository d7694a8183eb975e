"""FixIPSrc(IPADDR)

Gives packets whose fix-source annotation is set (ICMP errors of this router) the source address IPADDR, and clears the annotation.

The checksum is updated by RFC 1624, equation 3. Packets whose IP header is not marked or not whole are left as they are.

Arguments:
    IPADDR: the address of the interface that packets leave by.

Examples:
    FixIPSrc(10.0.0.1)
"""

from elements.definition.arguments import Argument
from elements.definition.element import Element
from elements.definition.parsers import ip_address
from elements.definition.ports import Ports
from elements.program.headers import ones_complement_sum, words_of
from elements.program.packet import Packet
from elements.program.values import const


class FixIPSrc(Element):
    ports = Ports("1/1", "a/a")
    address = Argument("IPADDR", ip_address)

    def program(self, p: Packet) -> None:
        with p.when(p.annotation("fix_ip_src") & p.has(20, "network")):
            old, new = p.ip.source, const(self.address, 32)
            # RFC 1624, equation 3, for both words of the address.
            p.ip.checksum = ~ones_complement_sum([~p.ip.checksum, *words_of(~old), *words_of(new)])
            p.ip.source = new
            p.annotate("fix_ip_src", 0)
        p.output(0)
