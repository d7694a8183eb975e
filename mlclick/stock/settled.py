"""What two machines may choose, by name, and why; it is taken out of what both did before that is compared."""

from __future__ import annotations

from typing import Final

PRINTING: Final = frozenset(("ARPPrint", "DriverManager", "IP6Print", "IPPrint", "Message", "NotifierDebug", "Print", "Script"))
"""Whose output is what they say. Of the others, lines on standard error are messages to whoever runs the machine: their words are not
compared."""
HANDLERS: Final = {
    "calls": "how often a task is run is the scheduler's choice",
    "cycles": "it is a measurement of this run",
    "ARPQuerier.table": "ages there are those that addresses had when the last packet came, in Click those that they have now",
    "CheckICMPHeader.drop_details": "in Click they begin at whatever was in memory",
}
"""Read handlers that are not compared, of each class or of one."""
TIMES: Final = {
    "ARPResponder": "an answer has the time of its question, in Click none, so that ToDump writes its own",
}
"""Classes of whose packets times are not compared."""
CLOCKED: Final = {
    "DelayShaper": "packets are stamped with the clock when they leave",
}
"""Classes whose packets have times of the clock, which goes on by a nanosecond each time that somebody looks at it: they are compared to a
millisecond."""
CLOSE: Final = 1_000_000
"""Nanoseconds, of those."""
UNORDERED: Final = {
    "DirectIPLookup.table": "Click's lines are in the order of its hash table",
}
"""Read handlers whose lines may be in another order."""


def compares_handler(class_name: str, handler: str) -> bool:
    """Whether the read handler ``handler`` of such an element is compared."""
    return handler not in HANDLERS and f"{class_name}.{handler}" not in HANDLERS
