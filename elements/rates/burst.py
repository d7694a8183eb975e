"""What TimedUnqueue and Burster have in common: so many packets each so often."""

from __future__ import annotations

from elements.definition.csource import CSource
from elements.definition.element import Element, StateVariable
from elements.definition.loops import MOST_A_RUN
from elements.reference.machine import Machine


class BurstUnqueue(Element):
    """``interval`` (ns) and ``burst`` are arguments. Nothing is pulled within an interval from the last burst on; where nothing is there,
    the next packet is pulled when it comes."""

    interval: int
    burst: int
    waits = StateVariable(32)
    taken = StateVariable(32)
    """Packets of this burst that runs before took."""
    next_at = StateVariable(64)

    def task(self, machine: Machine) -> int:
        state = machine.stores[self.name]
        if state.get(self.waits):
            return False
        pulled, before = 0, state.get(self.taken)
        most = min(self.burst - before, MOST_A_RUN)
        while pulled < most:
            packet = machine.pull_in(self.name, 0)
            if packet is None:
                break
            pulled += 1
            machine.push_out(self.name, 0, packet)
        if pulled == most and before + pulled < self.burst:
            state.set(self.taken, before + pulled)
            return pulled
        state.set(self.taken, 0)
        if not before + pulled:
            state.set(self.next_at, 0)
            return False
        # The time that a burst is late is not lost, unless nothing was there.
        due = (state.get(self.next_at) or machine.now) + self.interval
        state.set(self.next_at, due)
        state.set(self.waits, 1)
        machine.at(self.name, due)
        return max(pulled, 1)

    def timer(self, machine: Machine) -> None:
        machine.stores[self.name].set(self.waits, 0)

    def c_source(self) -> CSource:
        return CSource(
            fields="uint64_t next_at; uint32_t waits, taken;",
            task=f"""
    if (self->waits) return 0;
    uint32_t pulled = 0, before = self->taken, most = {self.burst}u - before;
    if (most > {MOST_A_RUN}) most = {MOST_A_RUN};
    most = BATCH(most);
    for (struct packet *p; pulled < most && (p = IN(0)); pulled++) OUT(0, p);
    if (pulled == most && before + pulled < {self.burst}u) {{ self->taken = before + pulled; return pulled; }}
    self->taken = 0;
    if (!(before + pulled)) {{ self->next_at = 0; return 0; }}
    self->next_at = (self->next_at ? self->next_at : NOW) + {self.interval}ULL;
    self->waits = 1;
    AT(self->next_at);
    return pulled ? pulled : 1;
""",
            timer="    self->waits = 0;\n    WAKE;\n",
            state=tuple((name, f"self->{name}") for name in ("waits", "taken", "next_at")),
        )
