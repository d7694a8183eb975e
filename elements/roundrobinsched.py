"""RoundRobinSched()

Pulls packets from its inputs in turn; an input that has none is passed over.

Examples:
    RoundRobinSched
"""

from elements.definition.ports import Ports
from elements.queues.schedulers import InputsInTurn


class RoundRobinSched(InputsInTurn):
    ports = Ports("-/1", "l/l")
    hardware_role = "scheduler"
