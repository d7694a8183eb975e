"""Truncate(LENGTH [, EXTRA_LENGTH])

Cuts packets to LENGTH bytes.

Arguments:
    LENGTH: bytes of a packet, at most.
    EXTRA_LENGTH: whether a packet remembers how many bytes it had; true if not given. See Pad, LinkUnqueue and ToDump.

Handlers:
    nbytes (read): bytes of a packet, at most.
    nbytes (write): sets that.

Examples:
    Truncate(64)
    Truncate(0, EXTRA_LENGTH false)
"""

from elements.definition.arguments import Argument, keyword
from elements.definition.element import StateVariable
from elements.definition.handlers import StateView, reads, writes
from elements.definition.parsers import boolean, unsigned32
from elements.definition.ports import Ports
from elements.passing.each_packet import EachPacket
from elements.reference.machine import Machine
from elements.reference.packet import Packet


class Truncate(EachPacket):
    ports = Ports("1/1", "a/a")
    length = Argument("LENGTH", unsigned32)
    extra_length = keyword("EXTRA_LENGTH", boolean, True)
    most = StateVariable(32)
    fields = "uint32_t most;"
    state_in_c = (("most", "self->most"),)

    def initialize(self, machine: Machine) -> None:
        machine.stores[self.name].set(self.most, self.length)

    def each(self, machine: Machine, packet: Packet) -> int:
        cut = packet.length - machine.stores[self.name].get(self.most)
        if cut <= 0:
            return 0
        packet.end -= cut
        if self.extra_length:
            packet.extra_length = (packet.extra_length + cut) & 0xFFFF_FFFF
        return 0

    def c_each(self) -> str:
        count = "p->extra_length += p->length - self->most;" if self.extra_length else ""
        return f"    if (p->length > self->most) {{ {count} TAKE(p, self->most); }}\n"

    def c_initialize(self) -> str:
        return f"    self->most = {self.length}u;\n"

    @reads("nbytes")
    def nbytes(self, state: StateView) -> str:
        return str(state.get(self.most))

    @writes("nbytes")
    def set_nbytes(self, state: StateView, text: str) -> None:
        state.set(self.most, unsigned32(text.strip()))
