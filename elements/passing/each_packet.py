"""Elements that look at each packet that passes, pushed or pulled, and that no packet program can express."""

from __future__ import annotations

from typing import ClassVar

from elements.definition.csource import CSource
from elements.definition.element import Element
from elements.reference.machine import Machine
from elements.reference.packet import Packet

DROP = -1


class EachPacket(Element):
    """Subclasses say what is done to a packet by `each` and `c_each`. Packets that are pulled come out of output 0; those that leave by
    another one are pushed, and the next one is asked for."""

    is_short: ClassVar[bool] = True
    """`CSource.is_short` of them."""

    def each(self, machine: Machine, packet: Packet) -> int:
        """Reference: do it; the output that the packet leaves by, or `DROP`."""
        raise NotImplementedError

    def c_each(self) -> str:
        """C: do it to ``p``; set ``way`` where it is another output than 0, or -1."""
        raise NotImplementedError

    def c_rest(self) -> CSource:
        """What else there is of C."""
        return CSource()

    def push(self, machine: Machine, port: int, packet: Packet) -> None:
        way = self.each(machine, packet)
        if way != DROP:
            machine.push_out(self.name, way, packet)

    def pull(self, machine: Machine, port: int) -> Packet | None:
        while (packet := machine.pull_in(self.name, 0)) is not None:
            way = self.each(machine, packet)
            if way == 0:
                return packet
            if way != DROP:
                machine.push_out(self.name, way, packet)
        return None

    def c_source(self) -> CSource:
        rest, each = self.c_rest(), self.c_each()
        return CSource(
            is_short=self.is_short,
            fields=rest.fields,
            initialize=rest.initialize,
            push=f"    int way = 0;\n{each}\n    if (way < 0) KILL(p); else OUT(way, p);\n",
            pull=f"""
    for (;;) {{
        struct packet *p = IN(0);
        if (!p) return NULL;
        int way = 0;
{each}
        if (!way) return p;
        if (way < 0) KILL(p); else OUT(way, p);
    }}
""",
            timer=rest.timer,
            finish=rest.finish,
            helpers=rest.helpers,
            state=rest.state,
        )
