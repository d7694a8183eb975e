"""Unstrip(LENGTH)

Puts LENGTH bytes back in front of packets: those that were stripped before, zeros where nothing was.

Arguments:
    LENGTH: bytes to put back.

Examples:
    Unstrip(14)
    Unstrip(1)
"""

from elements.definition.arguments import Argument
from elements.definition.element import Element
from elements.definition.parsers import integer
from elements.definition.ports import Ports
from elements.program.packet import Packet


class Unstrip(Element):
    ports = Ports("1/1", "a/a")
    length = Argument("LENGTH", integer(0, 64))

    def program(self, p: Packet) -> None:
        p.push(self.length)
        p.output(0)
