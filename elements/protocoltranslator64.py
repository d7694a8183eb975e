"""ProtocolTranslator64()

Makes IPv4 packets of IPv6 packets between addresses that stand for IPv4 ones, `::ffff:1.2.3.4` (RFC 2765).

The packets start with their IPv6 header. The new header has no options and may not be fragmented; the hop limit becomes the time to live,
the checksums of TCP, UDP and ICMP are made anew. ICMPv6 echoes and errors become those of ICMP; what errors quote stays as it is. Packets
that are shorter than their header says or are not between such addresses are dropped, and so are other ICMPv6 packets, for which Click
stops. Other protocols pass as they are, where Click does not tell their number. The next hop's MTU in errors is 20 less; Click tells none.

Examples:
    ProtocolTranslator64
"""

from elements.definition.csource import CSource
from elements.ip6.translators import MAPPED, TRANSLATORS, Translator, icmp_64, one_complement_sum, with_checksum
from elements.reference.machine import Machine
from elements.reference.packet import Packet


class ProtocolTranslator64(Translator):
    def act(self, machine: Machine, packet: Packet) -> Packet | None:
        data = packet.data
        if len(data) < 40:
            return None
        length, protocol = int.from_bytes(data[4:6], "big"), data[6]
        source, destination = (int.from_bytes(data[at : at + 16], "big") for at in (8, 24))
        if length > len(data) - 40 or any(each >> 32 << 32 != MAPPED or each == MAPPED for each in (source, destination)):
            return None
        message: bytes | None = data[40 : 40 + length]
        assert message is not None
        if protocol == 58:
            message = icmp_64(message) if length >= 8 else None
            protocol = 1
        if message is None or length > 0xFFFF - 20:
            return None
        addresses = data[20:24] + data[36:40]
        pseudo = b"" if protocol == 1 else addresses + bytes((0, protocol)) + length.to_bytes(2, "big")
        header = b"\x45\0" + (20 + length).to_bytes(2, "big") + b"\0\0\x40\0" + bytes((data[7], protocol, 0, 0)) + addresses
        header = header[:10] + (one_complement_sum(header) ^ 0xFFFF).to_bytes(2, "big") + header[12:]
        return Packet.of(header + with_checksum(pseudo, protocol, message), time=packet.time, device=packet.device)

    def c_each(self) -> str:
        return """
    struct packet *q = NULL;
    const uint8_t *d = p->data;
    uint32_t length = p->length >= 40 ? get16(d + 4) : 0xffff, protocol = p->length >= 40 ? d[6] : 0;
    if (p->length >= 40 && length <= p->length - 40 && length <= 0xffff - 20 && (protocol != 58 || length >= 8)
        && !get32(d + 8) && !get32(d + 12) && get32(d + 16) == 0xffff && get32(d + 20)
        && !get32(d + 24) && !get32(d + 28) && get32(d + 32) == 0xffff && get32(d + 36)) {
        q = NEW_PACKET(20 + length);
        uint8_t *made = q->data;
        memcpy(made + 20, d + 40, length);
        if (protocol == 58 && !xlat_64(made + 20)) {
            KILL(q);
            q = NULL;
        } else {
            if (protocol == 58) protocol = 1;
            made[0] = 0x45;
            put16(made + 2, 20 + length);
            made[6] = 0x40;
            made[8] = d[7];
            made[9] = protocol;
            memcpy(made + 12, d + 20, 4);
            memcpy(made + 16, d + 36, 4);
            put16(made + 10, xlat_sum(made, 20) ^ 0xffff);
            xlat_checksum(made + 20, length, protocol, protocol == 1 ? 0 : xlat_sum(made + 12, 8) + protocol + length);
            q->device = p->device;
            q->time = p->time;
        }
    }
    KILL(p);
    p = q;
"""

    def c_rest(self) -> CSource:
        return CSource(shared=(TRANSLATORS,))
