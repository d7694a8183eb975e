"""Strip(LENGTH)

Takes LENGTH bytes from the front of packets.

A packet that is shorter than LENGTH is dropped. (In Click it is emptied, with a warning.)

Arguments:
    LENGTH: bytes to take.

Examples:
    Strip(14)
    Strip(4)
"""

from elements.definition.arguments import Argument
from elements.definition.element import Element
from elements.definition.parsers import integer
from elements.definition.ports import Ports
from elements.program.packet import Packet


class Strip(Element):
    ports = Ports("1/1", "a/a")
    length = Argument("LENGTH", integer(0, 127))

    def program(self, p: Packet) -> None:
        p.pull(self.length)
        p.output(0)
