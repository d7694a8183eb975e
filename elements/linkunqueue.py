"""LinkUnqueue(LATENCY, BANDWIDTH)

Pulls packets and pushes them on as a link would that has this latency and bandwidth.

A packet leaves LATENCY, and the time that its bytes take at BANDWIDTH, after it was pulled, and no sooner than its bytes take after the one
before; its time is then that. Bytes that are not here any more (see Truncate) count, too. No more packets are pulled than the link holds,
65536 at most; at most 4096 are pulled, and leave, before other tasks have their turn.

Arguments:
    LATENCY: time that a bit takes.
    BANDWIDTH: bytes a second, at least 100, or a bandwidth such as `1Mbps`.

Handlers:
    bandwidth (read): bytes a second.
    bandwidth (write): sets that, and empties the link.
    latency (read): time that a bit takes.
    latency (write): sets that, and empties the link.
    reset (write): empties the link.
    size (read): packets in the link.

Examples:
    LinkUnqueue(5ms, 1Mbps)
    LinkUnqueue(0, 100kBps)
"""

from collections import deque
from typing import Final

from elements.definition.arguments import Argument
from elements.definition.csource import CSource
from elements.definition.element import Element, StateVariable
from elements.definition.handlers import StateView, reads, writes
from elements.definition.loops import MOST_A_RUN
from elements.definition.parsers import bandwidth, interval_text, nanoseconds
from elements.definition.ports import Ports
from elements.reference.machine import Machine
from elements.reference.packet import Packet

MOST_HELD: Final = 65536
"""Packets in a link, whatever its latency and bandwidth: what else it had room for waits in front of it."""


def _bandwidth(text: str) -> int:
    rate = bandwidth(text)
    if rate < 100:
        raise ValueError("bandwidth too small, minimum 100Bps")
    return rate


class LinkUnqueue(Element):
    ports = Ports("1/1", "l/h")
    latency = Argument("LATENCY", nanoseconds)
    bandwidth = Argument("BANDWIDTH", _bandwidth)
    travel = StateVariable(64)
    rate = StateVariable(64)
    held = StateVariable(32)
    together = StateVariable(32)
    """Whether the link has been asked for no packet since the last one that it got."""

    def setup(self) -> None:
        self.link: deque[Packet] = deque()

    def initialize(self, machine: Machine) -> None:
        state = machine.stores[self.name]
        state.set(self.travel, self.latency)
        state.set(self.rate, self.bandwidth)

    def task(self, machine: Machine) -> int:
        state = machine.stores[self.name]
        travel, pulled, sent = state.get(self.travel), 0, 0
        arrives = machine.now + travel
        while pulled < MOST_A_RUN and len(self.link) < MOST_HELD and (not self.link or self.link[-1].time <= arrives):
            packet = machine.pull_in(self.name, 0)
            if packet is None:
                state.set(self.together, 0)
                break
            start = self.link[-1].time if self.link and state.get(self.together) else arrives
            packet.time = start + (packet.length + packet.extra_length) * 1_000_000_000 // state.get(self.rate)
            self.link.append(packet)
            state.set(self.together, 1)
            pulled += 1
        while sent < MOST_A_RUN and self.link and self.link[0].time <= machine.now:
            state.set(self.held, len(self.link) - 1)
            machine.push_out(self.name, 0, self.link.popleft())
            sent += 1
        state.set(self.held, len(self.link))
        if self.link:
            room_at = self.link[-1].time - travel
            machine.at(self.name, min(self.link[0].time, room_at) if room_at > machine.now else self.link[0].time)
        return pulled + sent

    def timer(self, machine: Machine) -> None:
        """Its task runs by itself then."""

    def after_write(self, machine: Machine) -> None:
        self.link.clear()
        machine.stores[self.name].set(self.held, 0)
        machine.at(self.name, None)

    def stored(self) -> int:
        return len(self.link)

    def c_source(self) -> CSource:
        return CSource(
            fields="struct packet *first, *last; uint64_t travel, rate; uint32_t held, together;",
            initialize=f"    self->travel = {self.latency}ULL;\n    self->rate = {self.bandwidth}u;\n",
            task=f"""
    uint64_t arrives = NOW + self->travel;
    int pulled = 0, sent = 0, most = BATCH({MOST_A_RUN});
    while (pulled < most && self->held < {MOST_HELD} && (!self->first || self->last->time <= arrives)) {{
        struct packet *p = IN(0);
        if (!p) {{ self->together = 0; break; }}
        uint64_t start = self->first && self->together ? self->last->time : arrives;
        p->time = start + ((uint64_t)p->length + p->extra_length) * 1000000000u / self->rate;
        p->next = NULL;
        if (self->first) self->last->next = p;
        else self->first = p;
        self->last = p;
        self->held++;
        self->together = 1;
        pulled++;
    }}
    for (; sent < most && self->first && self->first->time <= NOW; sent++) {{
        struct packet *p = self->first;
        self->first = p->next;
        self->held--;
        OUT(0, p);
    }}
    if (self->first) {{
        uint64_t room_at = self->last->time - self->travel;
        AT(room_at > NOW && room_at < self->first->time ? room_at : self->first->time);
    }}
    return DRIVEN && sent ? sent : pulled + sent;
""",
            timer="    WAKE;\n",
            after_write="""
    for (struct packet *p; (p = self->first);) {
        self->first = p->next;
        KILL(p);
    }
    self->held = 0;
    AT(NEVER);
""",
            stored="self->held",
            state=tuple((name, f"self->{name}") for name in ("travel", "rate", "held", "together")),
        )

    @reads("latency")
    def latency_text(self, state: StateView) -> str:
        return interval_text(state.get(self.travel))

    @writes("latency")
    def set_latency(self, state: StateView, text: str) -> None:
        state.set(self.travel, nanoseconds(text))

    @reads("bandwidth")
    def bandwidth_text(self, state: StateView) -> str:
        return str(state.get(self.rate))

    @writes("bandwidth")
    def set_bandwidth(self, state: StateView, text: str) -> None:
        state.set(self.rate, _bandwidth(text.strip()))

    @reads("size")
    def size(self, state: StateView) -> str:
        return str(state.get(self.held))

    @writes("reset")
    def reset(self, state: StateView, text: str) -> None:
        """What is in the link is dropped behind every write handler."""
