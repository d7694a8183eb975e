"""PaintSwitch([ANNO])

Sends packets to the output whose number is their paint annotation; packets whose paint is no output are dropped.

Arguments:
    ANNO: which annotation; only PAINT, the default, exists here.

Examples:
    PaintSwitch
"""

from elements.definition.arguments import Argument
from elements.definition.element import Element
from elements.definition.parsers import word
from elements.definition.ports import Ports
from elements.program.packet import Packet


class PaintSwitch(Element):
    ports = Ports("1/1-", "h/h")
    annotation = Argument("ANNO", word, "PAINT")

    def setup(self) -> None:
        if self.annotation != "PAINT":
            raise ValueError(f"ANNO: only PAINT can be switched on, not {self.annotation!r}")

    def program(self, p: Packet) -> None:
        p.output(p.annotation("paint"))
