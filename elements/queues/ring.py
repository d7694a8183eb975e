"""What the queues have in common: packets in a ring, in order, with its counts and handlers.

Whoever pulls from one is woken by each packet that comes, and whoever pushes to one that `tells_full` by the first room after it was full.
"""

from __future__ import annotations

from collections import deque
from typing import ClassVar, Final

from elements.definition.arguments import Argument, with_argument
from elements.definition.csource import CSource, c_string
from elements.definition.element import Element, StateVariable
from elements.definition.handlers import StateView, reads, writes
from elements.definition.parsers import integer
from elements.definition.ports import Ports
from elements.reference.machine import Machine
from elements.reference.packet import Packet

MOST: Final = 1 << 20
"""The most packets that a queue may hold."""
_capacity = integer(1, MOST)


class Ring(Element):
    """A queue. ``overflow`` in both readings is what is done with a packet that finds it full."""

    ports = Ports("1/1-2", "h/lh")
    tells_full: ClassVar[bool] = True
    quick: ClassVar[bool] = False
    """Whether it is taken as empty as soon as it is, not only when somebody has pulled in vain."""
    drops_first: ClassVar[bool] = False
    """Whether the packets at the front go first, where there are too many for a new capacity."""
    capacity = Argument("CAPACITY", _capacity, 1000)
    held = StateVariable(32)
    highwater = StateVariable(32)
    dropped = StateVariable(64)
    limit = StateVariable(32)
    changed = StateVariable(32)
    """Whether a handler set the capacity."""
    emptied = StateVariable(32)
    """Whether a handler wants the queue empty, which `after_write` does."""

    def setup(self) -> None:
        self.packets: deque[Packet] = deque()

    # The reference

    def initialize(self, machine: Machine) -> None:
        machine.stores[self.name].set(self.limit, self.capacity)

    def is_full(self, machine: Machine) -> bool:
        """Whether there is no room for a packet."""
        return len(self.packets) >= machine.stores[self.name].get(self.limit)

    def refuse(self, machine: Machine, packet: Packet) -> None:
        """Count a packet as dropped, and let it leave by output 1."""
        state = machine.stores[self.name]
        state.set(self.dropped, state.get(self.dropped) + 1)
        machine.push_out(self.name, 1, packet)

    def store(self, machine: Machine, packet: Packet, *, front: bool = False) -> None:
        """Put a packet behind the others, or in front of them; there is room."""
        if front:
            self.packets.appendleft(packet)
        else:
            self.packets.append(packet)
        state = machine.stores[self.name]
        state.set(self.held, len(self.packets))
        state.set(self.highwater, max(state.get(self.highwater), len(self.packets)))

    def push(self, machine: Machine, port: int, packet: Packet) -> None:
        if self.is_full(machine):
            self.refuse(machine, packet)
        else:
            self.store(machine, packet)

    def pull(self, machine: Machine, port: int) -> Packet | None:
        if not self.packets:
            return None
        packet = self.packets.popleft()
        machine.stores[self.name].set(self.held, len(self.packets))
        return packet

    def after_write(self, machine: Machine) -> None:
        state = machine.stores[self.name]
        count = len(self.packets) if state.get(self.emptied) else 0
        state.set(self.emptied, 0)
        for _ in range(count):
            packet = self.pull(machine, 0)
            if packet is not None:
                machine.push_out(self.name, 1, packet)
        while len(self.packets) > state.get(self.limit):
            if self.drops_first:
                self.packets.popleft()
            else:
                self.packets.pop()
        state.set(self.held, len(self.packets))

    def stored(self) -> int:
        return len(self.packets)

    # The software

    def pushed(self) -> str:
        """C of a push: the packet is ``p``."""
        return f"    if (RING_FULL) {{ {self.refused('p')} return; }}\n    RING_LAST(p);\n"

    def refused(self, packet: str) -> str:
        """C that counts ``packet`` as dropped, and lets it leave by output 1; the first that does is told of."""
        line = f"{self.name} :: {self.node.class_name}: overflow".encode()
        return f"if (DRIVEN && !self->dropped) TRACE({c_string(line)}, {len(line)}); self->dropped++; OUT(1, {packet});"

    def c_source(self) -> CSource:
        drop = "RING_TAKE_FIRST" if self.drops_first else "RING_TAKE_LAST"
        return CSource(
            is_short=True,
            fields=_FIELDS,
            helpers=_HELPERS,
            initialize=f"    self->limit = {self.capacity};\n    RING_GROW;\n",
            push=f"{self.pushed()}    if (self->held > self->highwater) self->highwater = self->held;\n    self->calm = 0;\n    WAKE;\n",
            pull=f"""
    if (!self->held) {{ self->calm = 1; return NULL; }}
    {"if (RING_FULL) WAKE_SOURCES;" if self.tells_full else ""}
    struct packet *first = RING_TAKE_FIRST;
    /* A queue that is emptied again and again stays in one line of the cache. */
    if (!self->held) self->head = 0;
    return first;
""",
            after_write=f"""
    if (self->limit > self->mask + 1) RING_GROW;
    uint32_t count = self->emptied ? self->held : 0;
    self->emptied = 0;
    for (uint32_t i = 0; i < count && self->held; i++) OUT(1, RING_TAKE_FIRST);
    while (self->held > self->limit) KILL({drop});
""",
            full="RING_FULL" if self.tells_full else "",
            stored="self->held",
            empty="!self->held" if self.quick else "!self->held && self->calm",
            state=tuple((name, f"self->{name}") for name in ("held", "highwater", "dropped", "limit", "changed", "emptied")),
        )

    # Handlers

    @reads("length")
    def length(self, state: StateView) -> str:
        return str(state.get(self.held))

    @reads("highwater_length")
    def highwater_length(self, state: StateView) -> str:
        return str(state.get(self.highwater))

    @reads("capacity")
    def capacity_text(self, state: StateView) -> str:
        return str(state.get(self.limit))

    @writes("capacity")
    def set_capacity(self, state: StateView, text: str) -> None:
        state.set(self.limit, _capacity(text.strip()))
        state.set(self.changed, 1)

    @reads("config")
    def configuration(self, state: StateView) -> str:
        if not state.get(self.changed):
            return self.node.config
        text = str(state.get(self.limit))
        return with_argument(type(self), self.node.config, "CAPACITY", text) if self.node.config.strip() else f"CAPACITY {text}"

    @reads("drops")
    def drops(self, state: StateView) -> str:
        return str(state.get(self.dropped))

    @writes("reset_counts")
    def reset_counts(self, state: StateView, text: str) -> None:
        state.set(self.dropped, 0)
        state.set(self.highwater, state.get(self.held))

    @writes("reset")
    def reset(self, state: StateView, text: str) -> None:
        state.set(self.emptied, 1)


_FIELDS: Final = """
    OWN_LINE struct packet **ring;
    uint32_t mask, head, held, highwater, limit, changed, emptied, calm;
    uint64_t dropped;
"""
_HELPERS = """
/* A ring has a power of two of places, at least as many as its queue may hold packets. */
#define RING_FULL (self->held >= self->limit)
#define RING_LAST(q) (self->ring[(self->head + self->held++) & self->mask] = (q))
#define RING_FIRST(q) (self->held++, self->head--, self->ring[self->head & self->mask] = (q))
#define RING_TAKE_FIRST (self->held--, self->ring[self->head++ & self->mask])
#define RING_TAKE_LAST (self->held--, self->ring[(self->head + self->held) & self->mask])
#define RING_GROW (self->ring = ring_grow(&m->base, self->ring, &self->mask, &self->head, self->held, self->limit))
/* The old one stays: all that there may be are no larger together than the last. */
static struct packet **ring_grow(struct base *b, struct packet **old, uint32_t *mask, uint32_t *head, uint32_t held, uint32_t wanted)
{
    uint32_t places = 1;
    while (places < wanted) places *= 2;
    struct packet **grown = lasting(b, places, sizeof *grown);
    for (uint32_t i = 0; i < held; i++) grown[i] = old[(*head + i) & *mask];
    *head = 0;
    *mask = places - 1;
    return grown;
}
"""
