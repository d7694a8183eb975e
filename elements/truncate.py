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

from dataclasses import replace

from elements.definition.arguments import Argument, keyword
from elements.definition.csource import CSource
from elements.definition.element import StateVariable
from elements.definition.handlers import StateView, reads, writes
from elements.definition.parsers import boolean, unsigned32
from elements.definition.ports import Ports
from elements.queues.passing import Passing, passing_source
from elements.reference.machine import Machine
from elements.reference.packet import Packet


class Truncate(Passing):
    ports = Ports("1/1", "a/a")
    length = Argument("LENGTH", unsigned32)
    extra_length = keyword("EXTRA_LENGTH", boolean, True)
    most = StateVariable(32)

    def initialize(self, machine: Machine) -> None:
        machine.stores[self.name].set(self.most, self.length)

    def change(self, machine: Machine, packet: Packet) -> None:
        cut = packet.length - machine.stores[self.name].get(self.most)
        if cut <= 0:
            return
        packet.end -= cut
        if self.extra_length:
            packet.extra_length = (packet.extra_length + cut) & 0xFFFF_FFFF

    def c_source(self) -> CSource:
        count = "p->extra_length += p->length - self->most;" if self.extra_length else ""
        return replace(
            passing_source(f"    if (p->length > self->most) {{ {count} TAKE(p, self->most); }}\n"),
            fields="uint32_t most;",
            initialize=f"    self->most = {self.length}u;\n",
            state=(("most", "self->most"),),
        )

    @reads("nbytes")
    def nbytes(self, state: StateView) -> str:
        return str(state.get(self.most))

    @writes("nbytes")
    def set_nbytes(self, state: StateView, text: str) -> None:
        state.set(self.most, unsigned32(text.strip()))
