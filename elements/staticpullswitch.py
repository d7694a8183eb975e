"""StaticPullSwitch(INPUT)

Gives, when it is pulled from, the packets of one of its inputs.

Arguments:
    INPUT: the input; there are no packets where it is negative or not in use.

Examples:
    StaticPullSwitch(0)
    StaticPullSwitch(-1)
"""

from elements.definition.arguments import Argument
from elements.definition.csource import CSource
from elements.definition.element import Element
from elements.definition.parsers import integer
from elements.definition.ports import Ports
from elements.reference.machine import Machine
from elements.reference.packet import Packet


class StaticPullSwitch(Element):
    ports = Ports("-/1", "l/l")
    chosen = Argument("INPUT", integer(-(1 << 31), (1 << 31) - 1))

    def pull(self, machine: Machine, port: int) -> Packet | None:
        return machine.pull_in(self.name, self.chosen) if 0 <= self.chosen < self.inputs else None

    def c_source(self) -> CSource:
        return CSource(pull=f"    return IN({self.chosen});\n", empty=f"INPUT_IS_EMPTY({self.chosen})")
