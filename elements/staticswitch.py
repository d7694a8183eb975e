"""StaticSwitch(OUTPUT)

Sends every packet to one output.

Arguments:
    OUTPUT: the output; packets are dropped where it is negative or not in use.

Examples:
    StaticSwitch(0)
    StaticSwitch(-1)
"""

from elements.definition.arguments import Argument
from elements.definition.element import Element
from elements.definition.parsers import integer
from elements.definition.ports import Ports
from elements.program.packet import Packet


class StaticSwitch(Element):
    ports = Ports("1/-", "h/h")
    output = Argument("OUTPUT", integer(-(1 << 31), (1 << 31) - 1))

    def program(self, p: Packet) -> None:
        if 0 <= self.output < self.outputs:
            p.output(self.output)
        p.drop()
