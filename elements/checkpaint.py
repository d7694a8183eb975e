"""CheckPaint(COLOR [, ANNO])

Passes packets with paint COLOR; others leave by output 1, where it is in use, and are dropped where it is not.

Arguments:
    COLOR: the paint that passes, 0 to 255.
    ANNO: which annotation; only PAINT, the default, exists here.

Handlers:
    color (read): the color.
    color (write): sets that; in hardware it is as it was configured.

Examples:
    CheckPaint(1)
    CheckPaint(255, PAINT)
"""

from elements.definition.arguments import Argument
from elements.definition.element import Element
from elements.definition.handlers import StateView, reads, writes
from elements.definition.parsers import byte, word
from elements.definition.ports import Ports
from elements.program.packet import Packet
from elements.program.program import State


class CheckPaint(Element):
    ports = Ports("1/1-2", "a/ah")
    color = Argument("COLOR", byte)
    annotation = Argument("ANNO", word, "PAINT")

    def setup(self) -> None:
        if self.annotation != "PAINT":
            raise ValueError(f"ANNO: only PAINT can be looked at, not {self.annotation!r}")
        self.color_now = State("color", 8, initial=self.color)

    def program(self, p: Packet) -> None:
        with p.when(p.annotation("paint").equals(p.read(self.color_now))):
            p.output(0)
        if self.outputs > 1:
            p.output(1)

    @reads("color")
    def color_text(self, state: StateView) -> str:
        return str(state.get(self.color_now))

    @writes("color")
    def set_color(self, state: StateView, text: str) -> None:
        state.set(self.color_now, byte(text.strip()))
