"""AggregatePaint([BITS, INCREMENTAL])

Makes a packet's paint the number of its aggregate.

A packet that was given none has the number 0. In Click, a VLAN annotation is kept in the same place, and is lost.

Arguments:
    BITS: how many bits of the paint count, 1 to 8; 8 if not given.
    INCREMENTAL: whether they are put behind those of the number that the packet has.

Examples:
    AggregatePaint
    AggregatePaint(2, INCREMENTAL true)
"""

from elements.definition.arguments import Argument, keyword
from elements.definition.parsers import boolean, integer
from elements.definition.ports import Ports
from elements.passing.each_packet import EachPacket
from elements.reference.machine import Machine
from elements.reference.packet import Packet


class AggregatePaint(EachPacket):
    ports = Ports("1/1", "a/a")
    bits = Argument("BITS", integer(1, 8), 8)
    incremental = keyword("INCREMENTAL", boolean, False)

    def always_sends(self, output: int) -> bool:
        return output == 0

    def each(self, machine: Machine, packet: Packet) -> int:
        paint = packet.paint & ((1 << self.bits) - 1)
        packet.aggregate = (packet.aggregate << self.bits if self.incremental else 0) + paint & 0xFFFF_FFFF
        return 0

    def c_each(self) -> str:
        before = f"(p->aggregate << {self.bits}) + " if self.incremental else ""
        return f"    p->aggregate = {before}(p->paint & {(1 << self.bits) - 1}u);\n"
