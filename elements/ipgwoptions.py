"""IPGWOptions(MYADDR [, OTHERADDRS])

Processes the IP options that every router processes: Record Route and Timestamp (RFC 791, 3.1).

Source routes are not followed. The checksum is computed anew where an option of these kinds is there. Packets with an option that is wrong
leave by output 1 as they came, or are dropped where it is not in use, with the byte that is wrong noted for ICMPError (parameterproblem).
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

from typing import Final

from elements.definition.arguments import Argument
from elements.definition.csource import CSource
from elements.definition.element import StateVariable
from elements.definition.handlers import StateView, reads
from elements.definition.parsers import ip_address, ip_addresses
from elements.definition.ports import Ports
from elements.icmperror import CHECKSUM, checksum
from elements.passing.each_packet import EachPacket
from elements.reference.machine import Machine
from elements.reference.packet import Packet

END, NOTHING, RECORD_ROUTE, TIMESTAMP = 0, 1, 7, 68
DAY: Final = 86_400_000


class WrongOption(Exception):
    """The byte of the header that an ICMP parameter problem is about."""

    def __init__(self, at: int) -> None:
        super().__init__(at)
        self.at = at


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
            changed = self._process(header, machine.now // 1_000_000 % DAY)
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

    def _process(self, header: bytearray, time: int) -> bool:
        """Fill in the options of ``header``; whether any was for us. Errors: `WrongOption`."""
        at, ours = 20, False
        while at < len(header) and header[at] != END:
            if header[at] == NOTHING:
                at += 1
                continue
            size = header[at + 1] if at + 1 < len(header) else 0
            if size < 2 or at + size > len(header):
                raise WrongOption(at + 1)
            if header[at] == RECORD_ROUTE:
                ours = True
                self._record(header, at, size)
            elif header[at] == TIMESTAMP:
                ours = True
                self._stamp(header, at, size, time.to_bytes(4, "big"))
            at += size
        return ours

    def _record(self, header: bytearray, at: int, size: int) -> None:
        place = (header[at + 2] if at + 2 < len(header) else 0) - 1
        if place >= 3 and place + 4 <= size:
            header[at + place : at + place + 4] = self.address.to_bytes(4, "big")
            header[at + 2] += 4
        elif place != size:
            raise WrongOption(at + 2)

    def _stamp(self, header: bytearray, at: int, size: int, time: bytes) -> None:
        place = (header[at + 2] if at + 2 < len(header) else 0) - 1
        missed, kind = divmod(header[at + 3] if at + 3 < len(header) else 0, 16)
        room = {0: 4, 1: 8, 3: 8}.get(kind)
        if place < 4:
            raise WrongOption(at + 2)
        if room is None or (kind == 3 and place + room > size):
            raise WrongOption(at + 3)
        if place + room > size:
            if missed == 15:
                raise WrongOption(at + 3)
            header[at + 3] += 16
            return
        named = int.from_bytes(header[at + place : at + place + 4], "big")
        if kind == 3 and named not in (self.address, *self.others):
            return
        if kind == 1:
            header[at + place : at + place + 4] = self.address.to_bytes(4, "big")
        header[at + place + room - 4 : at + place + room] = time
        header[at + 2] += room

    def c_each(self) -> str:
        named = " || ".join(f"named == 0x{address:x}u" for address in (self.address, *self.others))
        return f"""
    uint8_t header[60];
    uint32_t length = 0, wrong = 0;
    int ours = 0;
    if (p->network != NO_NETWORK && p->network >= 0 && p->network < (int64_t)p->length) {{
        length = 4 * (p->data[p->network] & 15);
        if (length <= 20 || (int64_t)p->length - p->network < length) length = 0;
    }}
    if (length) memcpy(header, p->data + p->network, length);
    for (uint32_t at = 20; at < length && header[at] != {END};) {{
        if (header[at] == {NOTHING}) {{ at++; continue; }}
        uint32_t size = at + 1 < length ? header[at + 1] : 0;
        if (size < 2 || at + size > length) {{ wrong = at + 1; break; }}
        int32_t place = (at + 2 < length ? header[at + 2] : 0) - 1;
        if (header[at] == {RECORD_ROUTE}) {{
            ours = 1;
            if (place >= 3 && place + 4 <= (int32_t)size) {{
                put32(header + at + place, 0x{self.address:x}u);
                header[at + 2] += 4;
            }} else if (place != (int32_t)size) {{ wrong = at + 2; break; }}
        }} else if (header[at] == {TIMESTAMP}) {{
            ours = 1;
            uint32_t flags = at + 3 < length ? header[at + 3] : 0, kind = flags & 15, room = kind ? 8 : 4;
            if (place < 4) {{ wrong = at + 2; break; }}
            int full = place + room > size;
            if ((kind != 0 && kind != 1 && kind != 3) || (kind == 3 && full) || (full && flags >> 4 == 15)) {{ wrong = at + 3; break; }}
            if (full) {{
                header[at + 3] += 16;
            }} else {{
                uint32_t named = get32(header + at + place);
                if (kind != 3 || {named}) {{
                    if (kind == 1) put32(header + at + place, 0x{self.address:x}u);
                    put32(header + at + place + room - 4, NOW / 1000000 % {DAY}u);
                    header[at + 2] += room;
                }}
            }}
        }}
        at += size;
    }}
    if (wrong) {{
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
