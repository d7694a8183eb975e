"""SimplePrioSched()

Pulls packets from the first of its inputs that has one: input 0 has priority over input 1, and so on. It does
what PrioSched does.

Examples:
    SimplePrioSched
"""

from elements.definition.ports import Ports
from elements.queues.schedulers import FirstInput


class SimplePrioSched(FirstInput):
    ports = Ports("-/1", "l/l")
