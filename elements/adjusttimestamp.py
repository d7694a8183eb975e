"""AdjustTimestamp([TIME, FIRST, ALL])

Adds a time, which may be less than 0, to that of each packet. Packets whose time is 0 keep it.

Arguments:
    TIME: in seconds, or with a unit; 0 if not given.
    FIRST: whether it is the first time of those that a packet stands for that is changed.
    ALL: whether times of 0 are changed, too.

Handlers:
    time (read): what is added.
    time (write): sets that.

Examples:
    AdjustTimestamp(-1)
    AdjustTimestamp(TIME 20ms, FIRST true, ALL true)
"""

from elements.definition.arguments import Argument, keyword
from elements.definition.csource import CSource
from elements.definition.element import StateVariable
from elements.definition.handlers import StateView, reads, writes
from elements.definition.parsers import boolean, interval_text
from elements.definition.ports import Ports
from elements.passing.each_packet import EachPacket
from elements.passing.times import shown, signed_time_of
from elements.reference.machine import Machine
from elements.reference.packet import Packet
from elements.summary.text import U64


class AdjustTimestamp(EachPacket):
    ports = Ports("1/1", "a/a")
    time = Argument("TIME", signed_time_of, 0)
    first = keyword("FIRST", boolean, False)
    all = keyword("ALL", boolean, False)
    added = StateVariable(64)

    def initialize(self, machine: Machine) -> None:
        machine.stores[self.name].set(self.added, self.time)

    def always_sends(self, output: int) -> bool:
        return output == 0

    def each(self, machine: Machine, packet: Packet) -> int:
        name = "first_time" if self.first else "time"
        time = getattr(packet, name)
        if time or self.all:
            setattr(packet, name, time + machine.stores[self.name].get(self.added) & U64)
        return 0

    def c_each(self) -> str:
        name = "first_time" if self.first else "time"
        return f"    if (p->{name} || {int(self.all)}) p->{name} += self->added;\n"

    def c_rest(self) -> CSource:
        return CSource(fields="uint64_t added;", initialize=f"    self->added = {self.time}ULL;", state=(("added", "self->added"),))

    @reads("time")
    def time_text(self, state: StateView) -> str:
        added = state.get(self.added)
        return interval_text(added) if added < 1 << 63 else f"{shown(added)}s"

    @writes("time")
    def set_time(self, state: StateView, text: str) -> None:
        state.set(self.added, signed_time_of(text.strip()))
