"""VLANEncap(VLAN_TCI [, VLAN_PCP, VLAN_ID, NATIVE_VLAN, ETHERTYPE])

Puts an 802.1Q tag behind the Ethernet addresses.

Arguments:
    VLAN_TCI: the tag's 16 bits, or ANNO: those of the VLAN annotation.
    VLAN_PCP: priority, 0 to 7, or ANNO; 0 if not given.
    VLAN_ID: VLAN identifier, 0 to 4095, or ANNO; given instead of VLAN_TCI.
    NATIVE_VLAN: packets of this VLAN get no tag; 0 if not given, and -1 for none.
    ETHERTYPE: the tag's Ethernet type; 0x8100 if not given.

Examples:
    VLANEncap(VLAN_ID 100)
    VLANEncap(VLAN_ID 7, VLAN_PCP 5)
    VLANEncap(0x2007)
    VLANEncap(ANNO)
    VLANEncap(VLAN_ID ANNO, VLAN_PCP 2, NATIVE_VLAN -1)
"""

from elements.definition.arguments import Argument, keyword
from elements.definition.element import Element
from elements.definition.parsers import integer, unsigned16
from elements.definition.ports import Ports
from elements.program.packet import Packet
from elements.program.values import Value, cat, const

ANNOTATION = -1
UNSET = -2


def _number_or_annotation(high: int) -> "_OrAnnotation":
    return _OrAnnotation(high)


class _OrAnnotation:
    def __init__(self, high: int) -> None:
        self.number = integer(0, high)

    def __call__(self, text: str) -> int:
        return ANNOTATION if text == "ANNO" else self.number(text)


class VLANEncap(Element):
    ports = Ports("1/1", "a/a")
    tci = Argument("VLAN_TCI", _number_or_annotation(0xFFFF), UNSET)
    priority = keyword("VLAN_PCP", _number_or_annotation(7), UNSET)
    identifier = keyword("VLAN_ID", _number_or_annotation(0xFFF), UNSET)
    native = keyword("NATIVE_VLAN", integer(-1, 0xFFF), 0)
    type = keyword("ETHERTYPE", unsigned16, 0x8100)

    def setup(self) -> None:
        if (self.tci == UNSET) == (self.identifier == UNSET):
            raise ValueError("either VLAN_TCI or VLAN_ID is wanted")
        if self.tci not in (UNSET, ANNOTATION) and self.priority != UNSET:
            raise ValueError("VLAN_PCP is part of VLAN_TCI: give one of them")

    def program(self, p: Packet) -> None:
        tag = self._tag(p)
        if self.native >= 0:
            with p.when(tag[0:12].equals(self.native)):
                p.output(0)
        addresses = p.data[0:12]
        p.push(4)
        p.data[0:12] = addresses
        p.data[12:14] = self.type
        p.data[14:16] = tag
        p.output(0)

    def _tag(self, p: Packet) -> Value:
        annotation = p.annotation("vlan_tci")
        if self.tci >= 0:
            return const(self.tci, 16)
        identifier = const(self.identifier, 12) if self.identifier >= 0 else annotation[0:12]
        from_annotation = self.priority == ANNOTATION or (self.priority == UNSET and self.tci == ANNOTATION)
        priority = annotation[13:16] if from_annotation else const(max(self.priority, 0), 3)
        return cat(priority, const(0, 1), identifier)
