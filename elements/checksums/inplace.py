"""Elements that look at a packet, perhaps change it in place, and send it on by an output: what their readings have in common."""

from __future__ import annotations

from typing import ClassVar

from elements.definition.csource import CSource
from elements.definition.element import Element
from elements.reference.machine import Machine
from elements.reference.packet import Packet

DROPPED = -1


class InPlace(Element):
    """`act` says by which output a packet leaves; `c_action` is the same in C: statements that set ``way``, with ``p`` the packet."""

    fields: ClassVar[str] = ""
    helpers: ClassVar[str] = ""
    state_in_c: ClassVar[tuple[tuple[str, str], ...]] = ()
    is_short: ClassVar[bool] = True
    """`CSource.is_short` of them."""

    def act(self, machine: Machine, packet: Packet) -> int:
        """The output that the packet leaves by, `DROPPED` for none; it may change."""
        raise NotImplementedError

    def c_action(self) -> str:
        """The same in C."""
        raise NotImplementedError

    def c_initialize(self) -> str:
        """What is done in C before the first packet."""
        return ""

    def push(self, machine: Machine, port: int, packet: Packet) -> None:
        way = self.act(machine, packet)
        if way != DROPPED:
            machine.push_out(self.name, way, packet)

    def pull(self, machine: Machine, port: int) -> Packet | None:
        packet = machine.pull_in(self.name, 0)
        way = DROPPED if packet is None else self.act(machine, packet)
        if packet is not None and way > 0:
            machine.push_out(self.name, way, packet)
        return packet if way == 0 else None

    def c_source(self) -> CSource:
        act = f"    int way = -1;\n{self.c_action()}"
        return CSource(
            is_short=self.is_short,
            fields=self.fields,
            helpers=self.helpers,
            initialize=self.c_initialize(),
            push=f"{act}    if (way < 0) KILL(p); else OUT(way, p);\n",
            pull=f"    struct packet *p = IN(0);\n    if (!p) return NULL;\n{act}"
            "    if (!way) return p;\n    if (way < 0) KILL(p); else OUT(way, p);\n    return NULL;\n",
            state=self.state_in_c,
        )
