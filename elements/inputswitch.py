"""InputSwitch([INPUT])

Passes on what comes at one of its inputs, which can be changed while it runs, and drops what comes at the others.

Arguments:
    INPUT: the input; all packets are dropped where it is negative. 0 if not given. OUTPUT is an older name of it.
    OUTPUT: see INPUT.

Handlers:
    config (read): the configuration, with the number that was set.
    switch (read): the input, or -1 for none.
    switch (write): sets that.

Examples:
    InputSwitch
    InputSwitch(-1)
"""

from elements.definition.arguments import Argument
from elements.definition.csource import CSource
from elements.definition.ports import Ports
from elements.queues.choice import PLACE_FIELDS, PLACE_STATE, Choice, port_number
from elements.reference.machine import Machine
from elements.reference.packet import Packet


class InputSwitch(Choice):
    ports = Ports("-/1", "h/h")
    given = Argument("INPUT", port_number, 0)
    output = Argument[int | None]("OUTPUT", port_number, None, position=False)

    @property
    def ways(self) -> int:
        return self.inputs

    def setup(self) -> None:
        self.chosen = self.given if self.output is None else self.output
        if self.chosen >= max(1, self.inputs):
            raise ValueError(f"input must be < {self.inputs}")

    def push(self, machine: Machine, port: int, packet: Packet) -> None:
        if port == self.place_now(machine):
            machine.push_out(self.name, 0, packet)

    def c_source(self) -> CSource:
        push = "    if (port == (int32_t)self->place) OUT(0, p);\n    else KILL(p);\n"
        return CSource(is_short=True, fields=PLACE_FIELDS, initialize=self.place_c, push=push, state=PLACE_STATE)
