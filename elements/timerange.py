"""TimeRange([SIMPLE])

Remembers the least and the greatest time of the packets that passed.

Arguments:
    SIMPLE: whether packets are known to come in the order of their times: then the last one has the greatest.

Handlers:
    first (read): the least time.
    interval (read): how far they are apart.
    last (read): the greatest time.
    range (read): both, with a space between them.
    reset (write): forgets them.

Examples:
    TimeRange
    TimeRange(SIMPLE true)
"""

from elements.definition.arguments import keyword
from elements.definition.csource import CSource
from elements.definition.element import StateVariable
from elements.definition.handlers import StateView, reads, writes
from elements.definition.parsers import boolean
from elements.definition.ports import Ports
from elements.passing.each_packet import EachPacket
from elements.passing.times import shown
from elements.reference.machine import Machine
from elements.reference.packet import Packet
from elements.summary.text import U64, signed


class TimeRange(EachPacket):
    ports = Ports("1/1", "a/a")
    simple = keyword("SIMPLE", boolean, False)
    least = StateVariable(64)
    greatest = StateVariable(64)

    def always_sends(self, output: int) -> bool:
        return output == 0

    def each(self, machine: Machine, packet: Packet) -> int:
        state = machine.stores[self.name]
        if not state.get(self.least):
            state.set(self.least, packet.time)
            state.set(self.greatest, packet.time)
        elif self.simple or signed(state.get(self.greatest)) < signed(packet.time):
            state.set(self.greatest, packet.time)
        elif signed(packet.time) < signed(state.get(self.least)):
            state.set(self.least, packet.time)
        return 0

    def c_each(self) -> str:
        return f"""
    if (!self->least) self->least = self->greatest = p->time;
    else if ({int(self.simple)} || (int64_t)self->greatest < (int64_t)p->time) self->greatest = p->time;
    else if ((int64_t)p->time < (int64_t)self->least) self->least = p->time;
"""

    def c_rest(self) -> CSource:
        return CSource(fields="uint64_t least, greatest;", state=(("least", "self->least"), ("greatest", "self->greatest")))

    @reads("first")
    def first(self, state: StateView) -> str:
        return shown(state.get(self.least))

    @reads("last")
    def last(self, state: StateView) -> str:
        return shown(state.get(self.greatest))

    @reads("range")
    def range(self, state: StateView) -> str:
        return f"{shown(state.get(self.least))} {shown(state.get(self.greatest))}"

    @reads("interval")
    def interval(self, state: StateView) -> str:
        return shown(state.get(self.greatest) - state.get(self.least) & U64)

    @writes("reset")
    def reset(self, state: StateView, text: str) -> None:
        state.set(self.least, 0)
        state.set(self.greatest, 0)
