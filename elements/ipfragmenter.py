"""IPFragmenter(MTU [, HONOR_DF, VERBOSE, HEADROOM])

Cuts IP packets that are longer than MTU into fragments (RFC 791, 3.2).

Packets that must not be fragmented leave by output 1, or are dropped where it is not in use. Later fragments have those options only that
are copied, and none says that it must not be fragmented. The IP header must be marked; bytes in front of it are in no piece (in Click
they stay with the first), so strip them before.

Arguments:
    MTU: most bytes of a packet, from its IP header on.
    HONOR_DF: whether the don't-fragment bit counts; true if not given.
    VERBOSE: accepted; nothing is printed.
    HEADROOM: accepted; there is always enough.

Handlers:
    drops (read): packets that could not be fragmented.
    fragments (read): fragments made.

Examples:
    IPFragmenter(100)
    IPFragmenter(68, HONOR_DF false)
"""

from copy import copy

from elements.definition.arguments import Argument, keyword
from elements.definition.csource import CSource
from elements.definition.element import Element, Move, StateVariable
from elements.definition.handlers import StateView, reads
from elements.definition.parsers import boolean, integer, unsigned32
from elements.definition.ports import Ports
from elements.icmperror import CHECKSUM, checksum
from elements.reference.machine import Machine
from elements.reference.packet import Packet


def copied_options(options: bytes) -> bytes:
    """The options that later fragments have, padded to four bytes."""
    kept, at = b"", 0
    while at < len(options) and options[at] != 0:
        size = 1 if options[at] == 1 else options[at + 1] if at + 1 < len(options) else 0
        if size < 1 or (options[at] != 1 and size < 2) or at + size > len(options):
            break
        if options[at] & 0x80:
            kept += options[at : at + size]
        at += size
    return kept + bytes(-len(kept) % 4)


class IPFragmenter(Element):
    ports = Ports("1/1-2", "h/h")
    mtu = Argument("MTU", integer(8, 65535))
    honor = Argument("HONOR_DF", boolean, True)
    verbose = Argument("VERBOSE", boolean, False)
    headroom = keyword("HEADROOM", unsigned32, 28)
    dropped = StateVariable(64)
    made = StateVariable(64)

    def move(self, output: int) -> Move:
        return Move(0, 0) if output == 0 else Move()

    @property
    def cuts_to(self) -> int | None:
        return self.mtu

    def cutting_to(self, least: int) -> Element:
        other = copy(self)
        other.mtu = max(self.mtu, least)
        return other

    def most_pieces(self, output: int, arriving: int) -> int:
        # Every piece holds at least what fits behind the longest header, and one that is cut has 8 bytes of room.
        headers = range(20, min(60, self.mtu - 8) + 1, 4) if output == 0 and arriving > self.mtu else ()
        return max([1, *(-(-(arriving - header) // (self.mtu - header & ~7)) for header in headers)])

    def push(self, machine: Machine, port: int, packet: Packet) -> None:
        network = packet.network
        if network is None or network < packet.start or packet.end - network < 20 or packet.end - network <= self.mtu:
            machine.push_out(self.name, 0, packet)
            return
        whole = bytes(packet.buffer[network : packet.end])
        header_length = 4 * (whole[0] & 15)
        if (self.honor and whole[6] & 0x40) or not 20 <= header_length <= len(whole) or self.mtu < header_length + 8:
            state = machine.stores[self.name]
            state.set(self.dropped, state.get(self.dropped) + 1)
            machine.push_out(self.name, 1, packet)
            return
        self._fragment(machine, packet, whole, header_length)

    def _fragment(self, machine: Machine, packet: Packet, whole: bytes, header_length: int) -> None:
        state = machine.stores[self.name]
        later = whole[:20] + copied_options(whole[20:header_length])
        first_offset, more = int.from_bytes(whole[6:8], "big") & 0x1FFF, whole[6] & 0x20
        data, at, header = whole[header_length:], 0, whole[:header_length]
        while at < len(data):
            room = (self.mtu - len(header)) & ~7
            piece = data[at : at + room]
            last = at + len(piece) == len(data)
            flags = (whole[6] & 0x80) << 8 | (0 if last and not more else 0x2000) | first_offset + at // 8
            head = bytes((0x40 | len(header) // 4, header[1])) + (len(header) + len(piece)).to_bytes(2, "big") + header[4:6]
            head += (flags & 0xFFFF).to_bytes(2, "big") + header[8:10] + bytes(2) + header[12:]
            head = head[:10] + checksum(head).to_bytes(2, "big") + head[12:]
            out = Packet.of(head + piece, time=packet.time, device=packet.device)
            out.network = out.start
            for name in ("paint", "dst_ip", "vlan_tci", "packet_type", "fix_ip_src"):
                setattr(out, name, getattr(packet, name))
            state.set(self.made, state.get(self.made) + 1)
            machine.push_out(self.name, 0, out)
            at += len(piece)
            header = later

    def c_source(self) -> CSource:
        return CSource(
            fields="uint64_t dropped, made;",
            helpers=CHECKSUM,
            quick=f"    if (v->network >= 0 && v->length >= (uint32_t)v->network && v->length - v->network <= {self.mtu}u) PASS(0);\n",
            push=f"""
    if (p->network == NO_NETWORK || p->network < 0 || (int64_t)p->length - p->network < 20
        || p->length - p->network <= {self.mtu}) {{ OUT(0, p); return; }}
    const uint8_t *whole = p->data + p->network;
    uint32_t total = p->length - p->network, header_length = 4 * (whole[0] & 15);
    if (({int(self.honor)} && (whole[6] & 0x40)) || header_length < 20 || header_length > total || {self.mtu} < header_length + 8) {{
        self->dropped++;
        OUT(1, p);
        return;
    }}
    uint8_t later[60];
    uint32_t later_length = 20;
    memcpy(later, whole, 20);
    for (uint32_t at = 20; at < header_length && whole[at] != 0;) {{
        uint32_t size = whole[at] == 1 ? 1 : at + 1 < header_length ? whole[at + 1] : 0;
        if (size < 1 || (whole[at] != 1 && size < 2) || at + size > header_length) break;
        if (whole[at] & 0x80) {{ memcpy(later + later_length, whole + at, size); later_length += size; }}
        at += size;
    }}
    while (later_length & 3) later[later_length++] = 0;
    uint32_t data_length = total - header_length, first_offset = get16(whole + 6) & 0x1fff, more = whole[6] & 0x20;
    const uint8_t *data = whole + header_length, *header = whole;
    for (uint32_t at = 0, length = header_length; at < data_length;) {{
        uint32_t room = ({self.mtu} - length) & ~7u;
        uint32_t piece = data_length - at < room ? data_length - at : room;
        int last = at + piece == data_length;
        struct packet *q = NEW_PACKET(length + piece);
        memcpy(q->data, header, length);
        q->data[0] = 0x40 | length / 4;
        put16(q->data + 2, length + piece);
        put16(q->data + 6, (whole[6] & 0x80) << 8 | (last && !more ? 0 : 0x2000) | (first_offset + at / 8));
        put16(q->data + 10, 0);
        put16(q->data + 10, internet_checksum(q->data, length));
        memcpy(q->data + length, data + at, piece);
        q->network = 0;
        q->time = p->time;
        q->device = p->device;
        q->paint = p->paint;
        q->dst_ip = p->dst_ip;
        q->vlan_tci = p->vlan_tci;
        q->packet_type = p->packet_type;
        q->fix_ip_src = p->fix_ip_src;
        self->made++;
        at += piece;
        header = later;
        length = later_length;
        OUT(0, q);
    }}
    KILL(p);
""",
            state=(("dropped", "self->dropped"), ("made", "self->made")),
        )

    @reads("drops")
    def drops(self, state: StateView) -> str:
        return str(state.get(self.dropped))

    @reads("fragments")
    def fragments(self, state: StateView) -> str:
        return str(state.get(self.made))
