"""TimeFilter([START, END, START_DELAY, END_DELAY, START_AFTER, END_AFTER, INTERVAL, STOP, END_CALL])

Sends packets whose time is at least START and less than END to output 0, others to output 1, or nowhere where that is not in use.

START and END may be told in other ways. A time of 0 is as none at all. In a tenant's machine nothing is called or stopped.

Arguments:
    START: seconds since 1970.
    END: seconds since 1970.
    START_DELAY: START is so long after the machine began.
    END_DELAY: END is so long after the machine began.
    START_AFTER: START is so long after the first packet's time.
    END_AFTER: END is so long after the first packet's time.
    INTERVAL: END is so long after START.
    STOP: whether the driver is told to stop at the first packet that is not before END.
    END_CALL: a write handler, with a value, that is called then; `$t` in it is the packet's time. Where it makes END later, the packet
        may pass.

Handlers:
    end (read): END; by END_DELAY, a time of the clock, as in Click.
    end (write): sets that.
    extend_interval (write): makes END later by a time.
    interval (read): how far START and END are apart.
    interval (write): sets that, by END.
    packet_time (read): the time of the last packet that END_CALL was about. (Click does not have it.)
    start (read): START; by START_DELAY, a time of the clock, as in Click.
    start (write): sets that.

Examples:
    TimeFilter(10, 20)
    TimeFilter(START_AFTER 1, INTERVAL 5s, STOP true)
    TimeFilter(START_DELAY 1, END_DELAY 2, END_CALL x.extend_interval 1)
    TimeFilter(END_AFTER 1)
"""

import re

from elements.definition.arguments import Argument, keyword
from elements.definition.call_handler import call_handler
from elements.definition.csource import CSource
from elements.definition.element import StateVariable
from elements.definition.handlers import StateView, reads, writes
from elements.definition.host import Address, Host
from elements.definition.parsers import boolean, raw
from elements.definition.ports import Ports
from elements.passing.each_packet import DROP, EachPacket
from elements.passing.times import shown, time_of
from elements.reference.machine import Machine
from elements.reference.packet import Packet
from elements.summary.text import U64, signed

NEVER = (1 << 63) - 1


class TimeFilter(EachPacket):
    ports = Ports("1/1-2", "a/ah")
    start = Argument("START", time_of, 0)
    end = Argument("END", time_of, 0)
    start_delay = keyword("START_DELAY", time_of, 0)
    end_delay = keyword("END_DELAY", time_of, 0)
    start_after = keyword("START_AFTER", time_of, 0)
    end_after = keyword("END_AFTER", time_of, 0)
    interval = keyword("INTERVAL", time_of, 0)
    stop = keyword("STOP", boolean, False, is_operators=True)
    end_call = keyword("END_CALL", raw, "", is_operators=True)
    first = StateVariable(64)
    last = StateVariable(64)
    begun = StateVariable(1)
    armed = StateVariable(1)
    fixed = StateVariable(1)
    """Whether END was set by a handler, so that the first packet does not settle it."""
    seen = StateVariable(64)

    def setup(self) -> None:
        if sum(map(bool, (self.start, self.start_after, self.start_delay))) > 1:
            raise ValueError("START, START_AFTER and START_DELAY are mutually exclusive")
        if sum(map(bool, (self.end, self.end_after, self.end_delay, self.interval))) > 1:
            raise ValueError("END, END_AFTER, END_DELAY and INTERVAL are mutually exclusive")
        if self.stop and self.end_call:
            raise ValueError("END_CALL and STOP are mutually exclusive")
        self.relative_start = self.start_after if not (self.start or self.start_delay) else None
        self.given_start = self.start or self.start_delay or self.start_after
        self.given_end = self.end or self.end_after or self.end_delay or self.interval or NEVER

    def initialize(self, machine: Machine) -> None:
        state = machine.stores[self.name]
        state.set(self.first, self.given_start + (machine.now if self.start_delay else 0))
        state.set(self.last, self.given_end + (machine.now if self.end_delay else 0))
        state.set(self.armed, int(self.stop or bool(self.end_call)))

    def _begin(self, state: StateView, time: int) -> None:
        """Settle what depends on the first packet's time."""
        if self.relative_start is not None:
            state.set(self.first, state.get(self.first) + time)
        if not state.get(self.fixed):
            state.set(self.last, state.get(self.last) + (time if self.end_after else state.get(self.first) if self.interval else 0))
        state.set(self.begun, 1)

    def each(self, machine: Machine, packet: Packet) -> int:
        state = machine.stores[self.name]
        if not state.get(self.begun):
            self._begin(state, packet.time)
        time = signed(packet.time)
        way = 1 if self.outputs > 1 else DROP
        if time < signed(state.get(self.first)):
            return way
        if time < signed(state.get(self.last)):
            return 0
        # Nothing is called here.
        if state.get(self.armed):
            state.set(self.seen, packet.time)
        state.set(self.armed, 0)
        return way

    def c_each(self) -> str:
        relative = "self->first += p->time;" if self.relative_start is not None else ""
        end = "p->time" if self.end_after else "self->first" if self.interval else "0"
        call = "STOP;" if self.stop else "CALL(0, p);" if self.end_call else ""
        return f"""
    int64_t time = p->time;
    if (!self->begun) {{
        {relative}
        if (!self->fixed) self->last += {end};
        self->begun = 1;
    }}
    if (time < (int64_t)self->first) way = {1 if self.outputs > 1 else -1};
    else {{
        for (int64_t before = 0; time >= (int64_t)self->last && self->armed && (!before || (int64_t)self->last > before);) {{
            before = self->last;
            self->armed = 0;
            self->seen = p->time;
            if (DRIVEN) {{ {call} }}
        }}
        if (time >= (int64_t)self->last) way = {1 if self.outputs > 1 else -1};
    }}
"""

    def c_rest(self) -> CSource:
        return CSource(
            fields="uint64_t first, last, seen; uint32_t begun, armed, fixed;",
            initialize=f"""
    self->first = {self.given_start}ULL + {"NOW" if self.start_delay else "0"};
    self->last = {self.given_end}ULL + {"NOW" if self.end_delay else "0"};
    self->armed = {int(self.stop or bool(self.end_call))};
""",
            state=tuple((name, f"self->{name}") for name in ("first", "last", "begun", "armed", "fixed", "seen")),
        )

    def called(self, host: Host, what: int, packet: Address | None) -> int:
        time = host.read_handler(f"{self.name}.packet_time")
        call_handler(host, re.sub(r"\$(?:\{t\}|\(t\)|t\b)", time, self.end_call), self.name)
        return 0

    @reads("packet_time")
    def packet_time(self, state: StateView) -> str:
        return shown(state.get(self.seen))

    @reads("start")
    def start_text(self, state: StateView) -> str:
        return shown(state.get(self.first))

    @writes("start")
    def set_start(self, state: StateView, text: str) -> None:
        time = time_of(text.strip())
        if not state.get(self.begun):
            self._begin(state, time)
        state.set(self.first, time)

    @reads("end")
    def end_text(self, state: StateView) -> str:
        return shown(state.get(self.last))

    @writes("end")
    def set_end(self, state: StateView, text: str) -> None:
        state.set(self.last, time_of(text.strip()))
        state.set(self.fixed, 1)
        state.set(self.armed, int(self.stop or bool(self.end_call)))

    @reads("interval")
    def interval_text(self, state: StateView) -> str:
        return shown(state.get(self.last) - state.get(self.first) & U64)

    @writes("interval")
    def set_interval(self, state: StateView, text: str) -> None:
        state.set(self.last, state.get(self.first) + time_of(text.strip()))
        state.set(self.armed, int(self.stop or bool(self.end_call)))

    @writes("extend_interval")
    def extend(self, state: StateView, text: str) -> None:
        state.set(self.last, min(state.get(self.last) + time_of(text.strip()), NEVER))
        state.set(self.armed, int(self.stop or bool(self.end_call)))
