"""FromCrossing(EDGE)

Packets that cross from the hardware by the crossing numbered EDGE. mlclick's own; it stands in the software half of a split configuration.

Arguments:
    EDGE: `TENANT:NUMBER`, the crossing.

Examples:
    FromCrossing(a:1)
"""

from elements.definition.arguments import Argument
from elements.definition.csource import CSource
from elements.definition.element import Element
from elements.definition.parsers import word
from elements.definition.ports import Ports
from elements.reference.machine import Machine
from elements.reference.packet import Packet


class FromCrossing(Element):
    ports = Ports("0/1", "/h")
    edge = Argument("EDGE", word)

    def push(self, machine: Machine, port: int, packet: Packet) -> None:
        machine.push_out(self.name, 0, packet)

    def c_source(self) -> CSource:
        return CSource(is_short=True, push="\n    OUT(0, p);\n")
