"""PushNull()

Passes packets on unchanged; it is where packets are pushed.

Examples:
    PushNull
"""

from elements.definition.element import Element
from elements.definition.ports import Ports
from elements.program.packet import Packet


class PushNull(Element):
    ports = Ports("1/1", "h/h")

    def program(self, p: Packet) -> None:
        p.output(0)
