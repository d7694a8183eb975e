"""DecIP6HLIM()

Decrements the IPv6 hop limit; packets whose hop limit is 1 or less leave by output 1 unchanged.

Where output 1 is not in use, expired packets are dropped. Packets whose IP header is not marked, where Click stops, or that end before
their hop limit count as expired.

Handlers:
    drops (read): packets that had expired.

Examples:
    DecIP6HLIM
"""

from elements.definition.element import Element, StateVariable
from elements.definition.handlers import StateView, reads
from elements.definition.ports import Ports
from elements.program.packet import Packet


class DecIP6HLIM(Element):
    ports = Ports("1/1-2", "a/ah")
    software_reason = "IPv6 addresses beside packets are the software's"
    expired = StateVariable(32)

    def program(self, p: Packet) -> None:
        limit = p.load("network", 7)
        with p.when(limit <= 1):
            p.write(self.expired, p.read(self.expired) + 1)
            if self.outputs > 1:
                p.output(1)
            p.drop()
        p.set_field("network", 56, 8, limit - 1)
        p.output(0)

    @reads("drops")
    def drops(self, state: StateView) -> str:
        return str(state.get(self.expired))
