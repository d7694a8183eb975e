"""StripToNetworkHeader()

Takes off what is in front of the network header, as MarkIPHeader or CheckIPHeader marked it.

Packets without that mark pass unchanged.

Examples:
    StripToNetworkHeader
"""

from elements.definition.element import Move
from elements.definition.ports import Ports
from elements.passing.each_packet import EachPacket
from elements.placement.layouts import UNKNOWN
from elements.reference.machine import Machine
from elements.reference.packet import Packet


class StripToNetworkHeader(EachPacket):
    ports = Ports("1/1", "a/a")

    def move(self, output: int) -> Move:
        return Move(None, UNKNOWN)

    def each(self, machine: Machine, packet: Packet) -> int:
        if packet.network is not None:
            packet.move_start(packet.network - packet.start)
        return 0

    def c_each(self) -> str:
        return "    if (p->network != NO_NETWORK) move_start(p, p->network);\n"
