"""RoundRobinSched()

Pulls packets from its inputs in turn; an input that has none is passed over.

Examples:
    RoundRobinSched
"""

from elements.definition.csource import CSource
from elements.definition.element import Element
from elements.definition.ports import Ports
from elements.reference.machine import Machine
from elements.reference.packet import Packet


class RoundRobinSched(Element):
    ports = Ports("-/1", "l/l")
    hardware_role = "scheduler"

    def setup(self) -> None:
        self.turn = 0

    def pull(self, machine: Machine, port: int) -> Packet | None:
        for _ in range(self.inputs):
            packet = machine.pull_in(self.name, self.turn)
            self.turn = (self.turn + 1) % self.inputs
            if packet is not None:
                return packet
        return None

    def c_source(self) -> CSource:
        if not self.inputs:
            return CSource()
        cases = "\n".join(f"        case {i}: p = IN({i}); break;" for i in range(self.inputs))
        return CSource(
            fields="uint32_t turn;",
            pull=f"""
    for (int tried = 0; tried < {self.inputs}; tried++) {{
        struct packet *p = NULL;
        switch (self->turn) {{
{cases}
        }}
        self->turn = (self->turn + 1) % {self.inputs};
        if (p) return p;
    }}
    return NULL;
""",
        )
