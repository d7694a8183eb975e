"""GetIP6Address(OFFSET)

Sets the IPv6 destination address annotation from sixteen bytes of the packet; those behind its end are zero.

Arguments:
    OFFSET: bytes from the start of the packet, usually 24 (no Ethernet header) or 38.

Examples:
    GetIP6Address(24)
"""

from elements.definition.arguments import Argument
from elements.definition.parsers import integer
from elements.definition.ports import Ports
from elements.passing.each_packet import Replacing
from elements.reference.machine import Machine
from elements.reference.packet import Packet


class GetIP6Address(Replacing):
    ports = Ports("1/1", "a/a")
    software_reason = "IPv6 addresses beside packets are the software's"
    offset = Argument("OFFSET", integer(0, 65535))

    def act(self, machine: Machine, packet: Packet) -> Packet | None:
        packet.dst_ip6 = int.from_bytes(packet.data[self.offset : self.offset + 16].ljust(16, b"\0"), "big")
        return packet

    def c_each(self) -> str:
        return f"""
    uint32_t there = p->length > {self.offset}u ? p->length - {self.offset}u : 0;
    memset(p->dst_ip6, 0, 16);
    memcpy(p->dst_ip6, p->data + (there ? {self.offset}u : 0), there < 16 ? there : 16);
"""
