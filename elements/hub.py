"""Hub()

Sends a copy of every packet to each output but that of the input at which it came. One packet of a tenant may become 1024 at
most, by all elements that copy it, and 1024 more where it goes round a ring; what would be more is dropped.

Examples:
    Hub
"""

from elements.definition.csource import CSource
from elements.definition.element import Element
from elements.definition.ports import Ports
from elements.reference.machine import Machine
from elements.reference.packet import Packet


class Hub(Element):
    ports = Ports("-/=", "h/h", "#/[^#]")

    def usual_share(self, output: int) -> float:
        return (self.outputs - 1) / self.outputs

    @property
    def most_ways(self) -> int:
        return max(1, self.outputs - 1)

    def push(self, machine: Machine, port: int, packet: Packet) -> None:
        outputs = [output for output in range(self.outputs) if output != port]
        for output in outputs:
            machine.push_out(self.name, output, packet if output == outputs[-1] else packet.copy())

    def c_source(self) -> CSource:
        return CSource(
            is_short=True,
            push=f"""
    int last = port == {self.outputs - 1} ? {self.outputs - 2} : {self.outputs - 1};
    for (int output = 0; output < last; output++)
        if (output != port) OUT(output, CLONE(p));
    if (last < 0) KILL(p);
    else OUT(last, p);
""",
        )
