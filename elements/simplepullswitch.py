"""SimplePullSwitch([INPUT])

Gives, when it is pulled from, the packets of one of its inputs, which can be changed while it runs.

Whoever pulls from it sleeps while none of the inputs has any, or after it pulled in vain.

Arguments:
    INPUT: the input; there are no packets where it is negative or not in use. 0 if not given.

Handlers:
    config (read): the configuration, with the number that was set.
    switch (read): the input, or -1 for none.
    switch (write): sets that.

Examples:
    SimplePullSwitch
    SimplePullSwitch(1)
    SimplePullSwitch(-1)
"""

from elements.definition.arguments import Argument
from elements.definition.csource import CSource
from elements.definition.ports import Ports
from elements.queues.choice import PLACE_FIELDS, PLACE_STATE, Choice, port_number
from elements.reference.machine import Machine
from elements.reference.packet import Packet


class SimplePullSwitch(Choice):
    ports = Ports("-/1", "l/l")
    chosen = Argument("INPUT", port_number, 0)

    @property
    def ways(self) -> int:
        return self.inputs

    def pull(self, machine: Machine, port: int) -> Packet | None:
        place = self.place_now(machine)
        return None if place < 0 else machine.pull_in(self.name, place)

    def c_source(self) -> CSource:
        return CSource(
            fields=PLACE_FIELDS,
            initialize=self.place_c,
            pull="    return IN((int32_t)self->place);\n",
            state=PLACE_STATE,
        )
