"""Puts an ICMP and an IPv4 header in front of packets: ICMPIPEncap and ICMPPingEncap."""

from __future__ import annotations

from typing import Final

from elements.checksums.encap import ENCAP, Addressed, ip_header, put_in_front
from elements.checksums.sums import checksum
from elements.definition.arguments import Argument, keyword
from elements.definition.element import StateVariable
from elements.definition.parsers import ip_address, unsigned16
from elements.definition.ports import Ports
from elements.passing.each_packet import EachPacket
from elements.reference.machine import Machine
from elements.reference.packet import LONGEST, Packet

SEQUENCED: Final = (0, 8, 13, 14, 15, 16)
"""ICMP types with an identifier and a sequence number."""
STAMPED: Final = (13, 14)
"""Those with three times behind them, which are 0."""


class ICMPEncap(Addressed, EachPacket):
    """Messages of type ``kind`` and code ``code``. Identifications, which are sequence numbers, too, count from 1 and leave 0 out."""

    ports = Ports("1/1", "a/a")
    source = Argument("SRC", ip_address)
    destination = Argument("DST", ip_address)
    identifier = keyword("IDENTIFIER", unsigned16, 0)
    number = StateVariable(16)
    helpers = ENCAP
    fields = "uint32_t origin, target, number;"
    state_in_c = tuple((name, f"self->{name}") for name in ("origin", "target", "number"))
    kind: int
    code: int

    def initialize(self, machine: Machine) -> None:
        state = machine.stores[self.name]
        state.set(self.origin, self.source)
        state.set(self.target, self.destination)
        state.set(self.number, 1)

    @property
    def front(self) -> int:
        return 40 if self.kind in STAMPED else 28

    def each(self, machine: Machine, packet: Packet) -> int:
        state = machine.stores[self.name]
        put_in_front(packet, self.front)
        if packet.length > LONGEST:
            return 0
        number = state.get(self.number)
        state.set(self.number, number + 1 if number != 0xFFFF else 1)
        ip_header(packet, number, 255, 1, state.get(self.origin), state.get(self.target))
        at = packet.start + 20
        packet.buffer[at : at + 2] = bytes((self.kind, self.code))
        if self.kind in SEQUENCED:
            packet.buffer[at + 4 : at + 8] = self.identifier.to_bytes(2, "big") + number.to_bytes(2, "big")
        packet.buffer[at + 2 : at + 4] = checksum(packet.buffer[at : packet.end]).to_bytes(2, "big")
        return 0

    def c_initialize(self) -> str:
        return f"    self->origin = {self.source}u;\n    self->target = {self.destination}u;\n    self->number = 1;\n"

    def c_each(self) -> str:
        sequence = f"put16(p->data + 24, {self.identifier}); put16(p->data + 26, self->number);" if self.kind in SEQUENCED else ""
        return f"""
    PUSH(p, {self.front});
    memset(p->data, 0, {self.front});
    p->network = 0;
    if (p->length <= LONGEST) {{
        ip_header(p, self->number, 255, 1, self->origin, self->target);
        put16(p->data + 20, {self.kind << 8 | self.code});
        {sequence}
        put16(p->data + 22, ~ones_sum(p->data + 20, p->length - 20, 0));
        self->number = self->number == 0xffff ? 1 : self->number + 1;
    }}
"""
