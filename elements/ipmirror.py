"""IPMirror([DST_ANNO])

Swaps source and destination of IP packets: addresses, ports of TCP and UDP, sequence and acknowledgement numbers of TCP.

Checksums stay right. The IP header must be marked. Packets that have no whole IP header pass unchanged, and those of which fewer than 8
bytes are behind it, and later fragments, keep what is there.

Arguments:
    DST_ANNO: whether the destination annotation becomes the new destination; true if not given.

Examples:
    IPMirror
    IPMirror(DST_ANNO false)
"""

from elements.definition.arguments import Argument
from elements.definition.parsers import boolean
from elements.definition.ports import Ports
from elements.passing.each_packet import EachPacket
from elements.reference.machine import Machine
from elements.reference.packet import Packet


class IPMirror(EachPacket):
    ports = Ports("1/1", "a/a")
    annotate = Argument("DST_ANNO", boolean, True)

    def each(self, machine: Machine, packet: Packet) -> int:
        ip, buffer = packet.network, packet.buffer
        if ip is None or ip < packet.start or packet.end - ip < 20:
            return 0
        buffer[ip + 12 : ip + 20] = buffer[ip + 16 : ip + 20] + buffer[ip + 12 : ip + 16]
        if self.annotate:
            packet.dst_ip = int.from_bytes(buffer[ip + 16 : ip + 20], "big")
        message = ip + max(20, 4 * (buffer[ip] & 15))
        later = int.from_bytes(buffer[ip + 6 : ip + 8], "big") & 0x1FFF
        if buffer[ip + 9] not in (6, 17) or later or packet.end - message < 8:
            return 0
        buffer[message : message + 4] = buffer[message + 2 : message + 4] + buffer[message : message + 2]
        if buffer[ip + 9] == 6 and packet.end - message >= 12:
            buffer[message + 4 : message + 12] = buffer[message + 8 : message + 12] + buffer[message + 4 : message + 8]
        return 0

    helpers = """
static void ip_mirror(struct packet *p, int annotate)
{
    if (p->network == NO_NETWORK || p->network < 0 || (int64_t)p->length - p->network < 20) return;
    uint8_t *ip = p->data + p->network, *end = p->data + p->length, *message = ip + 4 * ((ip[0] & 15) < 5 ? 5 : ip[0] & 15);
    uint32_t source = get32(ip + 12);
    put32(ip + 12, get32(ip + 16));
    put32(ip + 16, source);
    if (annotate) p->dst_ip = source;
    if ((ip[9] != 6 && ip[9] != 17) || (get16(ip + 6) & 0x1fff) || end - message < 8) return;
    uint32_t port = get16(message);
    put16(message, get16(message + 2));
    put16(message + 2, port);
    if (ip[9] != 6 || end - message < 12) return;
    uint32_t number = get32(message + 4);
    put32(message + 4, get32(message + 8));
    put32(message + 8, number);
}
"""

    def c_each(self) -> str:
        return f"    ip_mirror(p, {int(self.annotate)});\n"
