"""DropBroadcasts()

Drops packets that came as link-level broadcast or multicast, as their packet type annotation says.

Where output 1 is in use they leave by it.

Handlers:
    drops (read): packets dropped or sent to output 1.

Examples:
    DropBroadcasts
"""

from elements.definition.element import Element, StateVariable
from elements.definition.handlers import StateView, reads
from elements.definition.ports import Ports
from elements.program.packet import Packet


class DropBroadcasts(Element):
    ports = Ports("1/1-2", "a/ah")
    dropped = StateVariable(32)

    def program(self, p: Packet) -> None:
        kind = p.annotation("packet_type")
        with p.when(kind.equals(1) | kind.equals(2)):
            p.write(self.dropped, p.read(self.dropped) + 1)
            if self.outputs > 1:
                p.output(1)
            p.drop()
        p.output(0)

    @reads("drops")
    def drops(self, state: StateView) -> str:
        return str(state.get(self.dropped))
