"""SetIP6Address(IPADDR)

Sets the IPv6 destination address annotation.

Arguments:
    IPADDR: the address.

Examples:
    SetIP6Address(3ffe::1)
"""

from elements.definition.arguments import Argument
from elements.definition.csource import CSource
from elements.ip6.addresses import c_bytes, ip6_address
from elements.ip6.each import EachPacket
from elements.reference.machine import Machine
from elements.reference.packet import Packet


class SetIP6Address(EachPacket):
    address = Argument("IPADDR", ip6_address)

    def act(self, machine: Machine, packet: Packet) -> Packet | None:
        packet.dst_ip6 = self.address
        return packet

    def c_source(self) -> CSource:
        return self.each(
            f"""
    static const uint8_t address[16] = {c_bytes(self.address, 16)};
    memcpy(p->dst_ip6, address, 16);
""",
            CSource(is_short=True),
        )
