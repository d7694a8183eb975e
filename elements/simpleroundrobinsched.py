"""SimpleRoundRobinSched()

Pulls packets from its inputs in turn; an input that has none is passed over. It does what RoundRobinSched does.

Examples:
    SimpleRoundRobinSched
"""

from elements.definition.ports import Ports
from elements.queues.schedulers import InputsInTurn


class SimpleRoundRobinSched(InputsInTurn):
    ports = Ports("-/1", "l/l")
