"""Schedulers that look at one input after the other, in turn or from the first on."""

from __future__ import annotations

from elements.definition.csource import CSource
from elements.definition.element import Element
from elements.reference.machine import Machine
from elements.reference.packet import Packet


class InputsInTurn(Element):
    """An input that gave a packet is the last to be asked next time."""

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


class FirstInput(Element):
    """The first input that has a packet gives it."""

    def pull(self, machine: Machine, port: int) -> Packet | None:
        return next((packet for i in range(self.inputs) if (packet := machine.pull_in(self.name, i)) is not None), None)

    def c_source(self) -> CSource:
        tries = "".join(f"    if ((p = IN({i}))) return p;\n" for i in range(self.inputs))
        return CSource(pull=f"    struct packet *p = NULL;\n{tries}    return p;\n")
