"""Tee([N])

Sends a copy of every packet to each output. One packet of a tenant may become 1024 at most, by all elements that copy it. Where it goes
round a ring, its copies may become 1024 more on further rounds; what would be more is dropped where the ring closes, and counted.

Arguments:
    N: number of outputs, checked against those in use.

Examples:
    Tee
    Tee(1)
"""

from elements.definition.arguments import Argument
from elements.definition.element import Element
from elements.definition.parsers import integer
from elements.definition.ports import Ports
from elements.program.packet import Packet


class Tee(Element):
    ports = Ports("1/1-", "h/h")
    number = Argument("N", integer(1, 1024), 0)

    def setup(self) -> None:
        if self.number and self.number != self.outputs:
            raise ValueError(f"N is {self.number}, but {self.outputs} output(s) are in use")

    def program(self, p: Packet) -> None:
        p.copy_to_all()
