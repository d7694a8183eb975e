"""PullNull()

Passes packets on unchanged; it is where packets are pulled.

Examples:
    PullNull
"""

from elements.definition.element import Element
from elements.definition.ports import Ports
from elements.program.packet import Packet


class PullNull(Element):
    ports = Ports("1/1", "l/l")

    def program(self, p: Packet) -> None:
        p.output(0)
