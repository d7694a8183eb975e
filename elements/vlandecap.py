"""VLANDecap([ANNO, ETHERTYPE])

Takes the 802.1Q tag off packets that have one.

Arguments:
    ANNO: whether the VLAN annotation is set to the tag (and to 0 where there is none); true if not given.
    ETHERTYPE: the Ethernet type that says that there is a tag; 0x8100 if not given.

Examples:
    VLANDecap
    VLANDecap(false)
    VLANDecap(ETHERTYPE 0x0800)
"""

from elements.definition.arguments import Argument, keyword
from elements.definition.element import Element
from elements.definition.parsers import boolean, unsigned16
from elements.definition.ports import Ports
from elements.program.packet import Packet
from elements.program.values import const, mux
from graph.merge import MADE_BY_MERGE


class VLANDecap(Element):
    ports = Ports("1/1", "a/a")
    annotate = Argument("ANNO", boolean, True)
    type = keyword("ETHERTYPE", unsigned16, 0x8100)

    def most_bytes(self, output: int, arriving: tuple[int, ...]) -> int:
        # What the merge puts behind a demultiplexer of tags has one.
        return arriving[0] - 4 if self.node.location == MADE_BY_MERGE else arriving[0]

    def program(self, p: Packet) -> None:
        tagged = p.has(16) & p.ether.type.equals(self.type)
        if self.annotate:
            p.annotate("vlan_tci", mux(tagged, p.ether.vlan_tci, const(0, 16)))
        with p.when(tagged):
            addresses = p.data[0:12]
            p.pull(4)
            p.data[0:12] = addresses
            p.output(0)
        p.output(0)
