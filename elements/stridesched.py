"""StrideSched(TICKETS, ...)

Pulls packets from its inputs by stride scheduling (Waldspurger and Weihl, 1995): each has a share of them that is as large as its TICKETS.

An input that has none is passed over and loses its turn.

Arguments:
    TICKETS: a number for each input, its share; none is chosen that has 0. More than 32768 are taken as that.

Handlers:
    config (read): the numbers.
    tickets# (read): the number of input #.
    tickets# (write): sets that.

Examples:
    StrideSched(1)
"""

from elements.definition.csource import CSource
from elements.definition.ports import Ports
from elements.queues.stride import HELPERS, STATE, StrideChoice
from elements.reference.machine import Machine
from elements.reference.packet import Packet


class StrideSched(StrideChoice):
    ports = Ports("1-/1", "l/l")

    @property
    def handler_ports(self) -> int:
        return self.inputs

    def pull(self, machine: Machine, port: int) -> Packet | None:
        packet, done = None, 0
        while packet is None and done < len(self.order):
            packet = machine.pull_in(self.name, self.order[done])
            self.stride(self.order[done])
            done += 1
        stridden, self.order = self.order[:done], self.order[done:]
        for each in stridden:
            self.put(each)
        return packet

    def c_source(self) -> CSource:
        return CSource(
            fields=self.fields_c,
            helpers=HELPERS,
            initialize=self.initialize_c,
            pull="""
    struct packet *p = NULL;
    int32_t stridden = self->first, each = stridden;
    for (; each >= 0 && !p; each = self->following[each]) {
        p = IN(each);
        self->passes[each] += self->strides[each];
    }
    self->first = each;
    while (stridden != each) {
        int32_t following = self->following[stridden];
        STRIDE_PUT(stridden);
        stridden = following;
    }
    return p;
""",
            after_write=self.after_write_c,
            state=STATE,
        )
