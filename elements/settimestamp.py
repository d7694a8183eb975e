"""SetTimestamp([TIMESTAMP, FIRST, DELTA])

Sets the time of packets: to the present one, or to one that is given.

Arguments:
    TIMESTAMP: a time in seconds since 1970; the machine's clock if not given.
    FIRST: whether it is the first time of those that a packet stands for that is set.
    DELTA: not true any more, see SetTimestampDelta.

Examples:
    SetTimestamp
    SetTimestamp(1.5)
    SetTimestamp(10, FIRST true, DELTA false)
"""

from elements.definition.arguments import Argument, keyword
from elements.definition.parsers import boolean
from elements.definition.ports import Ports
from elements.passing.each_packet import EachPacket
from elements.passing.times import time_of
from elements.reference.machine import Machine
from elements.reference.packet import Packet


class SetTimestamp(EachPacket):
    ports = Ports("1/1", "a/a")
    time = Argument[int | None]("TIMESTAMP", time_of, None)
    first = keyword("FIRST", boolean, False)
    delta = keyword("DELTA", boolean, False)

    def setup(self) -> None:
        if self.delta:
            raise ValueError("SetTimestamp(DELTA) is deprecated, use SetTimestampDelta(TYPE FIRST)")

    def always_sends(self, output: int) -> bool:
        return output == 0

    def each(self, machine: Machine, packet: Packet) -> int:
        time = machine.now if self.time is None else self.time
        if self.first:
            packet.first_time = time
        else:
            packet.time = time
        return 0

    def c_each(self) -> str:
        time = "NOW" if self.time is None else f"{self.time}ULL"
        return f"    p->{'first_time' if self.first else 'time'} = {time};\n"
