"""RoundRobinSwitch()

Sends packets to its outputs in turn.

Examples:
    RoundRobinSwitch
"""

from elements.definition.element import Element, StateVariable
from elements.definition.ports import Ports
from elements.program.packet import Packet
from elements.program.values import const, mux


class RoundRobinSwitch(Element):
    ports = Ports("1/1-", "h/h")
    turn = StateVariable(16)

    def program(self, p: Packet) -> None:
        turn = p.read(self.turn)
        last = turn >= self.outputs - 1
        p.write(self.turn, mux(last, const(0, 16), turn + 1))
        for output in range(self.outputs - 1):
            with p.when(turn.equals(output)):
                p.output(output)
        p.output(self.outputs - 1)
