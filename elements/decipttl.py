"""DecIPTTL([ACTIVE, MULTICAST])

Decrements the IP time to live and updates the checksum; packets whose time to live is 1 or less leave by output 1 unchanged.

The checksum is updated by RFC 1624, equation 3. Where output 1 is not in use, expired packets are dropped; so are packets whose IP header
is not marked, where Click stops.

Arguments:
    ACTIVE: whether anything is done; true if not given.
    MULTICAST: whether packets to multicast addresses are changed too; true if not given.

Handlers:
    active (read): whether anything is done.
    drops (read): packets that had expired.

Examples:
    DecIPTTL
    DecIPTTL(MULTICAST false)
    DecIPTTL(ACTIVE false)
"""

from elements.definition.arguments import keyword
from elements.definition.element import Element, StateVariable
from elements.definition.handlers import StateView, reads
from elements.definition.parsers import boolean
from elements.definition.ports import Ports
from elements.program.headers import checksum_update
from elements.program.packet import Packet
from elements.program.values import cat


class DecIPTTL(Element):
    ports = Ports("1/1-2", "a/ah")
    active = keyword("ACTIVE", boolean, True)
    multicast = keyword("MULTICAST", boolean, True)
    expired = StateVariable(32)

    def program(self, p: Packet) -> None:
        if not self.active:
            p.output(0)
            return
        if not self.multicast:
            with p.when(p.ip.destination[28:32].equals(0xE)):
                p.output(0)
        with p.when(p.ip.ttl <= 1):
            p.write(self.expired, p.read(self.expired) + 1)
            if self.outputs > 1:
                p.output(1)
            p.drop()
        old = cat(p.ip.ttl, p.ip.protocol)
        p.ip.ttl = p.ip.ttl - 1
        p.ip.checksum = checksum_update(p.ip.checksum, old, cat(p.ip.ttl, p.ip.protocol))
        p.output(0)

    @reads("drops")
    def drops(self, state: StateView) -> str:
        return str(state.get(self.expired))

    @reads("active")
    def active_text(self, state: StateView) -> str:
        return str(self.active).lower()
