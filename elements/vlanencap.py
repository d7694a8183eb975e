"""VLANEncap([VLAN_TCI, VLAN_PCP, VLAN_ID, NATIVE_VLAN, ETHERTYPE])

Puts an 802.1Q tag behind the Ethernet addresses.

Without VLAN_TCI and VLAN_ID, VLAN_ID is 0. A packet of fewer than 12 bytes, which ends within its addresses, has no place for a tag and is
dropped. (In Click, the tag is written beyond the packet's end.)

Arguments:
    VLAN_TCI: the tag's 16 bits, or ANNO: those of the VLAN annotation.
    VLAN_PCP: priority, 0 to 7, set in the tag beside what VLAN_TCI has there; 0 if not given. It does nothing to ANNO.
    VLAN_ID: VLAN identifier, 0 to 4095, in the place of VLAN_TCI.
    NATIVE_VLAN: packets of this VLAN get no tag; 0 if not given, and -1 for none.
    ETHERTYPE: the tag's Ethernet type; 0x8100 if not given.

Handlers:
    ethertype (read): the tag's Ethernet type, in decimal. (In Click, nothing.)
    native_vlan (read): the VLAN whose packets get no tag, nothing for 0, and 65535 for -1.
    vlan_id (read): the tag's VLAN identifier, nothing for ANNO.
    vlan_pcp (read): the tag's priority, nothing for ANNO.
    vlan_tci (read): the tag's 16 bits in decimal, or ANNO.

Examples:
    VLANEncap(VLAN_ID 100)
    VLANEncap(VLAN_ID 7, VLAN_PCP 5, ETHERTYPE 0x88a8)
    VLANEncap(0x2007)
    VLANEncap(ANNO)
    VLANEncap(ANNO, NATIVE_VLAN -1)
    VLANEncap(VLAN_ID 7, NATIVE_VLAN 7)
"""

from elements.definition.arguments import Argument, keyword
from elements.definition.element import Element
from elements.definition.handlers import StateView, reads
from elements.definition.parsers import integer, unsigned16
from elements.definition.ports import Ports
from elements.program.packet import Packet
from elements.program.values import Value, const

ANNOTATION = -1
UNSET = -2


def _tag(text: str) -> int:
    return ANNOTATION if text == "ANNO" else unsigned16(text)


class VLANEncap(Element):
    ports = Ports("1/1", "a/a")
    tci = Argument("VLAN_TCI", _tag, UNSET)
    priority = Argument("VLAN_PCP", integer(0, 7), 0)
    identifier = keyword("VLAN_ID", integer(0, 0xFFF), UNSET)
    native = keyword("NATIVE_VLAN", integer(-1, 0xFFF), 0)
    type = keyword("ETHERTYPE", unsigned16, 0x8100)

    def setup(self) -> None:
        if self.tci != UNSET and self.identifier != UNSET:
            raise ValueError("VLAN_TCI and VLAN_ID are one argument: give it once")
        self.number = (self.tci if self.tci >= 0 else max(self.identifier, 0)) | self.priority << 13

    def program(self, p: Packet) -> None:
        tag: Value = p.annotation("vlan_tci") if self.tci == ANNOTATION else const(self.number, 16)
        if self.native >= 0:
            with p.when(tag[0:12].equals(self.native)):
                p.output(0)
        addresses = p.data[0:12]
        p.push(4)
        p.data[0:12] = addresses
        p.data[12:14] = self.type
        p.data[14:16] = tag
        with p.when(p.has(16)):
            p.output(0)

    @reads("vlan_tci")
    def tag_text(self, state: StateView) -> str:
        return "ANNO" if self.tci == ANNOTATION else str(self.number)

    @reads("vlan_id")
    def identifier_text(self, state: StateView) -> str:
        return "" if self.tci == ANNOTATION else str(self.number & 0xFFF)

    @reads("vlan_pcp")
    def priority_text(self, state: StateView) -> str:
        return "" if self.tci == ANNOTATION else str(self.number >> 13)

    @reads("native_vlan")
    def native_text(self, state: StateView) -> str:
        return str(self.native & 0xFFFF) if self.native else ""

    @reads("ethertype")
    def type_text(self, state: StateView) -> str:
        return str(self.type)
