"""Queue([CAPACITY])

Stores packets that are pushed to it until they are pulled, first in, first out; a packet that finds it full is dropped.

Arguments:
    CAPACITY: packets that it holds; 1000 if not given.

Handlers:
    capacity (read): packets that it holds at most.
    drops (read): packets dropped.
    highwater_length (read): the most packets that it ever held.
    length (read): packets in it now.

Examples:
    Queue
    Queue(3)
"""

from collections import deque

from elements.definition.arguments import Argument
from elements.definition.csource import CSource
from elements.definition.element import Element, StateVariable
from elements.definition.handlers import StateView, reads
from elements.definition.parsers import integer
from elements.definition.ports import Ports
from elements.reference.machine import Machine
from elements.reference.packet import Packet


class Queue(Element):
    ports = Ports("1/1", "h/l")
    hardware_role = "queue"
    capacity = Argument("CAPACITY", integer(1, 1 << 20), 1000)
    held = StateVariable(32)
    highwater = StateVariable(32)
    dropped = StateVariable(64)

    def setup(self) -> None:
        self.packets: deque[Packet] = deque()

    def push(self, machine: Machine, port: int, packet: Packet) -> None:
        state = machine.stores[self.name]
        if len(self.packets) >= self.capacity:
            state.set(self.dropped, state.get(self.dropped) + 1)
            return
        self.packets.append(packet)
        state.set(self.held, len(self.packets))
        state.set(self.highwater, max(state.get(self.highwater), len(self.packets)))

    def pull(self, machine: Machine, port: int) -> Packet | None:
        if not self.packets:
            return None
        packet = self.packets.popleft()
        machine.stores[self.name].set(self.held, len(self.packets))
        return packet

    def c_source(self) -> CSource:
        return CSource(
            fields=f"struct packet *ring[{self.capacity}]; uint32_t head; uint32_t held; uint32_t highwater; uint64_t dropped;",
            push=f"""
    if (self->held >= {self.capacity}) {{ self->dropped++; KILL(p); return; }}
    self->ring[(self->head + self->held) % {self.capacity}] = p;
    self->held++;
    if (self->held > self->highwater) self->highwater = self->held;
""",
            pull=f"""
    if (!self->held) return NULL;
    struct packet *p = self->ring[self->head];
    self->head = (self->head + 1) % {self.capacity};
    self->held--;
    return p;
""",
            state=(("held", "self->held"), ("highwater", "self->highwater"), ("dropped", "self->dropped")),
        )

    @reads("length")
    def length(self, state: StateView) -> str:
        return str(state.get(self.held))

    @reads("highwater_length")
    def highwater_length(self, state: StateView) -> str:
        return str(state.get(self.highwater))

    @reads("capacity")
    def capacity_handler(self, state: StateView) -> str:
        return str(self.capacity)

    @reads("drops")
    def drops(self, state: StateView) -> str:
        return str(state.get(self.dropped))
