"""CheckLength(LENGTH)

Sends packets of at most LENGTH bytes to output 0; longer ones leave by output 1, or are dropped where it is not in use.

LENGTH cannot be changed while the machine runs (in Click: `length` can be written).

Arguments:
    LENGTH: the most bytes of a packet, from its data's start.

Handlers:
    length (read): the most bytes.

Examples:
    CheckLength(1500)
    CheckLength(64)
    CheckLength(100000)
"""

from elements.definition.arguments import Argument
from elements.definition.element import Element
from elements.definition.handlers import StateView, reads
from elements.definition.parsers import unsigned32
from elements.definition.ports import Ports
from elements.program.packet import Packet


class CheckLength(Element):
    ports = Ports("1/1-2", "a/ah")
    most = Argument("LENGTH", unsigned32)

    def program(self, p: Packet) -> None:
        with p.when(p.length > self.most):
            if self.outputs > 1:
                p.output(1)
            p.drop()
        p.output(0)

    def most_bytes(self, output: int, arriving: tuple[int, ...]) -> int:
        return min(self.most, *arriving) if output == 0 else arriving[0]

    @reads("length")
    def length(self, state: StateView) -> str:
        return str(self.most)
