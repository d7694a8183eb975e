"""ToCrossing(EDGE)

Sends packets to the hardware by the crossing numbered EDGE. mlclick's own; it stands in the software half of a split configuration.

Arguments:
    EDGE: `TENANT:NUMBER`, the crossing.

Examples:
    ToCrossing(a:1)
"""

from elements.definition.arguments import Argument
from elements.definition.csource import CSource
from elements.definition.element import Element
from elements.definition.parsers import word
from elements.definition.ports import Ports
from elements.reference.machine import Machine
from elements.reference.packet import Packet


class ToCrossing(Element):
    ports = Ports("1/0", "a/")
    edge = Argument("EDGE", word)

    def push(self, machine: Machine, port: int, packet: Packet) -> None:
        machine.emit(self.name, packet)

    def task(self, machine: Machine) -> bool:
        if machine.checked.kind(self.name, False, 0) == "push":
            return False
        packet = machine.pull_in(self.name, 0)
        if packet is None:
            return False
        machine.emit(self.name, packet)
        return True

    def c_source(self) -> CSource:
        return CSource(
            push="\n    EMIT(p);\n",
            task="""
#if INPUT_IS_PULL
    struct packet *p = IN(0);
    if (!p) return 0;
    EMIT(p);
    return 1;
#else
    return 0;
#endif
""",
        )
