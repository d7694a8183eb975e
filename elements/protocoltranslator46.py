"""ProtocolTranslator46()

Makes IPv6 packets of IPv4 packets; addresses become those that stand for them, `::ffff:1.2.3.4` (RFC 2765).

The packets start with their IPv4 header, whose options go. The time to live becomes the hop limit (Click adds 65), the checksums of TCP,
UDP and ICMPv6 are made anew. ICMP echoes and errors become those of ICMPv6; what errors quote stays as it is. Packets that are shorter than
their header says are dropped, and so are fragments and other ICMP packets, for which Click stops. Other protocols pass as they are, where
Click does not tell their number. The next hop's MTU in errors is 20 more; Click tells none.

Examples:
    ProtocolTranslator46
"""

from elements.definition.csource import CSource
from elements.ip6.translators import MAPPED, TRANSLATORS, Translator, icmp_46, with_checksum
from elements.reference.machine import Machine
from elements.reference.packet import Packet


class ProtocolTranslator46(Translator):
    def act(self, machine: Machine, packet: Packet) -> Packet | None:
        data = packet.data
        if len(data) < 20:
            return None
        start, total, protocol = 4 * (data[0] & 15), int.from_bytes(data[2:4], "big"), data[9]
        if start < 20 or not start <= total <= len(data) or data[6] & 0x3F or data[7]:
            return None
        message: bytes | None = data[start:total]
        assert message is not None
        if protocol == 1:
            message = icmp_46(message) if len(message) >= 8 else None
            protocol = 58
        if message is None:
            return None
        addresses = b"".join((MAPPED | int.from_bytes(data[at : at + 4], "big")).to_bytes(16, "big") for at in (12, 16))
        pseudo = addresses + len(message).to_bytes(4, "big") + protocol.to_bytes(4, "big")
        header = b"\x60\0\0\0" + len(message).to_bytes(2, "big") + bytes((protocol, data[8])) + addresses
        return Packet.of(header + with_checksum(pseudo, protocol, message), time=packet.time, device=packet.device)

    def c_each(self) -> str:
        return """
    struct packet *q = NULL;
    const uint8_t *d = p->data;
    uint32_t start = p->length >= 20 ? 4 * (d[0] & 15) : 0, total = start ? get16(d + 2) : 0;
    if (start >= 20 && start <= total && total <= p->length && !(get16(d + 6) & 0x3fff) && (d[9] != 1 || total - start >= 8)) {
        uint32_t length = total - start, protocol = d[9];
        q = NEW_PACKET(40 + length);
        uint8_t *made = q->data;
        memcpy(made + 40, d + start, length);
        if (protocol == 1 && !xlat_46(made + 40)) {
            KILL(q);
            q = NULL;
        } else {
            if (protocol == 1) protocol = 58;
            made[0] = 0x60;
            put16(made + 4, length);
            made[6] = protocol;
            made[7] = d[8];
            put16(made + 18, 0xffff);
            memcpy(made + 20, d + 12, 4);
            put16(made + 34, 0xffff);
            memcpy(made + 36, d + 16, 4);
            xlat_checksum(made + 40, length, protocol, xlat_sum(made + 8, 32) + protocol + length);
            q->device = p->device;
            q->time = p->time;
        }
    }
    KILL(p);
    p = q;
"""

    def c_rest(self) -> CSource:
        return CSource(shared=(TRANSLATORS,))
