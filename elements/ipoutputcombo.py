"""IPOutputCombo(COLOR, IPADDR, MTU)

Does at once what a router does on its way out: DropBroadcasts, PaintTee(COLOR), IPGWOptions(IPADDR), FixIPSrc(IPADDR), DecIPTTL.

Packets that came as link-level broadcast or multicast are dropped. By output 1 goes a copy of packets with paint COLOR; by output 2 those
with an option that is wrong, by output 3 those whose time to live is 1 or less, and by output 4, where an IPFragmenter stands, those of
more than MTU bytes, which are otherwise as those of output 0. Packets whose IP header is not marked or not whole leave by output 3
unchanged, where Click stops. Where an option or the source is filled in, the checksum is computed anew.

Arguments:
    COLOR: the paint that is copied, 0 to 255.
    IPADDR: the address of the interface that packets leave by.
    MTU: most bytes of a packet.

Examples:
    IPOutputCombo(1, 18.26.4.24, 1500)
"""

from typing import Final

from elements.definition.arguments import Argument
from elements.definition.csource import CSource
from elements.definition.element import Element
from elements.definition.parsers import byte, ip_address, unsigned32
from elements.definition.ports import Ports
from elements.icmperror import CHECKSUM, checksum
from elements.ipoptions.gateway import DAY, WrongOption, fill_in, fill_in_c
from elements.reference.machine import Machine
from elements.reference.packet import Packet

COPIED, WRONG, EXPIRED, LONG = 1, 2, 3, 4
BROADCAST, MULTICAST = 1, 2


class IPOutputCombo(Element):
    ports = Ports("1/5", "h/h")
    color = Argument("COLOR", byte)
    address = Argument("IPADDR", ip_address)
    mtu = Argument("MTU", unsigned32)

    @property
    def most_ways(self) -> int:
        return 2

    def push(self, machine: Machine, port: int, packet: Packet) -> None:
        if packet.packet_type in (BROADCAST, MULTICAST):
            return
        if packet.paint == self.color:
            machine.push_out(self.name, COPIED, packet.copy())
        machine.push_out(self.name, self._way(packet, machine.now // 1_000_000 % DAY), packet)

    def _way(self, packet: Packet, time: int) -> int:
        """The output of a packet, with its header as it leaves."""
        network = packet.network
        if network is None or not packet.start <= network <= packet.end - 20:
            return EXPIRED
        length = 4 * (packet.buffer[network] & 15)
        if not 20 <= length <= packet.end - network:
            return EXPIRED
        header = bytearray(packet.buffer[network : network + length])
        try:
            changed = fill_in(header, time, self.address, ())
        except WrongOption as error:
            packet.parameter = error.at
            return WRONG
        if packet.fix_ip_src:
            packet.fix_ip_src = 0
            header[12:16] = self.address.to_bytes(4, "big")
            changed = True
        if changed:
            header[10:12] = bytes(2)
            header[10:12] = checksum(bytes(header)).to_bytes(2, "big")
        alive = header[8] > 1
        if alive:
            header[8] -= 1
            header[10:12] = _one_less(int.from_bytes(header[10:12], "big")).to_bytes(2, "big")
        packet.buffer[network : network + length] = header
        return EXPIRED if not alive else LONG if packet.length > self.mtu else 0

    def c_source(self) -> CSource:
        usual = f"""
    if (v->packet_type != {BROADCAST} && v->packet_type != {MULTICAST} && v->paint != {self.color} && v->network >= 0
        && (int64_t)v->length - v->network >= 20 && !v->fix_ip_src && v->length <= {self.mtu}u
        && (v->data[v->network] & 15) == 5 && v->data[v->network + 8] > 1) {{
        uint8_t *ip = v->data + v->network;
    {_HOP}        PASS(0);
    }}
"""
        return CSource(
            helpers=CHECKSUM,
            quick=usual,
            push=f"""
    if (p->packet_type == {BROADCAST} || p->packet_type == {MULTICAST}) {{ KILL(p); return; }}
    if (p->paint == {self.color}) OUT({COPIED}, CLONE(p));
    int64_t there = p->network < 0 ? 0 : (int64_t)p->length - p->network;
    uint32_t whole = there < 20 ? 0 : 4 * (p->data[p->network] & 15);
    if (whole < 20 || whole > there) {{ OUT({EXPIRED}, p); return; }}
{fill_in_c(self.address, ())}
    if (wrong) {{
        p->parameter = wrong;
        OUT({WRONG}, p);
        return;
    }}
    uint8_t *ip = p->data + p->network;
    if (ours) memcpy(ip, header, length);
    if (p->fix_ip_src) {{
        p->fix_ip_src = 0;
        put32(ip + 12, 0x{self.address:x}u);
        ours = 1;
    }}
    if (ours) {{
        put16(ip + 10, 0);
        put16(ip + 10, internet_checksum(ip, whole));
    }}
    if (ip[8] <= 1) {{ OUT({EXPIRED}, p); return; }}
{_HOP}    OUT(p->length > {self.mtu}u ? {LONG} : 0, p);
""",
        )


def _one_less(total: int) -> int:
    """The checksum of a header whose time to live is one less (RFC 1624, equation 3)."""
    whole = (total ^ 0xFFFF) + 0xFEFF
    return ((whole & 0xFFFF) + (whole >> 16)) ^ 0xFFFF


_HOP: Final = """    uint32_t sum = (~get16(ip + 10) & 0xffff) + 0xfeff;
    ip[8]--;
    put16(ip + 10, ~((sum & 0xffff) + (sum >> 16)));
"""
"""The header at ``ip`` goes on, with a time to live that is one less."""
