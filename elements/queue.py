"""Queue([CAPACITY])

Stores packets that are pushed to it until they are pulled, first in, first out; a packet that finds it full leaves
by output 1, where that is in use, and is dropped where it is not.

With two outputs it is software: hardware drops what finds a queue full. In hardware a Queue before a ToDevice is its tenant's part of
the port's memory, whose room is the board's and not CAPACITY's; what finds it full is in the register PORT/dropped of the tenant.

Arguments:
    CAPACITY: packets that it holds; 1000 if not given.

Handlers:
    capacity (read): packets that it holds at most.
    drops (read): packets that found it full.
    highwater_length (read): the most packets that it ever held.
    length (read): packets in it now.
    reset (write): drops what is in it.
    reset_counts (write): sets the count of drops to zero, and the highwater length to the present one.

Examples:
    Queue
    Queue(3)
"""

from collections import deque

from elements.definition.arguments import Argument
from elements.definition.csource import CSource
from elements.definition.element import Element, StateVariable
from elements.definition.handlers import StateView, reads, writes
from elements.definition.parsers import integer
from elements.definition.ports import Ports
from elements.reference.machine import Machine
from elements.reference.packet import Packet


class Queue(Element):
    ports = Ports("1/1-2", "h/lh")
    hardware_role = "queue"
    capacity = Argument("CAPACITY", integer(1, 1 << 20), 1000)
    held = StateVariable(32)
    highwater = StateVariable(32)
    dropped = StateVariable(64)

    def setup(self) -> None:
        self.packets: deque[Packet] = deque()
        if self.outputs > 1:
            self.software_reason = "hardware drops what finds a queue full"

    def push(self, machine: Machine, port: int, packet: Packet) -> None:
        state = self._state(machine)
        if len(self.packets) >= self.capacity:
            state.set(self.dropped, state.get(self.dropped) + 1)
            machine.push_out(self.name, 1, packet)
            return
        self.packets.append(packet)
        state.set(self.held, len(self.packets))
        state.set(self.highwater, max(state.get(self.highwater), len(self.packets)))

    def pull(self, machine: Machine, port: int) -> Packet | None:
        state = self._state(machine)
        if not self.packets:
            return None
        packet = self.packets.popleft()
        state.set(self.held, len(self.packets))
        return packet

    def _state(self, machine: Machine) -> StateView:
        """The state, once packets that a handler took out of the count are gone."""
        state = machine.stores[self.name]
        while len(self.packets) > state.get(self.held):
            self.packets.pop()
        return state

    def c_source(self) -> CSource:
        return CSource(
            fields=f"struct packet *ring[{self.capacity}]; uint32_t head, held, kept, highwater; uint64_t dropped;",
            push=f"""
    while (self->kept > self->held) {{ self->kept--; KILL(self->ring[(self->head + self->kept) % {self.capacity}]); }}
    if (self->held >= {self.capacity}) {{ self->dropped++; OUT(1, p); return; }}
    uint32_t place = self->head + self->held;
    self->ring[place < {self.capacity} ? place : place - {self.capacity}] = p;
    self->kept = ++self->held;
    if (self->held > self->highwater) self->highwater = self->held;
    WAKE;
""",
            pull=f"""
    while (self->kept > self->held) {{ self->kept--; KILL(self->ring[(self->head + self->kept) % {self.capacity}]); }}
    if (!self->held) return NULL;
    struct packet *p = self->ring[self->head];
    if (++self->head == {self.capacity}) self->head = 0;
    self->kept = --self->held;
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

    @writes("reset_counts")
    def reset_counts(self, state: StateView, text: str) -> None:
        state.set(self.dropped, 0)
        state.set(self.highwater, state.get(self.held))

    @writes("reset")
    def reset(self, state: StateView, text: str) -> None:
        state.set(self.held, 0)
