"""TimeSortedSched([STOP, BUFFER])

Gives the packet with the least time of those that its inputs have; of equal ones, that which a binary heap has first.

Arguments:
    STOP: whether the driver is told to stop where none has any more; a tenant cannot stop a machine that others use.
    BUFFER: packets of each input that are looked at, 1 to 4096; 1 if not given.

Handlers:
    well_ordered (read): whether no packet that was given had a time less than one before it.

Examples:
    TimeSortedSched
    TimeSortedSched(STOP true, BUFFER 4)
"""

from elements.definition.arguments import keyword
from elements.definition.csource import CSource
from elements.definition.element import Element, StateVariable
from elements.definition.handlers import StateView, reads
from elements.definition.parsers import boolean, integer
from elements.definition.ports import Ports
from elements.reference.machine import Machine
from elements.reference.packet import Packet
from elements.summary.text import signed


class TimeSortedSched(Element):
    ports = Ports("-/1", "l/l")
    stop = keyword("STOP", boolean, False, is_operators=True)
    buffer = keyword("BUFFER", integer(1, 4096), 1)
    late = StateVariable(1)
    last = StateVariable(64)

    def setup(self) -> None:
        self.heap: list[tuple[int, Packet]] = []
        self.room = [self.buffer] * self.inputs
        self.waiting = list(range(self.inputs))
        """Inputs with room, as Click looks at them: from the last to the first."""

    def _before(self, one: int, other: int) -> bool:
        return signed(self.heap[one][1].time) < signed(self.heap[other][1].time)

    def _swap(self, one: int, other: int) -> None:
        self.heap[one], self.heap[other] = self.heap[other], self.heap[one]

    def _put(self, port: int, packet: Packet) -> None:
        self.heap.append((port, packet))
        at = len(self.heap) - 1
        while at and self._before(at, (at - 1) // 2):
            self._swap(at, (at - 1) // 2)
            at = (at - 1) // 2

    def _take(self) -> tuple[int, Packet]:
        self._swap(0, len(self.heap) - 1)
        taken = self.heap.pop()
        at = 0
        while True:
            least = at
            for child in (2 * at + 1, 2 * at + 2):
                if child < len(self.heap) and self._before(child, least):
                    least = child
            if least == at:
                return taken
            self._swap(at, least)
            at = least

    def pull(self, machine: Machine, port: int) -> Packet | None:
        for place in range(len(self.waiting) - 1, -1, -1):
            number = self.waiting[place]
            while (packet := machine.pull_in(self.name, number)) is not None:
                self._put(number, packet)
                self.room[number] -= 1
                if not self.room[number]:
                    self.waiting[place] = self.waiting[-1]
                    self.waiting.pop()
                    break
        if not self.heap:
            return None
        number, packet = self._take()
        self._note(machine.stores[self.name], packet.time)
        self.room[number] += 1
        if self.room[number] == 1:
            self.waiting.append(number)
        return packet

    def _note(self, state: StateView, time: int) -> None:
        if not time:
            return
        if state.get(self.last) and signed(time) < signed(state.get(self.last)):
            state.set(self.late, 1)
        state.set(self.last, time)

    def c_source(self) -> CSource:
        if not self.inputs:
            return CSource()
        cases = "\n".join(f"            case {i}: p = IN({i}); break;" for i in range(self.inputs))
        count = self.inputs * self.buffer
        return CSource(
            fields=f"struct packet *packets[{count}]; uint16_t inputs[{count}], waiting[{self.inputs}], room[{self.inputs}];"
            " uint32_t count, open, late; uint64_t last;",
            helpers=_HELPERS,
            initialize=f"""
    for (int i = 0; i < {self.inputs}; i++) {{ self->waiting[i] = i; self->room[i] = {self.buffer}; }}
    self->open = {self.inputs};
""",
            pull=f"""
    for (int place = (int)self->open - 1; place >= 0; place--) {{
        uint32_t number = self->waiting[place];
        for (;;) {{
            struct packet *p = NULL;
            switch (number) {{
{cases}
            }}
            if (!p) break;
            self->packets[self->count] = p;
            self->inputs[self->count] = number;
            sorted_put(self->packets, self->inputs, self->count++);
            if (--self->room[number]) continue;
            self->waiting[place] = self->waiting[--self->open];
            break;
        }}
    }}
    if (!self->count) {{
        if (DRIVEN && {int(self.stop)}) STOP;
        return NULL;
    }}
    sorted_take(self->packets, self->inputs, --self->count);
    struct packet *p = self->packets[self->count];
    uint32_t number = self->inputs[self->count];
    if (p->time) {{
        if (self->last && (int64_t)p->time < (int64_t)self->last) self->late = 1;
        self->last = p->time;
    }}
    if (++self->room[number] == 1) self->waiting[self->open++] = number;
    return p;
""",
            empty=" && ".join(["!self->count", *(f"INPUT_IS_EMPTY({i})" for i in range(self.inputs))]),
            state=(("late", "self->late"), ("last", "self->last")),
        )

    @reads("well_ordered")
    def well_ordered(self, state: StateView) -> str:
        return "false" if state.get(self.late) else "true"


_HELPERS = """
static void sorted_swap(struct packet **packets, uint16_t *inputs, uint32_t one, uint32_t other)
{
    struct packet *p = packets[one];
    uint16_t input = inputs[one];
    packets[one] = packets[other];
    packets[other] = p;
    inputs[one] = inputs[other];
    inputs[other] = input;
}
static int sorted_before(struct packet *const *packets, uint32_t one, uint32_t other)
{
    return (int64_t)packets[one]->time < (int64_t)packets[other]->time;
}
static void sorted_put(struct packet **packets, uint16_t *inputs, uint32_t at)
{
    for (; at && sorted_before(packets, at, (at - 1) / 2); at = (at - 1) / 2) sorted_swap(packets, inputs, at, (at - 1) / 2);
}
/* The first one is behind the ``count`` others. */
static void sorted_take(struct packet **packets, uint16_t *inputs, uint32_t count)
{
    sorted_swap(packets, inputs, 0, count);
    for (uint32_t at = 0;;) {
        uint32_t least = at, child = 2 * at + 1;
        if (child < count && sorted_before(packets, child, least)) least = child;
        if (child + 1 < count && sorted_before(packets, child + 1, least)) least = child + 1;
        if (least == at) return;
        sorted_swap(packets, inputs, at, least);
        at = least;
    }
}
"""
