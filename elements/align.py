"""Align(MODULUS, OFFSET)

Says that packets are to start OFFSET bytes behind an address that MODULUS divides.

No element here asks how packets lie in memory, and none is faster where they lie well, so that nothing is moved: packets pass unchanged.

Arguments:
    MODULUS: 2, 4 or 8.
    OFFSET: a number less than MODULUS.

Examples:
    Align(4, 2)
    Align(8, 0)
"""

from elements.definition.arguments import Argument
from elements.definition.element import Element
from elements.definition.parsers import integer, unsigned32
from elements.definition.ports import Ports
from elements.program.packet import Packet


class Align(Element):
    ports = Ports("1/1", "a/a")
    modulus = Argument("MODULUS", unsigned32)
    offset = Argument("OFFSET", integer(-(1 << 31), (1 << 31) - 1))

    def setup(self) -> None:
        if self.modulus not in (2, 4, 8):
            raise ValueError("MODULUS must be 2, 4, or 8")
        if self.offset >= self.modulus:
            raise ValueError("OFFSET must be smaller than MODULUS")

    def program(self, p: Packet) -> None:
        p.output(0)
