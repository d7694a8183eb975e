"""SetIP6Address(IPADDR)

Sets the IPv6 destination address annotation.

Arguments:
    IPADDR: the address.

Examples:
    SetIP6Address(3ffe::1)
"""

from elements.definition.arguments import Argument
from elements.definition.ports import Ports
from elements.ip6.addresses import c_bytes, ip6_address
from elements.passing.each_packet import Replacing
from elements.reference.machine import Machine
from elements.reference.packet import Packet


class SetIP6Address(Replacing):
    ports = Ports("1/1", "a/a")
    software_reason = "IPv6 addresses beside packets are the software's"
    address = Argument("IPADDR", ip6_address)

    def act(self, machine: Machine, packet: Packet) -> Packet | None:
        packet.dst_ip6 = self.address
        return packet

    def c_each(self) -> str:
        return f"""
    static const uint8_t address[16] = {c_bytes(self.address, 16)};
    memcpy(p->dst_ip6, address, 16);
"""
