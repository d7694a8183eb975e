"""MixedQueue([CAPACITY])

Stores packets until they are pulled: those that come at input 0 behind the others, those that come at input 1 in front of them.

Where it is full, a packet at input 0 leaves by output 1; one at input 1 is stored, and the last packet leaves there. They are dropped where
output 1 is not in use. Whoever pulls from it sleeps while it is empty; sources that push to it do not sleep while it is full.

Arguments:
    CAPACITY: packets that it holds; 1000 if not given.

Handlers:
    capacity (read): packets that it holds at most.
    capacity (write): sets that; packets that came last and have no room are dropped.
    config (read): the configuration, with the capacity that was set.
    drops (read): packets that found it full.
    highwater_length (read): the most packets that it ever held.
    length (read): packets in it now.
    reset (write): empties it; what was in it leaves by output 1, or is dropped where that is not in use.
    reset_counts (write): sets the count of drops to zero, and the highwater length to the present one.

Examples:
    MixedQueue
    MixedQueue(3)
"""

from elements.definition.ports import Ports
from elements.queues.ring import Ring
from elements.reference.machine import Machine
from elements.reference.packet import Packet


class MixedQueue(Ring):
    ports = Ports("2/1-2", "h/lh")
    tells_full = False

    def push(self, machine: Machine, port: int, packet: Packet) -> None:
        if port == 0:
            super().push(machine, port, packet)
            return
        last = self.packets.pop() if self.is_full(machine) else None
        self.store(machine, packet, front=True)
        if last is not None:
            self.refuse(machine, last)

    def pushed(self) -> str:
        return f"""    if (port == 0) {{
    {super().pushed()}
    }} else {{
        struct packet *last = RING_FULL ? RING_TAKE_LAST : NULL;
        RING_FIRST(p);
        if (last) {{ {self.refused("last")} }}
    }}
"""
