"""FrontDropQueue([CAPACITY])

Stores packets that are pushed to it until they are pulled, first in, first out; one that finds it full takes the place of the first, which
leaves by output 1, where that is in use, and is dropped where it is not.

Whoever pulls from it sleeps while it is empty; sources that push to it do not sleep while it is full.

Arguments:
    CAPACITY: packets that it holds; 1000 if not given.

Handlers:
    capacity (read): packets that it holds at most.
    capacity (write): sets that; packets that came first and have no room are dropped.
    config (read): the configuration, with the capacity that was set.
    drops (read): packets that found it full.
    highwater_length (read): the most packets that it ever held.
    length (read): packets in it now.
    reset (write): empties it; what was in it leaves by output 1, or is dropped where that is not in use.
    reset_counts (write): sets the count of drops to zero, and the highwater length to the present one.

Examples:
    FrontDropQueue
    FrontDropQueue(3)
"""

from elements.queues.ring import Ring
from elements.reference.machine import Machine
from elements.reference.packet import Packet


class FrontDropQueue(Ring):
    tells_full = False
    drops_first = True

    def push(self, machine: Machine, port: int, packet: Packet) -> None:
        first = self.pull(machine, 0) if self.is_full(machine) else None
        self.store(machine, packet)
        if first is not None:
            self.refuse(machine, first)

    def pushed(self) -> str:
        return f"""    struct packet *first = RING_FULL ? RING_TAKE_FIRST : NULL;
    RING_LAST(p);
    if (first) {{ {self.refused("first")} }}
"""
