"""What two machines may choose, by name, and why; it is taken out of what both did before that is compared."""

from __future__ import annotations

from typing import Final

PRINTING: Final = frozenset(("ARPPrint", "DriverManager", "IP6Print", "IPPrint", "Message", "NotifierDebug", "Print", "Script"))
"""Whose output is what they say. Of the others, lines on standard error are messages to whoever runs the machine: their words are not
compared."""
HANDLERS: Final = {
    "calls": "how often a task is run is the scheduler's choice",
    "cycles": "it is a measurement of this run",
}
"""Read handlers that are not compared, whichever element has them."""
