"""PrioSched()

Pulls packets from the first of its inputs that has one: input 0 has priority over input 1, and so on.

Examples:
    PrioSched
"""

from elements.definition.ports import Ports
from elements.queues.schedulers import FirstInput


class PrioSched(FirstInput):
    ports = Ports("-/1", "l/l")
