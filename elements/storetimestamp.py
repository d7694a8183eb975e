"""StoreTimestamp([OFFSET, TAIL])

Writes the time of each packet, in ns since 1970, into the packet: 8 bytes, the lowest first. A packet that is too short grows.

Arguments:
    OFFSET: the byte at which it is written; not beside TAIL.
    TAIL: whether it is written behind the packet.

Examples:
    StoreTimestamp(20)
    StoreTimestamp(TAIL true)
"""

from elements.definition.arguments import Argument, keyword
from elements.definition.parsers import boolean, integer
from elements.definition.ports import Ports
from elements.passing.each_packet import EachPacket
from elements.reference.machine import Machine
from elements.reference.packet import Packet


class StoreTimestamp(EachPacket):
    ports = Ports("1/1", "a/a")
    offset = Argument[int | None]("OFFSET", integer(0, 9000), None)
    tail = keyword("TAIL", boolean, False)

    def setup(self) -> None:
        if (self.offset is not None) == self.tail:
            raise ValueError("supply exactly one of 'OFFSET' and 'TAIL'")

    def most_bytes(self, output: int, arriving: tuple[int, ...]) -> int:
        return max(arriving) + 8 if self.offset is None else max(*arriving, self.offset + 8)

    def each(self, machine: Machine, packet: Packet) -> int:
        at = packet.start + (packet.length if self.offset is None else self.offset)
        end = max(packet.end, at + 8)
        del packet.buffer[packet.end :]
        packet.buffer += bytes(end - packet.end)
        packet.end = end
        packet.buffer[at : at + 8] = packet.time.to_bytes(8, "little")
        return 0

    def c_each(self) -> str:
        at = "p->length" if self.offset is None else f"{self.offset}u"
        return f"""
    uint32_t at = {at};
    if (p->length < at + 8) PUT(p, at + 8 - p->length);
    for (int i = 0; i < 8; i++) p->data[at + i] = p->time >> 8 * i;
"""
