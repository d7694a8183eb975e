"""SetIPChecksum()

Sets the checksum of the IP header.

The header is the marked one, or where none is marked it starts with the packet. Packets that it does not fit are dropped.

Handlers:
    drops (read): packets that were dropped.

Examples:
    SetIPChecksum
"""

from elements.checksums.sums import SUMS, checksum
from elements.definition.element import StateVariable
from elements.definition.handlers import StateView, reads
from elements.definition.ports import Ports
from elements.passing.each_packet import DROP, EachPacket
from elements.reference.machine import Machine
from elements.reference.packet import Packet

_BAD = "SetIPChecksum: bad input packet"


class SetIPChecksum(EachPacket):
    ports = Ports("1/1", "a/a")
    dropped = StateVariable(64)
    fields = "uint64_t dropped;"
    helpers = SUMS
    state_in_c = (("dropped", "self->dropped"),)

    def each(self, machine: Machine, packet: Packet) -> int:
        at = packet.start if packet.network is None else packet.network
        size = 4 * (packet.buffer[at] & 15) if packet.start <= at and packet.end - at >= 20 else 0
        if size < 20 or size > packet.end - at:
            state = machine.stores[self.name]
            state.set(self.dropped, state.get(self.dropped) + 1)
            if state.get(self.dropped) == 1:
                machine.trace(_BAD)
            return DROP
        packet.buffer[at + 10 : at + 12] = b"\0\0"
        packet.buffer[at + 10 : at + 12] = checksum(packet.buffer[at : at + size]).to_bytes(2, "big")
        return 0

    def c_each(self) -> str:
        return f"""
    int32_t at = p->network == NO_NETWORK ? 0 : p->network;
    uint32_t size = at >= 0 && (int64_t)p->length - at >= 20 ? 4 * (p->data[at] & 15) : 0;
    if (size < 20 || (int64_t)p->length - at < size) {{
        way = -1;
        if (++self->dropped == 1) TRACE("{_BAD}", {len(_BAD)});
    }} else {{
        put16(p->data + at + 10, 0);
        put16(p->data + at + 10, ~ones_sum(p->data + at, size, 0));
    }}
"""

    @reads("drops")
    def drops(self, state: StateView) -> str:
        return str(state.get(self.dropped))
