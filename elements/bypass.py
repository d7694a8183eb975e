"""Bypass([ACTIVE, INLINE])

Leads packets from input 0 to output 0 or, while it is active, out of output 1 first; what comes back at input 1 leaves by output 0.

Where packets are pulled it is the other way round: while it is active, output 0 gives what comes from input 1. Without the second port, it
passes packets on as if it were not active.

Arguments:
    ACTIVE: whether it is active; false if not given.
    INLINE: accepted; nothing is lost here by an element that passes packets on.

Handlers:
    active (read): whether it is active.
    active (write): sets that.

Examples:
    Bypass
    Bypass(true)
"""

from elements.definition.arguments import Argument, keyword
from elements.definition.csource import CSource
from elements.definition.element import Element, StateVariable
from elements.definition.handlers import StateView, reads, writes
from elements.definition.parsers import boolean
from elements.definition.ports import Ports
from elements.reference.machine import Machine
from elements.reference.packet import Packet


class Bypass(Element):
    ports = Ports("1-2/1-2", "a/a", "xy/[xy]x")
    active = Argument("ACTIVE", boolean, False)
    inlined_already = keyword("INLINE", boolean, False)
    on = StateVariable(32)

    def initialize(self, machine: Machine) -> None:
        machine.stores[self.name].set(self.on, int(self.active))

    def push(self, machine: Machine, port: int, packet: Packet) -> None:
        aside = bool(machine.stores[self.name].get(self.on)) and port == 0 and self.outputs > 1
        machine.push_out(self.name, int(aside), packet)

    def pull(self, machine: Machine, port: int) -> Packet | None:
        aside = bool(machine.stores[self.name].get(self.on)) and port == 0 and self.inputs > 1
        return machine.pull_in(self.name, int(aside))

    def c_source(self) -> CSource:
        return CSource(
            is_short=True,
            fields="uint32_t on;",
            initialize=f"    self->on = {int(self.active)};\n",
            push=f"    OUT(self->on && port == 0 && {int(self.outputs > 1)}, p);\n",
            pull=f"    return IN(self->on && port == 0 && {int(self.inputs > 1)});\n",
            # What comes back at input 1 came from output 1, which is pulled through input 0.
            empty="INPUT_IS_EMPTY(0)",
            state=(("on", "self->on"),),
        )

    @reads("active")
    def active_text(self, state: StateView) -> str:
        return str(bool(state.get(self.on))).lower()

    @writes("active")
    def set_active(self, state: StateView, text: str) -> None:
        state.set(self.on, int(boolean(text.strip())))
