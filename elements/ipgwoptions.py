"""IPGWOptions(MYADDR [, OTHERADDRS])

Processes the IP options that every router processes: Record Route and Timestamp (RFC 791, 3.1).

Source routes are not followed. The checksum is computed anew where an option of these kinds is there. Packets with an option that is wrong
leave by output 1 as they came, or are dropped where it is not in use, with the byte that is wrong noted for ICMPError (parameterproblem).
A Timestamp without flags at the end of a header is wrong, too (Click takes the byte behind the header for them, and may write there).
Times are the machine's clock, in milliseconds since midnight UT. Packets whose IP header is not marked or not whole pass as they are.

Arguments:
    MYADDR: the address of the interface that packets leave by.
    OTHERADDRS: the router's other addresses; a timestamp that names one of them, or MYADDR, is filled in.

Handlers:
    drops (read): packets with an option that was wrong.

Examples:
    IPGWOptions(10.0.0.1)
    IPGWOptions(10.0.0.1, 10.1.0.1 1.2.3.4)
"""

from elements.definition.arguments import Argument
from elements.definition.csource import CSource
from elements.definition.element import StateVariable
from elements.definition.handlers import StateView, reads
from elements.definition.parsers import ip_address, ip_addresses
from elements.definition.ports import Ports
from elements.icmperror import CHECKSUM, checksum
from elements.ipoptions.gateway import DAY, WrongOption, fill_in, fill_in_c
from elements.passing.each_packet import EachPacket
from elements.reference.machine import Machine
from elements.reference.packet import Packet


class IPGWOptions(EachPacket):
    ports = Ports("1/1-2", "a/ah")
    is_short = False
    address = Argument("MYADDR", ip_address)
    others = Argument[tuple[int, ...]]("OTHERADDRS", ip_addresses, ())
    dropped = StateVariable(32)

    def each(self, machine: Machine, packet: Packet) -> int:
        network = packet.network
        if network is None or not packet.start <= network < packet.end:
            return 0
        length = 4 * (packet.buffer[network] & 15)
        if length <= 20 or packet.end - network < length:
            return 0
        header = bytearray(packet.buffer[network : network + length])
        try:
            changed = fill_in(header, machine.now // 1_000_000 % DAY, self.address, self.others)
        except WrongOption as error:
            state = machine.stores[self.name]
            state.set(self.dropped, state.get(self.dropped) + 1)
            packet.parameter = error.at
            return 1
        if changed:
            header[10:12] = bytes(2)
            header[10:12] = checksum(bytes(header)).to_bytes(2, "big")
            packet.buffer[network : network + length] = header
        return 0

    def c_each(self) -> str:
        filled = fill_in_c(self.address, self.others)
        return f"""{filled}    if (wrong) {{
        self->dropped++;
        p->parameter = wrong;
        way = 1;
    }} else if (ours) {{
        put16(header + 10, 0);
        put16(header + 10, internet_checksum(header, length));
        memcpy(p->data + p->network, header, length);
    }}
"""

    def c_rest(self) -> CSource:
        return CSource(
            quick="    if (v->network >= 0 && v->network < (int64_t)v->length && (v->data[v->network] & 15) <= 5) PASS(0);\n",
            fields="uint32_t dropped;",
            helpers=CHECKSUM,
            state=(("dropped", "self->dropped"),),
        )

    @reads("drops")
    def drops(self, state: StateView) -> str:
        return str(state.get(self.dropped))
