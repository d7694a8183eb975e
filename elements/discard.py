"""Discard([ACTIVE, BURST])

Drops every packet, and counts them.

Its input is push. (In Click it may be pull, too.)

Arguments:
    ACTIVE: accepted; only true, the default, has a meaning for a push input.
    BURST: accepted; how many packets a task would pull at once.

Handlers:
    count (read): packets dropped.
    reset_counts (write): sets the count to zero.

Examples:
    Discard
    Discard(BURST 8)
"""

from elements.definition.arguments import keyword
from elements.definition.element import Element, StateVariable
from elements.definition.handlers import StateView, reads, writes
from elements.definition.parsers import boolean, unsigned32
from elements.definition.ports import Ports
from elements.program.packet import Packet


class Discard(Element):
    ports = Ports("1/0", "h/h")
    active = keyword("ACTIVE", boolean, True)
    burst = keyword("BURST", unsigned32, 1)
    packets = StateVariable(32)

    def setup(self) -> None:
        if not self.active:
            raise ValueError("ACTIVE false has no meaning for a push input")

    def program(self, p: Packet) -> None:
        p.write(self.packets, p.read(self.packets) + 1)
        p.drop()

    @reads("count")
    def count(self, state: StateView) -> str:
        return str(state.get(self.packets))

    @writes("reset_counts")
    def reset(self, state: StateView, text: str) -> None:
        state.set(self.packets, 0)
