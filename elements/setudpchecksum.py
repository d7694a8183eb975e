"""SetUDPChecksum()

Sets the checksum of UDP headers.

The IP header must be marked; its protocol is not looked at. Fragments and packets that end before their UDP length leave by output 1, or
are dropped where it is not in use, of which the first is told of on standard error.

Examples:
    SetUDPChecksum
"""

from elements.checksums.sums import SUMS, checksum, pseudo_sum
from elements.definition.csource import c_string
from elements.definition.element import StateVariable
from elements.definition.ports import Ports
from elements.passing.each_packet import DROP, EachPacket
from elements.reference.machine import Machine
from elements.reference.packet import Packet


class SetUDPChecksum(EachPacket):
    ports = Ports("1/1-2", "a/ah")
    helpers = SUMS
    complained = StateVariable(32)
    fields = "uint32_t complained;"
    state_in_c = (("complained", "self->complained"),)

    def setup(self) -> None:
        self.complaint = f"{self.name} :: {self.node.class_name}: fragment or short packet"

    def each(self, machine: Machine, packet: Packet) -> int:
        buffer, ip = packet.buffer, packet.network
        whole = ip is not None and ip >= packet.start and packet.end - ip >= 20 and not buffer[ip + 6] & 0x3F and not buffer[ip + 7]
        message = ip + 4 * (buffer[ip] & 15) if whole and ip is not None else packet.end
        length = int.from_bytes(buffer[message + 4 : message + 6], "big") if packet.end - message >= 8 else 0
        if ip is None or message - ip < 20 or packet.end - message < max(8, length):
            state = machine.stores[self.name]
            if self.outputs > 1:
                return 1
            if not state.get(self.complained):
                state.set(self.complained, 1)
                machine.trace(self.complaint)
            return DROP
        buffer[message + 6 : message + 8] = b"\0\0"
        total = checksum(buffer[message : message + length], pseudo_sum(buffer, ip, length))
        buffer[message + 6 : message + 8] = total.to_bytes(2, "big")
        return 0

    def c_each(self) -> str:
        told = f"TRACE({c_string(self.complaint.encode())}, {len(self.complaint.encode())});"
        return f"""
    int whole = p->network != NO_NETWORK && p->network >= 0 && (int64_t)p->length - p->network >= 20
        && !(get16(p->data + p->network + 6) & 0x3fff);
    uint8_t *ip = p->data + (whole ? p->network : 0), *end = p->data + p->length, *message = whole ? ip + 4 * (ip[0] & 15) : end;
    int64_t length = end - message >= 8 ? get16(message + 4) : 0;
    if (!whole || message - ip < 20 || end - message < (length > 8 ? length : 8)) {{
        way = {1 if self.outputs > 1 else -1};
        if (way < 0 && !self->complained) {{ self->complained = 1; {told} }}
    }} else {{
        put16(message + 6, 0);
        put16(message + 6, ~ones_sum(message, (uint32_t)length, pseudo_sum(ip, (uint32_t)length)));
    }}
"""
