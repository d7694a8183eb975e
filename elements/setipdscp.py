"""SetIPDSCP(DSCP)

Sets the differentiated services code point of IP headers, and updates the checksum.

The IP header must be marked.

Arguments:
    DSCP: a number from 0 to 63.

Handlers:
    dscp (read): the number that is set.
    dscp (write): sets that; in hardware it is as it was configured.

Examples:
    SetIPDSCP(46)
    SetIPDSCP(DSCP 10)
"""

from elements.definition.arguments import Argument
from elements.definition.element import Element
from elements.definition.handlers import StateView, reads, writes
from elements.definition.parsers import integer
from elements.definition.ports import Ports
from elements.program.headers import checksum_update
from elements.program.packet import Packet
from elements.program.program import State
from elements.program.values import cat


class SetIPDSCP(Element):
    ports = Ports("1/1", "a/a")
    dscp = Argument("DSCP", integer(0, 63))

    def setup(self) -> None:
        self.setting = State("dscp", 6, initial=self.dscp)

    def program(self, p: Packet) -> None:
        value, old = p.read(self.setting), p.ip[0:2]
        p.ip[1] = cat(value, p.ip.tos[0:2])
        p.ip.checksum = checksum_update(p.ip.checksum, old, p.ip[0:2])
        p.output(0)

    @reads("dscp")
    def dscp_text(self, state: StateView) -> str:
        return str(state.get(self.setting))

    @writes("dscp")
    def set_dscp(self, state: StateView, text: str) -> None:
        state.set(self.setting, integer(0, 63)(text.strip()))
