"""VLANDecap([ANNO])

Takes the 802.1Q tag off packets that have one.

Arguments:
    ANNO: whether the VLAN annotation is set to the tag (and to 0 where there is none); true if not given.

Examples:
    VLANDecap
    VLANDecap(ANNO false)
"""

from elements.definition.arguments import keyword
from elements.definition.element import Element
from elements.definition.parsers import boolean
from elements.definition.ports import Ports
from elements.program.packet import Packet
from elements.program.values import const, mux


class VLANDecap(Element):
    ports = Ports("1/1", "a/a")
    annotate = keyword("ANNO", boolean, True)

    def program(self, p: Packet) -> None:
        tagged = p.has(18) & p.ether.type.equals(0x8100)
        if self.annotate:
            p.annotate("vlan_tci", mux(tagged, p.ether.vlan_tci, const(0, 16)))
        with p.when(tagged):
            addresses = p.data[0:12]
            p.pull(4)
            p.data[0:12] = addresses
            p.output(0)
        p.output(0)
