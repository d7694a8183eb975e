"""Sources that make packets as fast as these are taken, so many at a time."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from elements.definition.call_handler import call_handler
from elements.definition.csource import CSource
from elements.definition.element import StateVariable
from elements.definition.handlers import StateView, reads, writes
from elements.definition.host import Address, Host
from elements.definition.parsers import integer
from elements.reference.machine import Machine
from elements.reference.packet import Packet
from elements.scripts.numbers import whole
from elements.sources.data import CountingSource, expect_whole, signed

AT_ONCE: Final = 4096
"""Packets that a source makes at most at one instant of a machine that packets are offered to."""
burst_number = integer(1, AT_ONCE)


class BurstSource(CountingSource):
    """``burst``, ``timestamp``, ``stop`` and ``end_call`` are arguments, too."""

    burst: int
    timestamp: bool
    stop: bool
    end_call: str
    each = StateVariable(32)
    instant = StateVariable(64)
    at_instant = StateVariable(32)

    def setup(self) -> None:
        if self.stop and self.end_call:
            raise ValueError("STOP and END_CALL cannot both be given")
        super().setup()

    def initialize(self, machine: Machine) -> None:
        super().initialize(machine)
        machine.stores[self.name].set(self.each, self.burst)

    def fresh(self, machine: Machine) -> Packet:
        """A packet, which is counted."""
        raise NotImplementedError

    def _allowed(self, machine: Machine) -> int:
        """How many packets may be made now."""
        state = machine.stores[self.name]
        if state.get(self.instant) != machine.now:
            state.set(self.instant, machine.now)
            state.set(self.at_instant, 0)
        if not state.get(self.going):
            return 0
        limit = signed(state.get(self.most), 64)
        rest = AT_ONCE if limit >= 0 else state.get(self.each)
        rest -= state.get(self.at_instant)
        return max(0, rest if limit < 0 else min(rest, limit - state.get(self.made)))

    def _make(self, machine: Machine) -> Packet:
        state = machine.stores[self.name]
        state.set(self.at_instant, state.get(self.at_instant) + 1)
        return self.fresh(machine)

    def task(self, machine: Machine) -> bool:
        if machine.checked.kind(self.name, True, 0) == "pull":
            return False
        now = min(machine.stores[self.name].get(self.each), self._allowed(machine))
        for _ in range(now):
            machine.push_out(self.name, 0, self._make(machine))
        return now > 0

    def pull(self, machine: Machine, port: int) -> Packet | None:
        return self._make(machine) if self._allowed(machine) else None

    def burst_source(self, made: CSource, packet: str) -> CSource:
        """The C, from that which makes a ``packet``, an expression that also counts it."""
        end = "STOP;" if self.stop else "CALL(0, NULL);" if self.end_call else ""
        said = f"if (DRIVEN && self->going) {{ {end} }}" if end else ""
        nothing = "!rest && (!self->going || DATA_OVER)"
        allow = f"""
    if (self->instant != NOW) {{ self->instant = NOW; self->at_instant = 0; }}
    int64_t rest = DRIVEN ? self->each : ((int64_t)self->most >= 0 ? {AT_ONCE} : (int64_t)self->each) - self->at_instant;
    if ((int64_t)self->most >= 0 && (int64_t)(self->most - self->made) < rest) rest = (int64_t)(self->most - self->made);
    if (!self->going || rest < 0) rest = 0;
"""
        make = f"""
        struct packet *p = {packet};
        self->at_instant++;
        self->asleep = 0;
        {"" if self.timestamp else "p->time = 0;"}
"""
        return replace(
            made,
            fields=f"{made.fields} uint64_t instant; uint32_t each, at_instant, asleep;",
            initialize=f"{made.initialize}    self->each = {self.burst};\n",
            task=f"""
#if OUTPUT_IS_PULL
    return 0;
#else
    if (DRIVEN && OUTPUT_IS_FULL) return 0;
{allow}
    if (rest > self->each) rest = self->each;
    rest = BATCH(rest);
    for (int64_t n = 0; n < rest; n++) {{{make}        OUT(0, p);
    }}
    if ({nothing}) {{
        self->asleep = 1;
        {said}
    }}
    return DRIVEN ? rest : rest > 0;
#endif
""",
            pull=f"""{allow}
    if ({nothing} && !self->asleep) {{
        self->asleep = 1;
        {said}
    }}
    if (!rest) return NULL;
    {{{make}        return p;
    }}
""",
            # As in Click, a handler wakes one that has packets to make, and no other: what is over is said once for each time that it is.
            after_write=f"{made.after_write}    if (self->going && !DATA_OVER) self->asleep = 0;\n",
            # Its task, or who pulls, comes once more, and so ends what there is to end.
            empty="self->asleep",
            state=(*made.state, *((name, f"self->{name}") for name in ("each", "instant", "at_instant"))),
        )

    def called(self, host: Host, what: int, packet: Address | None) -> int:
        call_handler(host, self.end_call, self.name)
        return 0

    @reads("burst")
    def burst_text(self, state: StateView) -> str:
        return str(state.get(self.each))

    @writes("limit")
    def set_limit(self, state: StateView, text: str) -> None:
        expect_whole(text, "limit parameter must be integer")
        super().set_limit(state, text)

    @writes("active")
    def set_active(self, state: StateView, text: str) -> None:
        try:
            super().set_active(state, text)
        except ValueError:
            raise ValueError("active parameter must be boolean") from None

    @writes("burst")
    def set_burst(self, state: StateView, text: str) -> None:
        number = whole(text.strip())
        if number is None or number < 1:
            raise ValueError("burstsize parameter must be integer >= 1")
        state.set(self.each, burst_number(text.strip()))
