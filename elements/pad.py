"""Pad([LENGTH, ZERO])

Makes packets at least LENGTH bytes long: the bytes behind the others are 0.

Without LENGTH, a packet becomes as long as it was, where it remembers that (see Truncate), as long as that is no more than 65535 bytes.

Arguments:
    LENGTH: bytes of a packet, at least; none if not given.
    ZERO: accepted; new bytes are always 0.

Examples:
    Pad
    Pad(60)
"""

from elements.definition.arguments import Argument, keyword
from elements.definition.parsers import boolean, unsigned16
from elements.definition.ports import Ports
from elements.passing.each_packet import EachPacket
from elements.reference.machine import Machine
from elements.reference.packet import LONGEST, Packet


class Pad(EachPacket):
    ports = Ports("1/1", "a/a")
    length = Argument("LENGTH", unsigned16, 0)
    zero = keyword("ZERO", boolean, True)

    def most_bytes(self, output: int, arriving: tuple[int, ...]) -> int:
        return max(*arriving, self.length) if self.length else LONGEST

    def each(self, machine: Machine, packet: Packet) -> int:
        count = max(0, self.length - packet.length) if self.length else packet.extra_length
        packet.put(count if packet.length + count <= LONGEST else 0)
        packet.extra_length = 0
        return 0

    def c_each(self) -> str:
        count = f"p->length < {self.length}u ? {self.length}u - p->length : 0" if self.length else "p->extra_length"
        return f"""
    uint32_t count = {count};
    if (count && (uint64_t)p->length + count <= LONGEST) PUT(p, count);
    p->extra_length = 0;
"""
