"""Elements, by hand, that do something to each packet and let it go on, or do not."""

from __future__ import annotations

from elements.definition.csource import CSource
from elements.definition.element import Element
from elements.definition.ports import Ports
from elements.reference.machine import Machine
from elements.reference.packet import Packet


class EachPacket(Element):
    """``act`` and the C of it give the packet that goes on, None or NULL where none does. In C ``p`` is the packet that came."""

    ports = Ports("1/1", "a/a")
    software_reason = "IPv6 addresses beside packets are the software's"

    def act(self, machine: Machine, packet: Packet) -> Packet | None:
        """What goes on in the place of a packet."""
        raise NotImplementedError

    def push(self, machine: Machine, port: int, packet: Packet) -> None:
        made = self.act(machine, packet)
        if made is not None:
            machine.push_out(self.name, 0, made)

    def pull(self, machine: Machine, port: int) -> Packet | None:
        packet = machine.pull_in(self.name, 0)
        return None if packet is None else self.act(machine, packet)

    @staticmethod
    def each(act: str, source: CSource | None = None) -> CSource:
        """The C of an element: ``act`` may change ``p``, or kill it and set it to another packet or NULL."""
        base = source or CSource()
        return CSource(
            is_short=base.is_short,
            fields=base.fields,
            initialize=base.initialize,
            helpers=base.helpers,
            shared=base.shared,
            state=base.state,
            push=f"{act}\n    if (p) OUT(0, p);\n",
            pull=f"    struct packet *p = IN(0);\n    if (!p) return NULL;\n{act}\n    return p;\n",
        )
