"""TimedSink([INTERVAL])

Pulls one packet each INTERVAL and drops it.

In a machine that packets are offered to, the clock moves when they arrive: there it pulls a packet when INTERVAL or more has passed since
the last time, or since the first that arrived.

Arguments:
    INTERVAL: time between packets; half a second if not given.

Handlers:
    interval (read): time between packets.
    interval (write): sets that, from the next packet on.

Examples:
    TimedSink
    TimedSink(1ms)
"""

from elements.definition.arguments import Argument
from elements.definition.csource import CSource
from elements.definition.element import Element, StateVariable
from elements.definition.handlers import StateView, reads, writes
from elements.definition.parsers import interval, interval_text
from elements.definition.ports import Ports
from elements.reference.machine import Machine


class TimedSink(Element):
    ports = Ports("1/0", "l/l")
    interval = Argument("INTERVAL", interval, 500_000_000)
    pause = StateVariable(64)
    next_at = StateVariable(64)
    begun = StateVariable(32)
    """Whether the time of the next packet is known."""

    def initialize(self, machine: Machine) -> None:
        machine.stores[self.name].set(self.pause, self.interval)

    def task(self, machine: Machine) -> bool:
        state = machine.stores[self.name]
        if state.get(self.begun) and machine.now < state.get(self.next_at):
            return False
        pulls = state.get(self.begun)
        state.set(self.begun, 1)
        state.set(self.next_at, machine.now + state.get(self.pause))
        return bool(pulls) and machine.pull_in(self.name, 0) is not None

    def c_source(self) -> CSource:
        return CSource(
            fields="uint64_t pause, next_at; uint32_t begun;",
            initialize=f"""
    self->pause = {self.interval}ULL;
    if (DRIVEN) {{ self->next_at = NOW + self->pause; AT(self->next_at); }}
""",
            task="""
    if (DRIVEN || (self->begun && NOW < self->next_at)) return 0;
    uint32_t pulls = self->begun;
    self->begun = 1;
    self->next_at = NOW + self->pause;
    struct packet *p = pulls ? IN(0) : NULL;
    if (p) KILL(p);
    return p != NULL;
""",
            timer="""
    struct packet *p = IN(0);
    if (p) KILL(p);
    /* One that fell behind by more than a second does not catch up. */
    self->next_at += self->pause;
    if (self->next_at + 1000000000u < NOW) self->next_at = NOW + self->pause;
    AT(self->next_at);
""",
            state=tuple((name, f"self->{name}") for name in ("pause", "next_at", "begun")),
        )

    @reads("interval")
    def interval_handler(self, state: StateView) -> str:
        return interval_text(state.get(self.pause))

    @writes("interval")
    def set_interval(self, state: StateView, text: str) -> None:
        state.set(self.pause, interval(text))
