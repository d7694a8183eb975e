"""StripEtherVLANHeader([NATIVE_VLAN])

Removes the Ethernet header, with its 802.1Q tag if there is one, and sets the VLAN annotation to the tag.

Packets without a tag get the annotation NATIVE_VLAN, or leave by output 1 where that is negative; they are dropped where it is not in use.
Those that are shorter than the header are dropped.

Arguments:
    NATIVE_VLAN: the VLAN of packets without a tag; 0 if not given, -1 for none.

Examples:
    StripEtherVLANHeader
    StripEtherVLANHeader(NATIVE_VLAN 7)
    StripEtherVLANHeader(-1)
"""

from elements.definition.arguments import Argument
from elements.definition.element import Element
from elements.definition.parsers import integer
from elements.definition.ports import Ports
from elements.program.packet import Packet


class StripEtherVLANHeader(Element):
    ports = Ports("1/1-2", "a/ah")
    native = Argument("NATIVE_VLAN", integer(-1, 0xFFF), 0)

    def program(self, p: Packet) -> None:
        with p.when(p.ether.type.equals(0x8100)):
            p.annotate("vlan_tci", p.ether.vlan_tci)
            p.pull(18)
            p.output(0)
        if self.native < 0:
            if self.outputs > 1:
                p.output(1)
            p.drop()
        p.annotate("vlan_tci", max(self.native, 0))
        p.pull(14)
        p.output(0)
