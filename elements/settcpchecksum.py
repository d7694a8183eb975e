"""SetTCPChecksum([FIXOFF])

Sets the checksum of TCP headers.

The IP header must be marked; its length says how far the segment goes. Packets that have less, or no TCP header, are dropped.

Arguments:
    FIXOFF: whether a data offset that cannot be is set to the least that can, or to the end of the segment; false if not given.

Examples:
    SetTCPChecksum
    SetTCPChecksum(FIXOFF true)
"""

from elements.checksums.sums import SUMS, checksum, pseudo_sum
from elements.definition.arguments import Argument
from elements.definition.parsers import boolean
from elements.definition.ports import Ports
from elements.passing.each_packet import DROP, EachPacket
from elements.reference.machine import Machine
from elements.reference.packet import Packet

_BAD = "SetTCPChecksum: bad lengths"


class SetTCPChecksum(EachPacket):
    ports = Ports("1/1", "a/a")
    helpers = SUMS
    fix = Argument("FIXOFF", boolean, False)

    def each(self, machine: Machine, packet: Packet) -> int:
        buffer, ip = packet.buffer, packet.network
        if ip is None or ip < packet.start or packet.end - ip < 20:
            machine.trace(_BAD)
            return DROP
        message = ip + 4 * (buffer[ip] & 15)
        length = int.from_bytes(buffer[ip + 2 : ip + 4], "big") - (message - ip)
        if length < 20 or length > packet.end - message or message - ip < 20:
            machine.trace(_BAD)
            return DROP
        offset = 4 * (buffer[message + 12] >> 4)
        fragment = int.from_bytes(buffer[ip + 6 : ip + 8], "big") & 0x3FFF
        if self.fix and (offset < 20 or (offset > length and not fragment)):
            right = 5 if offset < 20 else (length >> 2) & 15
            buffer[message + 12] = right << 4 | (buffer[message + 12] & 15)
        buffer[message + 16 : message + 18] = b"\0\0"
        total = checksum(buffer[message : message + length], pseudo_sum(buffer, ip, length))
        buffer[message + 16 : message + 18] = total.to_bytes(2, "big")
        return 0

    def c_each(self) -> str:
        return f"""
    int good = p->network != NO_NETWORK && p->network >= 0 && (int64_t)p->length - p->network >= 20;
    uint8_t *ip = p->data + (good ? p->network : 0), *message = ip + (good ? 4 * (ip[0] & 15) : 0);
    int64_t length = good ? (int64_t)get16(ip + 2) - (message - ip) : 0;
    if (length < 20 || length > p->data + p->length - message || message - ip < 20) {{
        way = -1;
        TRACE("{_BAD}", {len(_BAD)});
    }} else {{
        uint32_t offset = 4 * (message[12] >> 4);
        if ({int(self.fix)} && (offset < 20 || (offset > length && !(get16(ip + 6) & 0x3fff))))
            message[12] = (offset < 20 ? 5 : (length >> 2) & 15) << 4 | (message[12] & 15);
        put16(message + 16, 0);
        put16(message + 16, ~ones_sum(message, (uint32_t)length, pseudo_sum(ip, (uint32_t)length)));
    }}
"""
