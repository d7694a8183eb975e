"""ICMPPingResponder()

Answers ICMP echo requests (RFC 792); other packets leave by output 1, or are dropped where it is not in use.

The answer is the request with its addresses exchanged, a time to live of 255 and no fragment flags; checksums are updated (RFC 1624,
equation 3), so that one which was wrong is still wrong. Its destination annotation is the request's source, its paint is 0, and its time
is now. The IP header must be marked; a source route is not turned round.

Examples:
    ICMPPingResponder
"""

from typing import ClassVar

from elements.definition.csource import CSource
from elements.definition.ports import Ports
from elements.passing.each_packet import EachPacket
from elements.reference.machine import Machine
from elements.reference.packet import Packet


class ICMPPingResponder(EachPacket):
    ports = Ports("1/1-2", "a/ah")
    is_rare: ClassVar[bool] = True

    def each(self, machine: Machine, packet: Packet) -> int:
        return 0 if self._answer(machine, packet) else 1

    @staticmethod
    def _answer(machine: Machine, packet: Packet) -> bool:
        """Make ``packet`` the answer to itself; whether it was an echo request."""
        buffer, at = packet.buffer, packet.network
        if at is None or at < packet.start or packet.end - at < 20:
            return False
        message = at + 4 * (buffer[at] & 15)
        if message < at + 20 or packet.end - message < 8 or buffer[at + 9] != 1 or buffer[message] != 8:
            return False
        buffer[at + 12 : at + 20] = buffer[at + 16 : at + 20] + buffer[at + 12 : at + 16]
        _change(buffer, at + 10, at + 6, 0)
        _change(buffer, at + 10, at + 8, 0xFF00 | buffer[at + 9])
        _change(buffer, message + 2, message, 0)
        if not any(buffer[message : packet.end]):
            # Zero stands for all ones where everything else is zero, and then only that is a checksum.
            buffer[message + 2 : message + 4] = b"\xff\xff"
        packet.dst_ip = int.from_bytes(buffer[at + 16 : at + 20], "big")
        packet.paint = 0
        packet.time = machine.now
        return True

    def c_each(self) -> str:
        return "    if (!answer_ping(p, NOW)) way = 1;\n"

    def c_rest(self) -> CSource:
        return CSource(helpers=_HELPERS)


def _change(buffer: bytearray, checksum: int, place: int, word: int) -> None:
    """Set the 16 bits at ``place`` to ``word``, and bring the checksum at ``checksum`` in line."""
    old = int.from_bytes(buffer[place : place + 2], "big")
    total = (int.from_bytes(buffer[checksum : checksum + 2], "big") ^ 0xFFFF) + (old ^ 0xFFFF) + word
    total = (total & 0xFFFF) + (total >> 16)
    total = (total & 0xFFFF) + (total >> 16)
    buffer[place : place + 2] = word.to_bytes(2, "big")
    buffer[checksum : checksum + 2] = (total ^ 0xFFFF).to_bytes(2, "big")


_HELPERS = """
static void ping_change(uint8_t *checksum, uint8_t *place, uint32_t word)
{
    uint32_t total = (get16(checksum) ^ 0xffff) + (get16(place) ^ 0xffff) + word;
    total = (total & 0xffff) + (total >> 16);
    total = (total & 0xffff) + (total >> 16);
    put16(place, word);
    put16(checksum, total ^ 0xffff);
}
/* Makes the packet the answer to itself; whether it was an echo request. */
static int answer_ping(struct packet *p, uint64_t time)
{
    if (p->network == NO_NETWORK || p->network < 0 || (int64_t)p->length - p->network < 20) return 0;
    uint8_t *ip = p->data + p->network, *message = ip + 4 * (ip[0] & 15);
    if ((ip[0] & 15) < 5 || p->data + p->length - message < 8 || ip[9] != 1 || message[0] != 8) return 0;
    uint32_t source = get32(ip + 12);
    put32(ip + 12, get32(ip + 16));
    put32(ip + 16, source);
    ping_change(ip + 10, ip + 6, 0);
    ping_change(ip + 10, ip + 8, 0xff00 | ip[9]);
    ping_change(message + 2, message, 0);
    const uint8_t *other = message, *end = p->data + p->length;
    while (other < end && !*other) other++;
    if (other == end) put16(message + 2, 0xffff);
    p->dst_ip = source;
    p->paint = 0;
    p->time = time;
    return 1;
}
"""
