"""Discard([ACTIVE])

Drops every packet, and counts them.

Arguments:
    ACTIVE: accepted as in Click, where it starts the task of a pull input; a discard has no task here.

Handlers:
    count (read): packets dropped.
    reset_counts (write): sets the count to zero.

Examples:
    Discard
"""

from elements.definition.arguments import Argument
from elements.definition.element import Element, StateVariable
from elements.definition.handlers import StateView, reads, writes
from elements.definition.parsers import boolean
from elements.definition.ports import Ports
from elements.program.packet import Packet


class Discard(Element):
    ports = Ports("1/0", "h/h")
    active = Argument("ACTIVE", boolean, True)
    packets = StateVariable(32)

    def program(self, p: Packet) -> None:
        p.write(self.packets, p.read(self.packets) + 1)
        p.drop()

    @reads("count")
    def count(self, state: StateView) -> str:
        return str(state.get(self.packets))

    @writes("reset_counts")
    def reset(self, state: StateView, text: str) -> None:
        state.set(self.packets, 0)
