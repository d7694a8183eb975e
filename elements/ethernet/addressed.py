"""What EtherEncap and EtherVLANEncap share: addresses and an Ethernet type that handlers can set."""

from __future__ import annotations

from elements.definition.arguments import Argument
from elements.definition.element import Element
from elements.definition.handlers import StateView, reads, writes
from elements.definition.parsers import ethernet_address, ethernet_text, unsigned16
from elements.program.packet import Packet
from elements.program.program import State
from elements.program.values import Value


class EtherAddressed(Element):
    """The header's fields are constants in hardware."""

    type = Argument("ETHERTYPE", unsigned16)
    source = Argument("SRC", ethernet_address)
    destination = Argument("DST", ethernet_address)

    def setup(self) -> None:
        self.source_now = State("source", 48, initial=self.source)
        self.destination_now = State("destination", 48, initial=self.destination)
        self.type_now = State("type", 16, initial=self.type)

    def addresses(self, p: Packet) -> tuple[Value, Value, Value]:
        """Source, destination and Ethernet type."""
        return p.read(self.source_now), p.read(self.destination_now), p.read(self.type_now)

    @reads("src")
    def source_text(self, state: StateView) -> str:
        return ethernet_text(state.get(self.source_now))

    @writes("src")
    def set_source(self, state: StateView, text: str) -> None:
        state.set(self.source_now, ethernet_address(text.strip()))

    @reads("dst")
    def destination_text(self, state: StateView) -> str:
        return ethernet_text(state.get(self.destination_now))

    @writes("dst")
    def set_destination(self, state: StateView, text: str) -> None:
        state.set(self.destination_now, ethernet_address(text.strip()))

    @reads("ethertype")
    def type_text(self, state: StateView) -> str:
        return str(state.get(self.type_now))

    @writes("ethertype")
    def set_type(self, state: StateView, text: str) -> None:
        state.set(self.type_now, unsigned16(text.strip()))
