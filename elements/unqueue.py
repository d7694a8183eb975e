"""Unqueue([BURST, ACTIVE, LIMIT])

Pulls packets and pushes them on, as fast as they come.

Arguments:
    BURST: packets that are pulled in one run, all that there are where it is negative, but never more than 4096; 1 if not given.
    ACTIVE: whether packets are pulled; true if not given.
    LIMIT: packets to pull; without end where it is negative, as it is if not given.

Handlers:
    active (read): whether packets are pulled.
    active (write): sets that.
    burst (read): packets in one run.
    burst (write): sets that.
    count (read): packets pulled.
    limit (read): packets to pull, or -1.
    limit (write): sets that.
    reset (write): sets the count to zero.
    reset_counts (write): sets the count to zero.

Examples:
    Unqueue
    Unqueue(8, LIMIT 100)
    Unqueue(BURST -1, ACTIVE false)
"""

from typing import Final

from elements.definition.arguments import Argument, keyword
from elements.definition.csource import CSource
from elements.definition.element import Element, StateVariable
from elements.definition.handlers import StateView, reads, writes
from elements.definition.loops import MOST_A_RUN
from elements.definition.parsers import boolean, integer
from elements.definition.ports import Ports
from elements.reference.machine import Machine
from elements.sources.data import signed

WITHOUT_END: Final = 0x7FFF_FFFF
_number = integer(-(1 << 31), WITHOUT_END)


def _burst(text: str) -> int:
    """Packets in a run."""
    number = _number(text)
    return WITHOUT_END if number < 0 else number


class Unqueue(Element):
    ports = Ports("1/1", "l/h")
    burst = Argument("BURST", _burst, 1)
    active = keyword("ACTIVE", boolean, True)
    limit = keyword("LIMIT", _number, -1)
    going = StateVariable(32)
    each = StateVariable(32)
    most = StateVariable(32)
    pulled = StateVariable(32)

    def initialize(self, machine: Machine) -> None:
        state = machine.stores[self.name]
        state.set(self.going, int(self.active))
        state.set(self.each, self.burst)
        state.set(self.most, self.limit)

    def task(self, machine: Machine) -> int:
        state = machine.stores[self.name]
        limit = signed(state.get(self.most), 32)
        count = min(state.get(self.each), MOST_A_RUN)
        if limit >= 0:
            count = min(count, limit - state.get(self.pulled))
        worked = 0
        while worked < count and state.get(self.going):
            packet = machine.pull_in(self.name, 0)
            if packet is None:
                break
            worked += 1
            state.set(self.pulled, state.get(self.pulled) + 1)
            machine.push_out(self.name, 0, packet)
        return worked

    def c_source(self) -> CSource:
        return CSource(
            fields="uint32_t going, each, most, pulled;",
            initialize=f"""
    self->going = {int(self.active)};
    self->each = {self.burst};
    self->most = {self.limit};
""",
            task=f"""
    int64_t count = self->each < {MOST_A_RUN} ? self->each : {MOST_A_RUN}, rest = (int64_t)self->most - self->pulled;
    if ((int32_t)self->most >= 0 && rest < count) count = rest;
    count = BATCH(count);
    int64_t worked = 0;
    for (struct packet *p; worked < count && self->going && (p = IN(0)); worked++) {{
        self->pulled++;
        OUT(0, p);
    }}
    return worked;
""",
            empty="!self->going || ((int32_t)self->most >= 0 && self->pulled >= self->most)",
            rests=True,
            state=tuple((name, f"self->{name}") for name in ("going", "each", "most", "pulled")),
        )

    @reads("active")
    def active_text(self, state: StateView) -> str:
        return str(bool(state.get(self.going))).lower()

    @writes("active")
    def set_active(self, state: StateView, text: str) -> None:
        state.set(self.going, int(boolean(text.strip())))

    @reads("burst")
    def burst_text(self, state: StateView) -> str:
        return str(state.get(self.each))

    @writes("burst")
    def set_burst(self, state: StateView, text: str) -> None:
        state.set(self.each, _burst(text.strip()))

    @reads("limit")
    def limit_text(self, state: StateView) -> str:
        return str(signed(state.get(self.most), 32))

    @writes("limit")
    def set_limit(self, state: StateView, text: str) -> None:
        state.set(self.most, _number(text.strip()))

    @reads("count")
    def count(self, state: StateView) -> str:
        return str(state.get(self.pulled))

    @writes("reset")
    def reset(self, state: StateView, text: str) -> None:
        state.set(self.pulled, 0)

    @writes("reset_counts")
    def reset_counts(self, state: StateView, text: str) -> None:
        state.set(self.pulled, 0)
