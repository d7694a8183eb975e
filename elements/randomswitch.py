"""RandomSwitch()

Sends each packet to one of its outputs, at random, each alike.

The choice is the generator of RandomSample, one step a packet, of which the upper 16 bits are spread over the outputs; each element has its
own, so that a run can be repeated.

Examples:
    RandomSwitch
"""

from elements.definition.element import Element, StateVariable
from elements.definition.ports import Ports
from elements.program.packet import Packet
from elements.program.values import const, part
from elements.randomsample import SEED, following


class RandomSwitch(Element):
    ports = Ports("1/1-", "h/h")
    generator = StateVariable(32, initial=SEED)

    def program(self, p: Packet) -> None:
        number = following(p.read(self.generator))
        p.write(self.generator, number)
        spread = part(number, 16, 16) * const(self.outputs, self.outputs.bit_length())
        chosen = part(spread, 16, spread.width - 16)
        for output in range(self.outputs - 1):
            with p.when(chosen.equals(output)):
                p.output(output)
        p.output(self.outputs - 1)
