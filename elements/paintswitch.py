"""PaintSwitch([ANNO])

Sends packets to the output whose number is their paint annotation.

Packets with paint 255 go to every output, a copy each; packets with another paint that is no output are dropped.

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
    ports = Ports("1/-", "h/h")
    annotation = Argument("ANNO", word, "PAINT")

    def setup(self) -> None:
        if self.annotation != "PAINT":
            raise ValueError(f"ANNO: only PAINT can be switched on, not {self.annotation!r}")

    def program(self, p: Packet) -> None:
        with p.when(p.annotation("paint").equals(255)):
            p.copy_to_all()
        p.output(p.annotation("paint"))
