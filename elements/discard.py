"""Discard([ACTIVE, BURST])

Drops every packet, and counts them. From a pull input it takes packets as fast as there are any.

Arguments:
    ACTIVE: whether a pull input is pulled; true if not given. A push input has no use for false.
    BURST: packets that are pulled at once, all that there are where it is 0, but never more than 4096; 1 if not given.

Handlers:
    active (read): whether a pull input is pulled; true where the input is pushed to, where Click does not have it.
    active (write): sets that.
    count (read): packets dropped.
    reset_counts (write): sets the count to zero.

Examples:
    Discard
    Discard(BURST 8)
"""

from elements.definition.arguments import keyword
from elements.definition.csource import CSource
from elements.definition.element import Element, StateVariable
from elements.definition.handlers import StateView, reads, writes
from elements.definition.loops import MOST_A_RUN
from elements.definition.parsers import boolean, unsigned32
from elements.definition.ports import Ports
from elements.program.packet import Packet
from elements.reference.machine import Machine


class Discard(Element):
    ports = Ports("1/0", "a/a")
    active = keyword("ACTIVE", boolean, True)
    burst = keyword("BURST", unsigned32, 1)
    packets = StateVariable(32)
    stopped = StateVariable(1)

    def setup(self) -> None:
        self.most = min(self.burst or MOST_A_RUN, MOST_A_RUN)
        if not self.active:
            self.pull_reason = "ACTIVE false has no meaning for a push input"

    def program(self, p: Packet) -> None:
        p.write(self.packets, p.read(self.packets) + 1)
        p.drop()

    def initialize(self, machine: Machine) -> None:
        machine.stores[self.name].set(self.stopped, int(not self.active))

    def task(self, machine: Machine) -> int:
        if machine.checked.kind(self.name, False, 0) == "push" or machine.stores[self.name].get(self.stopped):
            return False
        pulled = 0
        while pulled < self.most and (packet := machine.pull_in(self.name, 0)) is not None:
            machine.offer(self.name, 0, packet)
            pulled += 1
        return pulled

    def c_source(self) -> CSource:
        return CSource(
            fields="uint64_t stopped;",
            initialize=f"    self->stopped = {int(not self.active)};",
            task=f"""
#if INPUT_IS_PULL
    uint32_t pulled = 0, most = BATCH({self.most});
    for (struct packet *p; !self->stopped && pulled < most && (p = IN(0)); pulled++) OFFER(0, p);
    return pulled;
#else
    return 0;
#endif
""",
            empty="self->stopped",
            rests=True,
            state=(("stopped", "self->stopped"),),
        )

    @reads("active")
    def active_text(self, state: StateView) -> str:
        return "false" if state.get(self.stopped) else "true"

    @writes("active")
    def set_active(self, state: StateView, text: str) -> None:
        state.set(self.stopped, int(not boolean(text.strip())))

    @reads("count")
    def count(self, state: StateView) -> str:
        return str(state.get(self.packets))

    @writes("reset_counts")
    def reset(self, state: StateView, text: str) -> None:
        state.set(self.packets, 0)
