"""StrideSwitch(TICKETS, ...)

Sends packets to its outputs by stride scheduling (Waldspurger and Weihl, 1995): each has a share of them that is as large as its TICKETS.

Arguments:
    TICKETS: a number for each output, its share; none is chosen that has 0. More than 32768 are taken as that.

Handlers:
    config (read): the numbers.
    tickets# (read): the number of output #.
    tickets# (write): sets that.

Examples:
    StrideSwitch(1)
"""

from elements.definition.csource import CSource
from elements.definition.ports import Ports
from elements.queues.stride import HELPERS, STATE, StrideChoice
from elements.reference.machine import Machine
from elements.reference.packet import Packet


class StrideSwitch(StrideChoice):
    ports = Ports("1/1-", "h/h")

    @property
    def handler_ports(self) -> int:
        return self.outputs

    def push(self, machine: Machine, port: int, packet: Packet) -> None:
        if not self.order:
            return
        output = self.order.pop(0)
        self.stride(output)
        self.put(output)
        machine.push_out(self.name, output, packet)

    def c_source(self) -> CSource:
        return CSource(
            is_short=True,
            fields=self.fields_c,
            helpers=HELPERS,
            initialize=self.initialize_c,
            push="""
    int32_t output = self->first;
    if (output < 0) { KILL(p); return; }
    self->first = self->following[output];
    self->passes[output] += self->strides[output];
    STRIDE_PUT(output);
    OUT(output, p);
""",
            after_write=self.after_write_c,
            state=STATE,
        )
