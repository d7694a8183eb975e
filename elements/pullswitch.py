"""PullSwitch([INPUT])

Gives, when it is pulled from, the packets of one of its inputs, which can be changed while it runs.

Whoever pulls from it sleeps while that input has none.

Arguments:
    INPUT: the input; there are no packets where it is negative or not in use. 0 if not given.

Handlers:
    config (read): the configuration, with the number that was set.
    switch (read): the input, or -1 for none.
    switch (write): sets that.

Examples:
    PullSwitch
    PullSwitch(1)
    PullSwitch(-1)
"""

from elements.definition.arguments import Argument
from elements.definition.csource import CSource
from elements.definition.ports import Ports
from elements.queues.choice import PLACE_FIELDS, PLACE_STATE, Choice, port_number
from elements.reference.machine import Machine
from elements.reference.packet import Packet


class PullSwitch(Choice):
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
            fields=PLACE_FIELDS + " uint32_t asked;",
            initialize=self.place_c,
            after_write="    self->asked = 1;\n",
            pull="    self->asked = 1;return IN((int32_t)self->place);\n",
            # Until it is asked, it is taken to have packets, as in Click.
            empty="(int32_t)self->place < 0 || (self->asked && INPUT_IS_EMPTY((int32_t)self->place))",
            state=PLACE_STATE,
        )
