"""TimedSource([INTERVAL, DATA, LIMIT, ACTIVE, STOP, HEADROOM])

Makes a packet of DATA each INTERVAL, the first one INTERVAL after the start, until it has made LIMIT of them.

In a machine that packets are offered to, the clock moves when they arrive: there it makes one packet when INTERVAL or more has passed since
the one before, or since the first that arrived. In one that runs by itself, a source that has made LIMIT waits for `active` or `reset`
before it makes more or tells its end once more, whatever its limit is.

Arguments:
    INTERVAL: time between packets; half a second if not given.
    DATA: the bytes of a packet, at most 2048; a text of 69 bytes if not given.
    LIMIT: packets to make; without end where it is negative, as it is if not given.
    ACTIVE: whether packets are made; true if not given.
    STOP: whether the driver is told to stop when LIMIT packets are made and INTERVAL has passed; a tenant cannot stop a machine that others
        use.
    HEADROOM: accepted; packets have the headroom of all others.

Handlers:
    active (read): whether packets are made.
    active (write): sets that.
    count (read): packets made.
    data (read): the bytes. (Click's end before the first zero.)
    data (write): sets them; no more than DATA has, or 1514 where that is more, and no more than 2048.
    headroom (read): the argument.
    interval (read): time between packets.
    interval (write): sets that, from the next packet on.
    limit (read): packets to make, or -1.
    limit (write): sets that.
    reset (write): sets the count to zero, so that packets are made again.

Examples:
    TimedSource
    TimedSource(20ms, "hello", LIMIT 5)
    TimedSource(INTERVAL 1, ACTIVE false, STOP true)
"""

from dataclasses import replace

from elements.definition.arguments import Argument, keyword
from elements.definition.csource import CSource
from elements.definition.element import StateVariable
from elements.definition.handlers import StateView, reads, writes
from elements.definition.parsers import boolean, byte_string, interval, interval_text, unsigned32
from elements.definition.ports import Ports
from elements.reference.machine import Machine
from elements.sources.data import TEXT, BytesSource, limit_number


class TimedSource(BytesSource):
    ports = Ports("0/1", "h/h")
    interval = Argument("INTERVAL", interval, 500_000_000)
    data = Argument("DATA", byte_string, TEXT)
    limit = keyword("LIMIT", limit_number, -1)
    active = keyword("ACTIVE", boolean, True)
    stop = keyword("STOP", boolean, False, is_operators=True)
    headroom = keyword("HEADROOM", unsigned32, 28)
    pause = StateVariable(64)
    next_at = StateVariable(64)
    begun = StateVariable(32)
    """Whether the time of the next packet is known."""
    asked = StateVariable(32)
    """Whether a handler wakes it: as in Click, `active` and `reset` do, and nothing else."""

    def initialize(self, machine: Machine) -> None:
        super().initialize(machine)
        machine.stores[self.name].set(self.pause, self.interval)

    def task(self, machine: Machine) -> bool:
        state = machine.stores[self.name]
        if not state.get(self.begun):
            state.set(self.begun, 1)
            state.set(self.next_at, machine.now + state.get(self.pause))
        if machine.now < state.get(self.next_at) or not state.get(self.going) or self.over(machine):
            return False
        state.set(self.next_at, machine.now + state.get(self.pause))
        machine.push_out(self.name, 0, self.make(machine, machine.now))
        return True

    def c_source(self) -> CSource:
        made = self.data_source()
        return replace(
            made,
            fields=f"{made.fields} uint64_t pause, next_at; uint32_t begun, waits, asked;",
            initialize=f"{made.initialize}    self->pause = {self.interval}ULL;\n",
            # The task is for machines that are offered packets, and for the time of the first in those that are driven.
            task="""
    if (!self->begun) {
        self->begun = 1;
        self->next_at = NOW + self->pause;
        if (DRIVEN && self->going) { self->waits = 1; AT(self->next_at); }
    }
    if (DRIVEN || NOW < self->next_at || !self->going || DATA_OVER) return 0;
    self->next_at = NOW + self->pause;
    OUT(0, DATA_PACKET);
    return 1;
""",
            timer=f"""
    self->waits = 0;
    if (!self->going) return;
    if (DATA_OVER) {{ {"STOP;" if self.stop else ""} return; }}
    struct packet *p = DATA_PACKET;
    /* One that fell behind by more than a second does not catch up. */
    self->next_at += self->pause;
    if (self->next_at + 1000000000u < NOW) self->next_at = NOW + self->pause;
    self->waits = 1;
    AT(self->next_at);
    OUT(0, p);
""",
            after_write=f"""{made.after_write}
    if (self->asked && DRIVEN && self->begun && self->going && !self->waits) {{
        self->waits = 1;
        self->next_at = NOW;
        AT(NOW);
    }}
    self->asked = 0;
""",
            state=(*made.state, *((name, f"self->{name}") for name in ("pause", "next_at", "begun", "asked"))),
        )

    @writes("active")
    def set_active(self, state: StateView, text: str) -> None:
        super().set_active(state, text)
        state.set(self.asked, 1)

    @writes("reset")
    def reset(self, state: StateView, text: str) -> None:
        super().reset(state, text)
        state.set(self.asked, 1)

    @reads("interval")
    def interval_handler(self, state: StateView) -> str:
        return interval_text(state.get(self.pause))

    @writes("interval")
    def set_interval(self, state: StateView, text: str) -> None:
        state.set(self.pause, interval(text))

    @reads("headroom")
    def headroom_text(self, state: StateView) -> str:
        return str(self.headroom)
