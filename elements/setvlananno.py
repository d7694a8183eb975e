"""SetVLANAnno([VLAN_TCI, VLAN_PCP, VLAN_ID])

Sets the VLAN annotation.

Arguments:
    VLAN_TCI: the annotation's 16 bits; VLAN_ID if not given.
    VLAN_PCP: priority, 0 to 7, set beside what VLAN_TCI has there; 0 if not given.
    VLAN_ID: VLAN identifier, 0 to 4095; 0 if not given.

Handlers:
    vlan_id (read): the VLAN identifier.
    vlan_id (write): sets that; in hardware it is as it was configured.
    vlan_pcp (read): the priority.
    vlan_pcp (write): sets that.
    vlan_tci (read): the 16 bits, in decimal.
    vlan_tci (write): sets them.

Examples:
    SetVLANAnno(0x2001)
    SetVLANAnno(2, 1)
    SetVLANAnno(VLAN_ID 100, VLAN_PCP 7)
"""

from elements.definition.arguments import Argument, keyword
from elements.definition.element import Element
from elements.definition.handlers import StateView, reads, writes
from elements.definition.parsers import integer, unsigned16
from elements.definition.ports import Ports
from elements.program.packet import Packet
from elements.program.program import State

_priority, _identifier = integer(0, 7), integer(0, 0xFFF)


class SetVLANAnno(Element):
    ports = Ports("1/1", "a/a")
    tci = Argument[int | None]("VLAN_TCI", unsigned16, None)
    priority = Argument("VLAN_PCP", _priority, 0)
    identifier = keyword("VLAN_ID", _identifier, 0)

    def setup(self) -> None:
        number = (self.identifier if self.tci is None else self.tci) | self.priority << 13
        self.setting = State("number", 16, initial=number)

    def program(self, p: Packet) -> None:
        p.annotate("vlan_tci", p.read(self.setting))
        p.output(0)

    @reads("vlan_tci")
    def number_text(self, state: StateView) -> str:
        return str(state.get(self.setting))

    @writes("vlan_tci")
    def set_number(self, state: StateView, text: str) -> None:
        state.set(self.setting, unsigned16(text.strip()))

    @reads("vlan_id")
    def identifier_text(self, state: StateView) -> str:
        return str(state.get(self.setting) & 0xFFF)

    @writes("vlan_id")
    def set_identifier(self, state: StateView, text: str) -> None:
        state.set(self.setting, (state.get(self.setting) & 0xF000) | _identifier(text.strip()))

    @reads("vlan_pcp")
    def priority_text(self, state: StateView) -> str:
        return str(state.get(self.setting) >> 13)

    @writes("vlan_pcp")
    def set_priority(self, state: StateView, text: str) -> None:
        state.set(self.setting, (state.get(self.setting) & 0x1FFF) | _priority(text.strip()) << 13)
