"""EtherVLANEncap(ETHERTYPE, SRC, DST [, VLAN_TCI, VLAN_PCP, VLAN_ID, NATIVE_VLAN])

Puts an Ethernet header with an 802.1Q tag in front of packets.

Arguments:
    ETHERTYPE: Ethernet type behind the tag.
    SRC: source address.
    DST: destination address.
    VLAN_TCI: the tag's 16 bits, or ANNO: those of the VLAN annotation; VLAN_ID if not given.
    VLAN_PCP: priority, 0 to 7, set in the tag beside what VLAN_TCI has there; 0 if not given. It does nothing to ANNO.
    VLAN_ID: VLAN identifier, 0 to 4095; 0 if not given.
    NATIVE_VLAN: packets of this VLAN get no tag; 0 if not given, and -1 for none.

Handlers:
    dst (read): destination address.
    dst (write): sets that; in hardware it is as it was configured.
    ethertype (read): the Ethernet type, in decimal.
    ethertype (write): sets that.
    native_vlan (read): the VLAN whose packets get no tag, nothing for 0, and 65535 for -1.
    src (read): source address.
    src (write): sets that.
    vlan_id (read): the tag's VLAN identifier, nothing for ANNO.
    vlan_pcp (read): the tag's priority, nothing for ANNO.
    vlan_tci (read): the tag's 16 bits in decimal, or ANNO.

Examples:
    EtherVLANEncap(0x0800, 1:1:1:1:1:1, 2:2:2:2:2:2, 1)
    EtherVLANEncap(0x0800, 1:1:1:1:1:1, 2:2:2:2:2:2, ANNO)
    EtherVLANEncap(0x0800, 1:1:1:1:1:1, 2:2:2:2:2:2, ANNO, NATIVE_VLAN 1)
    EtherVLANEncap(0x0800, 1:1:1:1:1:1, 2:2:2:2:2:2, VLAN_ID 5, VLAN_PCP 3, NATIVE_VLAN -1)
    EtherVLANEncap(0x0800, 1:1:1:1:1:1, 2:2:2:2:2:2, 0x2005, NATIVE_VLAN 5)
"""

from elements.definition.arguments import Argument, keyword
from elements.definition.handlers import StateView, reads
from elements.definition.parsers import integer, unsigned16
from elements.definition.ports import Ports
from elements.ethernet.addressed import EtherAddressed
from elements.program.packet import Packet
from elements.program.values import Value, const

ANNOTATION = -1
UNSET = -2


def _tag(text: str) -> int:
    return ANNOTATION if text == "ANNO" else unsigned16(text)


class EtherVLANEncap(EtherAddressed):
    ports = Ports("1/1", "a/a")
    tci = Argument("VLAN_TCI", _tag, UNSET)
    priority = Argument("VLAN_PCP", integer(0, 7), 0)
    identifier = keyword("VLAN_ID", integer(0, 0xFFF), 0)
    native = keyword("NATIVE_VLAN", integer(-1, 0xFFF), 0)

    def setup(self) -> None:
        super().setup()
        self.number = (self.tci if self.tci >= 0 else self.identifier) | self.priority << 13

    def program(self, p: Packet) -> None:
        tag: Value = p.annotation("vlan_tci") if self.tci == ANNOTATION else const(self.number, 16)
        source, destination, kind = self.addresses(p)
        if self.native >= 0:
            with p.when(tag[0:12].equals(self.native)):
                p.push(14)
                p.ether.destination, p.ether.source, p.ether.type = destination, source, kind
                p.output(0)
        p.push(18)
        p.ether.destination, p.ether.source, p.ether.type = destination, source, 0x8100
        p.ether.vlan_tci, p.ether.inner_type = tag, kind
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
