"""SetTimestampDelta([TYPE])

Makes the time of each packet a distance: from the first packet's, to the present time, or from the first of those that it stands for.

Packets whose time is 0 keep it.

Arguments:
    TYPE: RANGE, the distance from the first packet's time, if not given; NOW, to the present; FIRST, from the packet's own first time.

Handlers:
    first (read): the first packet's time.
    reset (write): takes the next packet as the first.

Examples:
    SetTimestampDelta
    SetTimestampDelta(TYPE NOW)
"""

from elements.definition.arguments import keyword
from elements.definition.csource import CSource
from elements.definition.element import StateVariable
from elements.definition.handlers import StateView, reads, writes
from elements.definition.parsers import word
from elements.definition.ports import Ports
from elements.passing.each_packet import EachPacket
from elements.passing.times import shown
from elements.reference.machine import Machine
from elements.reference.packet import Packet
from elements.summary.text import U64


def _type(text: str) -> str:
    if word(text) not in ("RANGE", "NOW", "FIRST"):
        raise ValueError(f"RANGE, NOW or FIRST is wanted, not {text!r}")
    return word(text)


class SetTimestampDelta(EachPacket):
    ports = Ports("1/1", "a/a")
    type = keyword("TYPE", _type, "RANGE")
    first = StateVariable(64)

    def always_sends(self, output: int) -> bool:
        return output == 0

    def each(self, machine: Machine, packet: Packet) -> int:
        state = machine.stores[self.name]
        if not packet.time:
            return 0
        if self.type == "NOW":
            packet.time = machine.now - packet.time & U64
            return 0
        if self.type == "RANGE" and not state.get(self.first):
            state.set(self.first, packet.time)
        packet.time = packet.time - (state.get(self.first) if self.type == "RANGE" else packet.first_time) & U64
        return 0

    def c_each(self) -> str:
        changes = {
            "RANGE": "if (!self->first) self->first = p->time; p->time -= self->first;",
            "NOW": "p->time = NOW - p->time;",
            "FIRST": "p->time -= p->first_time;",
        }
        return f"    if (p->time) {{ {changes[self.type]} }}\n"

    def c_rest(self) -> CSource:
        return CSource(fields="uint64_t first;", state=(("first", "self->first"),))

    @reads("first")
    def first_text(self, state: StateView) -> str:
        return shown(state.get(self.first)) + "\n"

    @writes("reset")
    def reset(self, state: StateView, text: str) -> None:
        state.set(self.first, 0)
