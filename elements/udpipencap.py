"""UDPIPEncap(SRC, SPORT, DST, DPORT [, CHECKSUM])

Puts a UDP and an IPv4 header in front of packets, marks the latter, and sets the destination annotation to its destination.

Identifications count from 0; the time to live is 250. A packet that would be longer than 65535 bytes is dropped.

Arguments:
    SRC: source address.
    SPORT: source port, a number or a name.
    DST: destination address, or DST_ANNO: that of the destination annotation.
    DPORT: destination port, a number or a name.
    CHECKSUM: whether there is a UDP checksum; true if not given.

Handlers:
    dport (read): destination port.
    dport (write): sets that.
    dst (read): destination address, 0.0.0.0 for DST_ANNO.
    dst (write): sets that.
    sport (read): source port.
    sport (write): sets that.
    src (read): source address.
    src (write): sets that.

Examples:
    UDPIPEncap(1.0.0.1, 1234, 2.0.0.2, domain)
    UDPIPEncap(1.0.0.1, 1234, DST_ANNO, 5678, CHECKSUM false)
"""

from elements.checksums.encap import ENCAP, Addressed, ip_header, put_in_front
from elements.checksums.sums import checksum, pseudo_sum
from elements.definition.arguments import Argument
from elements.definition.element import StateVariable
from elements.definition.handlers import StateView, reads, writes
from elements.definition.parsers import boolean, ip_address
from elements.definition.ports import Ports
from elements.filters.ports import udp_port
from elements.passing.each_packet import EachPacket
from elements.reference.machine import Machine
from elements.reference.packet import LONGEST, Packet


def _destination(text: str) -> int | None:
    return None if text == "DST_ANNO" else ip_address(text)


class UDPIPEncap(Addressed, EachPacket):
    ports = Ports("1/1", "a/a")
    source = Argument("SRC", ip_address)
    source_port = Argument("SPORT", udp_port)
    destination = Argument("DST", _destination)
    destination_port = Argument("DPORT", udp_port)
    summed = Argument("CHECKSUM", boolean, True)
    from_port = StateVariable(16)
    to_port = StateVariable(16)
    annotated = StateVariable(8)
    identification = StateVariable(16)
    helpers = ENCAP
    fields = "uint32_t origin, target, from_port, to_port, annotated, identification;"
    state_in_c = tuple((name, f"self->{name}") for name in ("origin", "target", "from_port", "to_port", "annotated", "identification"))

    def initialize(self, machine: Machine) -> None:
        state = machine.stores[self.name]
        state.set(self.origin, self.source)
        state.set(self.target, self.destination or 0)
        state.set(self.annotated, int(self.destination is None))
        state.set(self.from_port, self.source_port)
        state.set(self.to_port, self.destination_port)

    def each(self, machine: Machine, packet: Packet) -> int:
        state = machine.stores[self.name]
        put_in_front(packet, 28)
        if packet.length > LONGEST:
            return 0
        target = packet.dst_ip if state.get(self.annotated) else state.get(self.target)
        number = state.get(self.identification)
        state.set(self.identification, number + 1)
        ip_header(packet, number, 250, 17, state.get(self.origin), target)
        at, length = packet.start + 20, packet.length - 20
        ports = state.get(self.from_port).to_bytes(2, "big") + state.get(self.to_port).to_bytes(2, "big")
        packet.buffer[at : at + 8] = ports + length.to_bytes(2, "big") + b"\0\0"
        if self.summed:
            total = checksum(packet.buffer[at : packet.end], pseudo_sum(packet.buffer, packet.start, length))
            packet.buffer[at + 6 : at + 8] = total.to_bytes(2, "big")
        return 0

    def c_initialize(self) -> str:
        return f"""
    self->origin = {self.source}u;
    self->target = {self.destination or 0}u;
    self->annotated = {int(self.destination is None)};
    self->from_port = {self.source_port};
    self->to_port = {self.destination_port};
"""

    def c_each(self) -> str:
        return f"""
    PUSH(p, 28);
    p->network = 0;
    if (p->length <= LONGEST) {{
        uint32_t length = p->length - 20;
        ip_header(p, self->identification++, 250, 17, self->origin, self->annotated ? p->dst_ip : self->target);
        self->identification &= 0xffff;
        put16(p->data + 20, self->from_port);
        put16(p->data + 22, self->to_port);
        put16(p->data + 24, length);
        put16(p->data + 26, 0);
        if ({int(self.summed)}) put16(p->data + 26, ~ones_sum(p->data + 20, length, pseudo_sum(p->data, length)));
    }}
"""

    @writes("dst")
    def set_destination(self, state: StateView, text: str) -> None:
        to = _destination(text.strip())
        state.set(self.annotated, int(to is None))
        state.set(self.target, to or 0)

    @reads("sport")
    def source_port_text(self, state: StateView) -> str:
        return str(state.get(self.from_port))

    @writes("sport")
    def set_source_port(self, state: StateView, text: str) -> None:
        state.set(self.from_port, udp_port(text.strip()))

    @reads("dport")
    def destination_port_text(self, state: StateView) -> str:
        return str(state.get(self.to_port))

    @writes("dport")
    def set_destination_port(self, state: StateView, text: str) -> None:
        state.set(self.to_port, udp_port(text.strip()))
