"""Suppressor()

Passes on what comes at each input by the output of the same number, unless that way is closed.

At a closed way, packets that are pushed are dropped, and nobody gets any who pulls. All ways are open at first.

Handlers:
    active# (read): whether way # is open.
    active# (write): sets that.
    reset (write): opens all ways.

Examples:
    Suppressor
"""

from elements.definition.csource import CSource
from elements.definition.element import Element, StateVariable
from elements.definition.handlers import StateView, reads, writes
from elements.definition.parsers import boolean
from elements.definition.ports import Ports
from elements.reference.machine import Machine
from elements.reference.packet import Packet


class Suppressor(Element):
    ports = Ports("-/=", "a/a", "#/#")
    closed = StateVariable(8, depth=1024)

    @property
    def handler_ports(self) -> int:
        """Ways."""
        return self.inputs

    def push(self, machine: Machine, port: int, packet: Packet) -> None:
        if not machine.stores[self.name].get(self.closed, port):
            machine.push_out(self.name, port, packet)

    def pull(self, machine: Machine, port: int) -> Packet | None:
        return None if machine.stores[self.name].get(self.closed, port) else machine.pull_in(self.name, port)

    def c_source(self) -> CSource:
        return CSource(
            is_short=True,
            fields=f"uint32_t closed[{max(1, self.inputs)}];",
            push="    if (self->closed[port]) KILL(p);\n    else OUT(port, p);\n",
            pull="    return self->closed[port] ? NULL : IN(port);\n",
            state=(("closed", "self->closed[0]"),),
        )

    @reads("active#")
    def active_text(self, state: StateView, port: int) -> str:
        return "false" if state.get(self.closed, port) else "true"

    @writes("active#")
    def set_active(self, state: StateView, text: str, port: int) -> None:
        state.set(self.closed, int(not boolean(text.strip())), port)

    @writes("reset")
    def reset(self, state: StateView, text: str) -> None:
        for port in range(self.inputs):
            state.set(self.closed, 0, port)
