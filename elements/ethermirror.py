"""EtherMirror()

Swaps the Ethernet source and destination address. Packets that end before either does are dropped (in Click they
are read past their end).

Examples:
    EtherMirror
"""

from elements.definition.element import Element
from elements.definition.ports import Ports
from elements.program.packet import Packet


class EtherMirror(Element):
    ports = Ports("1/1", "a/a")

    def program(self, p: Packet) -> None:
        with p.when(p.has(12)):
            p.ether.destination, p.ether.source = p.ether.source, p.ether.destination
            p.output(0)
