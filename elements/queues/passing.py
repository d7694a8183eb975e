"""Elements by hand that do something to each packet that passes, and let it go on."""

from __future__ import annotations

from elements.definition.csource import CSource
from elements.definition.element import Element
from elements.reference.machine import Machine
from elements.reference.packet import Packet


class Passing(Element):
    """One input and one output."""

    def change(self, machine: Machine, packet: Packet) -> None:
        """What is done to a packet."""
        raise NotImplementedError

    def push(self, machine: Machine, port: int, packet: Packet) -> None:
        self.change(machine, packet)
        machine.push_out(self.name, 0, packet)

    def pull(self, machine: Machine, port: int) -> Packet | None:
        packet = machine.pull_in(self.name, 0)
        if packet is not None:
            self.change(machine, packet)
        return packet


def passing_source(change: str) -> CSource:
    """The C; ``change`` does it to a packet ``p``."""
    return CSource(
        is_short=True,
        push=f"{change}    OUT(0, p);\n",
        pull=f"    struct packet *p = IN(0);\n    if (!p) return NULL;\n{change}    return p;\n",
    )
