"""Null()

Passes packets through unchanged.

Examples:
    Null
"""

from elements.definition.element import Element
from elements.definition.ports import Ports
from elements.program.packet import Packet


class Null(Element):
    ports = Ports("1/1", "a/a")

    def program(self, p: Packet) -> None:
        p.output(0)
