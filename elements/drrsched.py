"""DRRSched([QUANTUM])

Pulls packets from its inputs by deficit round robin: each input has its share of bytes (Shreedhar and Varghese, 1996).

Rounds go on until a packet may leave; in Click, one who pulls gets nothing after a round in which none may, and asks again.

Arguments:
    QUANTUM: bytes that an input gains in a round; 500 if not given.

Examples:
    DRRSched
    DRRSched(1500)
"""

from elements.definition.arguments import Argument
from elements.definition.csource import CSource
from elements.definition.element import Element
from elements.definition.parsers import integer
from elements.definition.ports import Ports
from elements.reference.machine import Machine
from elements.reference.packet import Packet


class DRRSched(Element):
    ports = Ports("-/1", "l/l")
    hardware_role = "scheduler"
    quantum = Argument("QUANTUM", integer(1, 1 << 20), 500)

    def setup(self) -> None:
        self.heads: list[Packet | None] = [None] * self.inputs
        self.deficits = [0] * self.inputs
        self.turn = 0

    def pull(self, machine: Machine, port: int) -> Packet | None:
        empty = 0
        while empty < self.inputs:
            at = self.turn
            head = self.heads[at]
            if head is None:
                head = self.heads[at] = machine.pull_in(self.name, at)
            if head is None:
                self.deficits[at] = 0
                empty += 1
            elif head.length <= self.deficits[at]:
                self.deficits[at] -= head.length
                self.heads[at] = None
                return head
            else:
                empty = 0
            self.turn = (at + 1) % self.inputs
            self.deficits[self.turn] += self.quantum
        return None

    def c_source(self) -> CSource:
        inputs = self.inputs
        if not inputs:
            return CSource()
        cases = "\n".join(f"        case {i}: head = IN({i}); break;" for i in range(inputs))
        return CSource(
            fields=f"struct packet *heads[{inputs}]; int64_t deficits[{inputs}]; uint32_t turn;",
            pull=f"""
    int empty = 0;
    while (empty < {inputs}) {{
        uint32_t at = self->turn;
        struct packet *head = self->heads[at];
        if (!head) {{
            switch (at) {{
{cases}
            }}
            self->heads[at] = head;
        }}
        if (!head) {{
            self->deficits[at] = 0;
            empty++;
        }} else if ((int64_t)head->length <= self->deficits[at]) {{
            self->deficits[at] -= head->length;
            self->heads[at] = NULL;
            return head;
        }} else {{
            empty = 0;
        }}
        self->turn = (at + 1) % {inputs};
        self->deficits[self->turn] += {self.quantum};
    }}
    return NULL;
""",
            empty=" && ".join(f"!self->heads[{i}] && INPUT_IS_EMPTY({i})" for i in range(inputs)),
        )
