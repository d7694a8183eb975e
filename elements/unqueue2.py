"""Unqueue2([BURST])

Pulls packets and pushes them on, as fast as they come, as long as no queue that they are pushed to is full.

It sleeps while one is. Where packets go to several queues, those that may be pulled at once are not more than the fullest has room for.

Arguments:
    BURST: packets that are pulled in one run, all that there are where it is 0, but never more than 4096; 1 if not given.

Handlers:
    packets (read): packets pulled, with the word for them.

Examples:
    Unqueue2
    Unqueue2(32)
    Unqueue2(BURST 0)
"""

from elements.definition.arguments import Argument
from elements.definition.csource import CSource
from elements.definition.element import Element, StateVariable
from elements.definition.handlers import StateView, reads
from elements.definition.loops import MOST_A_RUN
from elements.definition.parsers import integer
from elements.definition.ports import Ports
from elements.queues.ring import Ring
from elements.reference.machine import Machine

_burst = integer(0, (1 << 31) - 1)


class Unqueue2(Element):
    ports = Ports("1/1", "l/h")
    burst = Argument("BURST", _burst, 1)
    pulled = StateVariable(32)

    def setup(self) -> None:
        self.most = min(self.burst or MOST_A_RUN, MOST_A_RUN)

    def task(self, machine: Machine) -> int:
        state = machine.stores[self.name]
        queues = self._queues(machine)
        worked = 0
        while worked < self.most and not any(queue.is_full(machine) for queue in queues):
            packet = machine.pull_in(self.name, 0)
            if packet is None:
                break
            worked += 1
            state.set(self.pulled, state.get(self.pulled) + 1)
            machine.push_out(self.name, 0, packet)
        return worked

    def _queues(self, machine: Machine) -> list[Ring]:
        """Those that packets are pushed to."""
        found: list[Ring] = []
        seen, ahead = {self.name}, [self.name]
        while ahead:
            name = ahead.pop()
            for edge in machine.checked.graph.outgoing(name):
                if edge.target in seen or machine.checked.kind(name, True, edge.source_port) != "push":
                    continue
                seen.add(edge.target)
                element = machine.elements[edge.target]
                if isinstance(element, Ring) and element.tells_full:
                    found.append(element)
                else:
                    ahead.append(edge.target)
        return found

    def c_source(self) -> CSource:
        return CSource(
            fields="uint32_t pulled;",
            task=f"""
    int64_t worked = 0, most = BATCH({self.most});
    for (struct packet *p; worked < most && !ONE_AHEAD_IS_FULL && (p = IN(0)); worked++) {{
        self->pulled++;
        OUT(0, p);
    }}
    return worked;
""",
            state=(("pulled", "self->pulled"),),
        )

    @reads("packets")
    def packets_text(self, state: StateView) -> str:
        return f"{state.get(self.pulled)} packets\n"
