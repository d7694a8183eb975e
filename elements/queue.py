"""Queue([CAPACITY])

Stores packets that are pushed to it until they are pulled, first in, first out; a packet that finds it full leaves
by output 1, where that is in use, and is dropped where it is not.

Whoever pulls from it sleeps while it is empty, and sources that push to it while it is full.

With two outputs it is software: hardware drops what finds a queue full. In hardware a Queue before a ToDevice is its tenant's part of
the port's memory, whose room is the board's and not CAPACITY's; what finds it full is in the register PORT/dropped of the tenant.

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
    Queue
    Queue(3)
"""

from elements.queues.ring import Ring


class Queue(Ring):
    hardware_role = "queue"

    def setup(self) -> None:
        super().setup()
        if self.outputs > 1:
            self.software_reason = "hardware drops what finds a queue full"
