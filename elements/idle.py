"""Idle()

Discards every packet that is pushed to it and never has one to give.

Examples:
    Idle
"""

from elements.definition.element import Element
from elements.definition.ports import Ports
from elements.program.packet import Packet
from elements.reference.packet import Packet as RealPacket


class Idle(Element):
    ports = Ports("-/-", "a/a", "x/y")

    def program(self, p: Packet) -> None:
        p.drop()

    def pull(self, machine: object, port: int) -> RealPacket | None:
        return None
