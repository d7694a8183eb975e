"""UnstripIPHeader()

Puts back in front of packets what was stripped from their IP header on, as MarkIPHeader or CheckIPHeader marked it.

Packets whose data begins with the header already, or in front of it, pass unchanged; so do those without a mark (in Click, the program
ends), and those whose mark lies more than 64 bytes in front, farther than one header is long (Click puts those bytes back, too).

Examples:
    UnstripIPHeader
"""

from typing import Final

from elements.definition.element import Move
from elements.definition.ports import Ports
from elements.passing.each_packet import EachPacket
from elements.placement.layouts import UNKNOWN
from elements.reference.machine import Machine
from elements.reference.packet import Packet

FARTHEST: Final = 64


class UnstripIPHeader(EachPacket):
    ports = Ports("1/1", "a/a")

    def move(self, output: int) -> Move:
        return Move(None, UNKNOWN)

    def most_bytes(self, output: int, arriving: tuple[int, ...]) -> int:
        return max(arriving) + FARTHEST

    def each(self, machine: Machine, packet: Packet) -> int:
        if packet.network is not None and -FARTHEST <= packet.network - packet.start < 0:
            packet.move_start(packet.network - packet.start)
        return 0

    def c_each(self) -> str:
        return f"    if (p->network < 0 && p->network >= -{FARTHEST}) move_start(p, p->network);\n"
