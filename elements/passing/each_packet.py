"""Elements that see each packet that comes, pushed or pulled, and that no packet program can express.

Where a packet that is pulled does not leave by output 0, the next one is asked for, `MOST_PULLS` of them at most. Whoever pulls then gets
nothing, and asks again before it sleeps.
"""

from __future__ import annotations

from dataclasses import replace
from typing import ClassVar

from elements.definition.csource import CSource
from elements.definition.element import Element
from elements.definition.loops import MOST_PULLS
from elements.reference.machine import Machine
from elements.reference.packet import Packet

DROP = -1


class EachPacket(Element):
    """Subclasses say what is done to a packet by `each` and `c_each`. Those that leave by another output than 0 are pushed."""

    fields: ClassVar[str] = ""
    helpers: ClassVar[str] = ""
    is_short: ClassVar[bool] = True
    """`CSource.is_short` of them."""
    state_in_c: ClassVar[tuple[tuple[str, str], ...]] = ()

    def each(self, machine: Machine, packet: Packet) -> int:
        """Reference: do it; the output that the packet leaves by, or `DROP`."""
        raise NotImplementedError

    def c_each(self) -> str:
        """C: do it to ``p``; set ``way`` where it is another output than 0, or -1."""
        raise NotImplementedError

    def c_initialize(self) -> str:
        """C: what is done before the first packet."""
        return ""

    def c_rest(self) -> CSource:
        """What else there is of C."""
        return CSource(fields=self.fields, helpers=self.helpers, initialize=self.c_initialize(), state=self.state_in_c)

    def leaves(self, machine: Machine, packet: Packet) -> tuple[int, Packet]:
        """Reference: the output, or `DROP`, and what leaves by it."""
        return self.each(machine, packet), packet

    def push(self, machine: Machine, port: int, packet: Packet) -> None:
        way, leaving = self.leaves(machine, packet)
        if way != DROP:
            machine.push_out(self.name, way, leaving)

    def pull(self, machine: Machine, port: int) -> Packet | None:
        for _ in range(MOST_PULLS):
            packet = machine.pull_in(self.name, 0)
            if packet is None:
                return None
            way, leaving = self.leaves(machine, packet)
            if way == 0:
                return leaving
            if way != DROP:
                machine.push_out(self.name, way, leaving)
        return None

    def c_source(self) -> CSource:
        return replace(each_source(self.c_each(), self.c_rest()), is_short=self.is_short)


class Replacing(EachPacket):
    """Subclasses say by `act` which packet goes on in the place of one. In C, ``c_each`` may change ``p``, or kill it and set it to another
    packet, or to NULL."""

    def act(self, machine: Machine, packet: Packet) -> Packet | None:
        """Reference: what goes on in the place of ``packet``, None where nothing does."""
        raise NotImplementedError

    def leaves(self, machine: Machine, packet: Packet) -> tuple[int, Packet]:
        made = self.act(machine, packet)
        return (DROP, packet) if made is None else (0, made)


def each_source(each: str, rest: CSource) -> CSource:
    """``rest`` with the push and the pull of an element that does ``each`` to a packet: C as `EachPacket` and `Replacing` have it."""
    goes = "if (p && way < 0) KILL(p); else if (p) OUT(way, p);"
    return replace(
        rest,
        push=f"    int way = 0;\n{each}\n    {goes}\n",
        pull=f"""
    for (int pulled = 0; pulled < MOST_PULLS; pulled++) {{
        struct packet *p = IN(0);
        if (!p) return NULL;
        int way = 0;
{each}
        if (p && !way) return p;
        {goes}
    }}
    PULL_AGAIN;
    return NULL;
""",
    )
