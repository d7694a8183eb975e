"""ToCrossing(EDGE [, LENGTH])

Sends packets to the hardware by the crossing numbered EDGE, and drops and counts those that are longer than it carries. mlclick's own; it
stands in the software half of a split configuration.

Arguments:
    EDGE: `TENANT:NUMBER`, the crossing.
    LENGTH: the most bytes of a packet; 65535 if not given.

Handlers:
    too_long (read): packets dropped because they have more.

Examples:
    ToCrossing(a:1)
    ToCrossing(a:1, 60)
"""

from elements.definition.arguments import Argument
from elements.definition.csource import CSource
from elements.definition.element import Element, StateVariable
from elements.definition.handlers import StateView, reads
from elements.definition.parsers import unsigned16, word
from elements.definition.ports import Ports
from elements.reference.machine import Machine
from elements.reference.packet import LONGEST, Packet


class ToCrossing(Element):
    ports = Ports("1/0", "a/")
    edge = Argument("EDGE", word)
    length = Argument("LENGTH", unsigned16, LONGEST)
    lost = StateVariable(32)

    def push(self, machine: Machine, port: int, packet: Packet) -> None:
        if packet.length > self.length:
            state = machine.stores[self.name]
            state.set(self.lost, state.get(self.lost) + 1)
            return
        machine.emit(self.name, packet)

    def task(self, machine: Machine) -> bool:
        if machine.checked.kind(self.name, False, 0) == "push":
            return False
        packet = machine.pull_in(self.name, 0)
        if packet is None:
            return False
        self.push(machine, 0, packet)
        return True

    def c_source(self) -> CSource:
        send = f"if (p->length > {self.length}u) {{ self->lost++; KILL(p); }} else EMIT(p);"
        return CSource(
            is_short=True,
            fields="uint32_t lost;",
            push=f"\n    {send}\n",
            task=f"""
#if INPUT_IS_PULL
    struct packet *p = IN(0);
    if (!p) return 0;
    {send}
    return 1;
#else
    return 0;
#endif
""",
            state=(("lost", "self->lost"),),
        )

    @reads("too_long")
    def too_long(self, state: StateView) -> str:
        return str(state.get(self.lost))
