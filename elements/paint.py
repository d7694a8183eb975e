"""Paint(COLOR [, ANNO])

Sets the paint annotation of packets.

Arguments:
    COLOR: the new paint, 0 to 255.
    ANNO: which annotation; only PAINT, the default, exists here. Click takes any byte of its annotations, by name or number; others are
        refused here.

Handlers:
    color (read): the color.

Examples:
    Paint(1)
    Paint(255, PAINT)
"""

from elements.definition.arguments import Argument
from elements.definition.element import Element
from elements.definition.handlers import StateView, reads
from elements.definition.parsers import byte, word
from elements.definition.ports import Ports
from elements.program.packet import Packet


class Paint(Element):
    ports = Ports("1/1", "a/a")
    color = Argument("COLOR", byte)
    annotation = Argument("ANNO", word, "PAINT")

    def setup(self) -> None:
        if self.annotation != "PAINT":
            raise ValueError(f"ANNO: only PAINT can be painted, not {self.annotation!r}")

    def program(self, p: Packet) -> None:
        p.annotate("paint", self.color)
        p.output(0)

    @reads("color")
    def color_text(self, state: StateView) -> str:
        return str(self.color)
