"""MarkIPCE([FORCE])

Says in the ECN field of IP headers that the packet met congestion (RFC 3168), and updates the checksum.

Packets that are not ECN-capable are dropped. The IP header must be marked.

Arguments:
    FORCE: whether packets that are not ECN-capable are marked, too; false if not given.

Handlers:
    drops (read): packets that were dropped. (In Click, always 0.)

Examples:
    MarkIPCE
    MarkIPCE(FORCE true)
"""

from elements.definition.arguments import Argument
from elements.definition.element import Element, StateVariable
from elements.definition.handlers import StateView, reads
from elements.definition.parsers import boolean
from elements.definition.ports import Ports
from elements.program.headers import checksum_update
from elements.program.packet import Packet


class MarkIPCE(Element):
    ports = Ports("1/1", "a/a")
    force = Argument("FORCE", boolean, False)
    dropped = StateVariable(32)

    def program(self, p: Packet) -> None:
        congestion = p.ip.tos[0:2]
        if not self.force:
            with p.when(congestion.equals(0)):
                p.write(self.dropped, p.read(self.dropped) + 1)
                p.drop()
        with p.when(congestion.differs(3)):
            old = p.ip[0:2]
            p.ip[1] = p.ip[1] | 3
            p.ip.checksum = checksum_update(p.ip.checksum, old, p.ip[0:2])
        p.output(0)

    @reads("drops")
    def drops(self, state: StateView) -> str:
        return str(state.get(self.dropped))
