"""ICMP6Error(SRC, TYPE, CODE)

Answers IPv6 packets with an ICMPv6 error or redirect about them (RFC 4443, RFC 4861).

The error quotes at most 568 bytes of the packet, from its start. Its destination is the packet's source, and the IPv6 destination
annotation, too; the fix-source annotation is set. A parameter problem tells the packet's parameter annotation, a packet too big 1500
bytes, in network byte order where Click's are in the processor's; a redirect of code 0 tells the annotated address. There is no answer to
packets without a marked and whole IPv6 header, to multicasts and broadcasts of either layer, and to ICMPv6 errors (Click, which looks at
the wrong byte, answers them). An error has the time of the packet, in Click none.

Arguments:
    SRC: the address of the sender of errors.
    TYPE: 1 (unreachable), 2 (packet too big), 3 (time exceeded), 4 (parameter problem) or 137 (redirect).
    CODE: the code.

Examples:
    ICMP6Error(2001:db8:5::1, 3, 0)
    ICMP6Error(2001:db8::1, 137, 0)
    ICMP6Error(2001:db8::1, 4, 0)
"""

from typing import Final

from elements.definition.arguments import Argument
from elements.definition.csource import CSource
from elements.definition.element import Move
from elements.definition.parsers import byte
from elements.definition.ports import Ports
from elements.ip6.addresses import CHECKSUM_C, NEXT_ICMP6, c_bytes, checksum, ip6_address
from elements.passing.each_packet import Replacing
from elements.reference.machine import Machine
from elements.reference.packet import Packet

QUOTED: Final = 568
TOO_BIG, PARAMETER, REDIRECT = 2, 4, 137


def _type(text: str) -> int:
    number = byte(text)
    if number not in (1, TOO_BIG, 3, PARAMETER, REDIRECT):
        raise ValueError(f"the type of an error or a redirect is wanted (1, 2, 3, 4, 137), not {number}")
    return number


class ICMP6Error(Replacing):
    ports = Ports("1/1", "a/a")
    is_short = False
    software_reason = "IPv6 addresses beside packets are the software's"
    source = Argument("SRC", ip6_address)
    type = Argument("TYPE", _type)
    code = Argument("CODE", byte)

    def setup(self) -> None:
        if not self.source:
            raise ValueError("SRC: an address that is not :: is wanted")
        # The redirect's two addresses are there whatever the code is; what is quoted begins where they would with another one.
        self.room = 32 if self.type == REDIRECT else 0
        self.told = 32 if self.type == REDIRECT and self.code == 0 else 0

    def move(self, output: int) -> Move:
        return Move(None, 0)

    def most_bytes(self, output: int, arriving: tuple[int, ...]) -> int:
        return 48 + self.room + QUOTED

    def act(self, machine: Machine, packet: Packet) -> Packet | None:
        network = packet.network
        if network is None or network < packet.start or packet.end - network < 40 or packet.packet_type in (1, 2):
            return None
        header = bytes(packet.buffer[network : packet.end])
        if header[24] == 0xFF or (header[6] == NEXT_ICMP6 and (len(header) == 40 or header[40] in (1, 2, 3, 4))):
            return None
        quoted = packet.data[:QUOTED]
        rest = bytes(4)
        if self.code == 0 and self.type == TOO_BIG:
            rest = (1500).to_bytes(4, "big")
        elif self.code == 0 and self.type == PARAMETER:
            rest = packet.parameter.to_bytes(4, "big")
        told = packet.dst_ip6.to_bytes(16, "big") + header[24:40] if self.told else b""
        message = bytes((self.type, self.code, 0, 0)) + rest + told + quoted + bytes(self.room - self.told)
        own = self.source.to_bytes(16, "big")
        message = message[:2] + checksum(own, header[8:24], message).to_bytes(2, "big") + message[4:]
        front = b"\x60\0\0\0" + len(message).to_bytes(2, "big") + bytes((NEXT_ICMP6, 255)) + own + header[8:24]
        error = Packet.of(front + message, time=packet.time, device=packet.device)
        error.network = error.start
        error.dst_ip6 = int.from_bytes(header[8:24], "big")
        error.fix_ip_src = 1
        return error

    def c_each(self) -> str:
        rest = ""
        if self.code == 0 and self.type in (TOO_BIG, PARAMETER):
            rest = f"put32(message + 4, {'1500' if self.type == TOO_BIG else 'p->parameter'});"
        told = "memcpy(message + 8, p->dst_ip6, 16);\n        memcpy(message + 24, ip + 24, 16);" if self.told else ""
        return f"""
    static const uint8_t own[16] = {c_bytes(self.source, 16)};
    struct packet *q = NULL;
    const uint8_t *ip = p->data + p->network;
    int64_t there = p->network < 0 ? 0 : (int64_t)p->length - p->network;
    if (there >= 40 && p->packet_type != 1 && p->packet_type != 2 && ip[24] != 0xff
        && !(ip[6] == {NEXT_ICMP6} && (there == 40 || (ip[40] >= 1 && ip[40] <= 4)))) {{
        uint32_t quoted = p->length < {QUOTED} ? p->length : {QUOTED}, length = 8 + {self.room} + quoted;
        q = NEW_PACKET(40 + length);
        uint8_t *made = q->data, *message = made + 40;
        made[0] = 0x60;
        put16(made + 4, length);
        made[6] = {NEXT_ICMP6};
        made[7] = 255;
        memcpy(made + 8, own, 16);
        memcpy(made + 24, ip + 8, 16);
        message[0] = {self.type};
        message[1] = {self.code};
        {rest}{told}
        memcpy(message + 8 + {self.told}, p->data, quoted);
        put16(message + 2, ip6_checksum(made + 8, message, length));
        q->network = 0;
        memcpy(q->dst_ip6, ip + 8, 16);
        q->fix_ip_src = 1;
        q->device = p->device;
        q->time = p->time;
    }}
    KILL(p);
    p = q;
"""

    def c_rest(self) -> CSource:
        return CSource(shared=(CHECKSUM_C,))
