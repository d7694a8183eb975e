"""HostEtherFilter(ETHER [, DROP_OWN, DROP_OTHER, OFFSET])

Sets the packet type annotation from the Ethernet destination, and keeps away what is not for the host with address ETHER.

The type becomes host, broadcast, multicast or otherhost. What is kept away leaves by output 1, or is dropped where it is not in use.
Packets that are shorter than an Ethernet header are read as if zeroes followed.

Arguments:
    ETHER: the host's address.
    DROP_OWN: whether packets from ETHER are kept away; false if not given.
    DROP_OTHER: whether packets to other hosts are kept away; true if not given.
    OFFSET: bytes from the start of the packet to the Ethernet header; 0 if not given.

Handlers:
    ether (read): the host's address.
    ether (write): sets that; in hardware it is as it was configured.

Examples:
    HostEtherFilter(1:2:3:4:5:6)
    HostEtherFilter(1:2:3:4:5:6, DROP_OWN true, DROP_OTHER false)
    HostEtherFilter(1:2:3:4:5:6, true, OFFSET 4)
"""

from elements.definition.arguments import Argument, keyword
from elements.definition.element import Element
from elements.definition.handlers import StateView, reads, writes
from elements.definition.parsers import boolean, ethernet_address, ethernet_text, integer
from elements.definition.ports import Ports
from elements.program.packet import Packet
from elements.program.program import State
from elements.program.values import bit_and, bit_not, const, mux

HOST, BROADCAST, MULTICAST, OTHER = range(4)


class HostEtherFilter(Element):
    ports = Ports("1/1-2", "a/ah")
    ether = Argument("ETHER", ethernet_address)
    drop_own = Argument("DROP_OWN", boolean, False)
    drop_other = Argument("DROP_OTHER", boolean, True)
    offset = keyword("OFFSET", integer(0, 64), 0)

    def setup(self) -> None:
        self.setting = State("own", 48, initial=self.ether)

    def program(self, p: Packet) -> None:
        own = p.read(self.setting)
        destination, source = p.data[self.offset : self.offset + 6], p.data[self.offset + 6 : self.offset + 12]
        mine, everybody, group = destination.equals(own), destination.equals(0xFFFF_FFFF_FFFF), destination[40:41]
        refused = 1 if self.outputs > 1 else None
        if self.drop_own:
            with p.when(source.equals(own)):
                self._refuse(p, refused)
        kind = mux(mine, const(HOST, 3), mux(everybody, const(BROADCAST, 3), mux(group, const(MULTICAST, 3), const(OTHER, 3))))
        p.annotate("packet_type", kind)
        if self.drop_other:
            with p.when(bit_and(bit_not(mine), bit_not(group))):
                self._refuse(p, refused)
        p.output(0)

    @staticmethod
    def _refuse(p: Packet, output: int | None) -> None:
        if output is None:
            p.drop()
        else:
            p.output(output)

    @reads("ether")
    def ether_text(self, state: StateView) -> str:
        return ethernet_text(state.get(self.setting))

    @writes("ether")
    def set_ether(self, state: StateView, text: str) -> None:
        state.set(self.setting, ethernet_address(text.strip()))
