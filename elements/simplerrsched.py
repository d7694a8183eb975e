"""SimpleRRSched()

Pulls packets from its inputs in turn; an input that has none is passed over. It does what RoundRobinSched does.

Examples:
    SimpleRRSched
"""

from elements.definition.ports import Ports
from elements.queues.schedulers import InputsInTurn


class SimpleRRSched(InputsInTurn):
    ports = Ports("-/1", "l/l")
