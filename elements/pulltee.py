"""PullTee([N])

Gives, when it is pulled from at output 0, the packets that it pulls, and pushes a copy of each out of every other output.

Arguments:
    N: number of outputs, checked against those in use.

Examples:
    PullTee
    PullTee(1)
"""

from elements.definition.arguments import Argument
from elements.definition.element import Element
from elements.definition.parsers import integer
from elements.definition.ports import Ports
from elements.program.packet import Packet


class PullTee(Element):
    ports = Ports("1/1-", "l/lh")
    number = Argument("N", integer(1, 1024), 0)

    def setup(self) -> None:
        if self.number and self.number != self.outputs:
            raise ValueError(f"N is {self.number}, but {self.outputs} output(s) are in use")

    def program(self, p: Packet) -> None:
        p.copy_to_all()
