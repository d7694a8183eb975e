"""FullNoteQueue([CAPACITY])

Stores packets that are pushed to it until they are pulled, first in, first out; a packet that finds it full leaves
by output 1, where that is in use, and is dropped where it is not.

Whoever pulls from it sleeps while it is empty, and sources that push to it while it is full. Queue is a newer name of it.

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
    FullNoteQueue
    FullNoteQueue(3)
"""

from elements.queues.ring import Ring


class FullNoteQueue(Ring):
    pass
