"""What DelayUnqueue and DelayShaper have in common: one packet waits until its time has come."""

from __future__ import annotations

from typing import Final

from elements.definition.arguments import Argument
from elements.definition.csource import CSource
from elements.definition.element import Element, StateVariable
from elements.definition.handlers import StateView, reads, writes
from elements.definition.parsers import interval_text, nanoseconds
from elements.reference.machine import Machine
from elements.reference.packet import Packet

SECOND: Final = 1_000_000_000


class Delay(Element):
    """An element that holds back the packets that it pulls from input 0."""

    delay = Argument("DELAY", nanoseconds)
    pause = StateVariable(64)

    def setup(self) -> None:
        self.waiting: Packet | None = None

    def initialize(self, machine: Machine) -> None:
        machine.stores[self.name].set(self.pause, self.delay)

    def ripe(self, machine: Machine) -> Packet | None:
        """A packet whose time has come; where it has not, the element's timer is set to it."""
        packet = self.waiting
        if packet is None:
            packet = self.waiting = machine.pull_in(self.name, 0)
            if packet is None:
                return None
            packet.time = (machine.now if packet.time < SECOND else packet.time) + machine.stores[self.name].get(self.pause)
        if packet.time > machine.now:
            machine.at(self.name, packet.time)
            return None
        self.waiting = None
        return packet

    @staticmethod
    def ripe_c(none: str) -> str:
        """C that makes ``p`` a packet whose time has come, and does ``none`` where there is none."""
        return f"""
    struct packet *p = self->waiting;
    if (!p) {{
        if (!(p = IN(0))) {{ {none} }}
        p->time = (p->time < {SECOND} ? NOW : p->time) + self->pause;
        self->waiting = p;
    }}
    if (p->time > NOW) {{ AT(p->time); {none} }}
    self->waiting = NULL;
"""

    def delay_source(self, *, task: str = "", pull: str = "") -> CSource:
        """The C."""
        return CSource(
            fields="struct packet *waiting; uint64_t pause;",
            initialize=f"    self->pause = {self.delay}ULL;\n",
            task=task,
            pull=pull,
            timer="    WAKE;\n",
            # One that waits is there when the timer says so.
            empty="self->waiting ? self->waiting->time > NOW : INPUT_IS_EMPTY(0)",
            state=(("pause", "self->pause"),),
        )

    @reads("delay")
    def delay_text(self, state: StateView) -> str:
        return interval_text(state.get(self.pause))

    @writes("delay")
    def set_delay(self, state: StateView, text: str) -> None:
        state.set(self.pause, nanoseconds(text))
