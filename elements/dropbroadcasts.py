"""DropBroadcasts()

Drops packets that came as link-level broadcast or multicast, as their packet type annotation says.

Handlers:
    drops (read): packets dropped.

Examples:
    DropBroadcasts
"""

from elements.definition.element import Element, StateVariable
from elements.definition.handlers import StateView, reads
from elements.definition.ports import Ports
from elements.program.packet import Packet


class DropBroadcasts(Element):
    ports = Ports("1/1", "a/a")
    dropped = StateVariable(32)

    def program(self, p: Packet) -> None:
        kind = p.annotation("packet_type")
        with p.when(kind.equals(1) | kind.equals(2)):
            p.write(self.dropped, p.read(self.dropped) + 1)
            p.drop()
        p.output(0)

    @reads("drops")
    def drops(self, state: StateView) -> str:
        return str(state.get(self.dropped))
