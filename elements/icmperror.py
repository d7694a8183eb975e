"""ICMPError(SRC, TYPE [, CODE, BADADDRS, MTU, PMTU, USE_FIX_ANNO])

Makes an ICMP error (RFC 792) about every IP packet that may have one, and drops the packet.

No error is made (RFC 1122, 3.2.2) about ICMP errors, later fragments, packets that came as link-level broadcast or multicast, and packets
whose source is 0.0.0.0, a broadcast, multicast or loopback address or one of BADADDRS, or whose destination is broadcast or multicast. The
error has the packet's header and as much of it as MTU allows; its destination annotation is the packet's source. The IP header must be
marked.

Arguments:
    SRC: source address of the errors; FixIPSrc may change it.
    TYPE: `unreachable`, `timeexceeded`, `parameterproblem`, `redirect`, `sourcequench`, or a number.
    CODE: a number, or for `unreachable` `net`, `host`, `protocol`, `port`, `needfrag`, for `timeexceeded` `transit`, `reassembly`;
        0 if not given.
    BADADDRS: addresses that errors are not sent to.
    MTU: most bytes of an error; 576 if not given.
    PMTU: for `unreachable needfrag`, the MTU of the next hop that the error tells; 0 if not given.
    USE_FIX_ANNO: whether errors are marked for FixIPSrc; true if not given.

Examples:
    ICMPError(10.0.0.1, timeexceeded)
    ICMPError(10.0.0.1, unreachable, needfrag, PMTU 1400)
    ICMPError(10.0.0.1, 3, 1, BADADDRS 1.2.3.4, MTU 64, USE_FIX_ANNO false)
"""

from elements.definition.arguments import Argument, keyword
from elements.definition.csource import CSource
from elements.definition.element import Element, Move
from elements.definition.parsers import boolean, byte, integer, ip_address, unsigned16
from elements.definition.ports import Ports
from elements.reference.machine import Machine
from elements.reference.packet import Packet

_TYPES = {"unreachable": 3, "sourcequench": 4, "redirect": 5, "timeexceeded": 11, "parameterproblem": 12}
_CODES = {"net": 0, "host": 1, "protocol": 2, "port": 3, "needfrag": 4, "transit": 0, "reassembly": 1}


def _type(text: str) -> int:
    return _TYPES[text] if text in _TYPES else byte(text)


def _code(text: str) -> int:
    return _CODES[text] if text in _CODES else byte(text)


def _addresses(text: str) -> tuple[int, ...]:
    return tuple(ip_address(word) for word in text.split())


def checksum(data: bytes) -> int:
    """The Internet checksum of ``data`` (RFC 1071)."""
    padded = data + bytes(len(data) % 2)
    total = sum(int.from_bytes(padded[i : i + 2], "big") for i in range(0, len(padded), 2))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return total ^ 0xFFFF


class ICMPError(Element):
    ports = Ports("1/1", "h/h", "x/y")
    source = Argument("SRC", ip_address)
    type = Argument("TYPE", _type)
    code = Argument("CODE", _code, 0)
    bad = Argument[tuple[int, ...]]("BADADDRS", _addresses, (), position=False)
    mtu = keyword("MTU", integer(56, 9000), 576)
    path_mtu = keyword("PMTU", unsigned16, 0)
    fix = keyword("USE_FIX_ANNO", boolean, True)

    def setup(self) -> None:
        self.identification = 0

    def move(self, output: int) -> Move:
        return Move(None, 0)

    def push(self, machine: Machine, port: int, packet: Packet) -> None:
        network = packet.network
        if network is None or packet.end - network < 20 or network < packet.start:
            return
        original = bytes(packet.buffer[network : packet.end])
        if not self._deserved(packet, original):
            return
        quoted = original[: self.mtu - 28]
        self.identification = (self.identification + 1) & 0xFFFF
        total = 28 + len(quoted)
        header = bytes((0x45, 0)) + total.to_bytes(2, "big") + self.identification.to_bytes(2, "big") + bytes((0, 0, 255, 1, 0, 0))
        header += self.source.to_bytes(4, "big") + original[12:16]
        header = header[:10] + checksum(header).to_bytes(2, "big") + header[12:]
        message = bytes((self.type, self.code, 0, 0)) + self._rest(packet) + quoted
        message = message[:2] + checksum(message).to_bytes(2, "big") + message[4:]
        error = Packet.of(header + message, time=packet.time, device=packet.device)
        error.network = error.start
        error.dst_ip = int.from_bytes(original[12:16], "big")
        error.fix_ip_src = int(self.fix)
        machine.push_out(self.name, 0, error)

    def _rest(self, packet: Packet) -> bytes:
        if self.type == 3 and self.code == 4:
            return self.path_mtu.to_bytes(4, "big")
        return packet.dst_ip.to_bytes(4, "big") if self.type == 5 else bytes(4)

    def _deserved(self, packet: Packet, original: bytes) -> bool:
        source, destination = (int.from_bytes(original[at : at + 4], "big") for at in (12, 16))
        header_length = 4 * (original[0] & 15)
        about_error = original[9] == 1 and (len(original) <= header_length or original[header_length] in (3, 4, 5, 11, 12))
        return not (
            about_error
            or packet.packet_type in (1, 2)
            or (original[6] & 0x1F or original[7])
            or source in (0, 0xFFFFFFFF, *self.bad)
            or source >> 28 == 0xE
            or source >> 24 == 127
            or destination == 0xFFFFFFFF
            or destination >> 28 == 0xE
        )

    def c_source(self) -> CSource:
        bad = "".join(f" || source == 0x{address:x}u" for address in self.bad)
        if self.type == 3 and self.code == 4:
            rest = f"put32(message + 4, {self.path_mtu});"
        else:
            rest = "put32(message + 4, p->dst_ip);" if self.type == 5 else ""
        return CSource(
            fields="uint16_t identification;",
            helpers=CHECKSUM,
            push=f"""
    if (p->network == NO_NETWORK || p->network < 0 || (int64_t)p->length - p->network < 20) {{ KILL(p); return; }}
    const uint8_t *original = p->data + p->network;
    uint32_t length = p->length - p->network, source = get32(original + 12), destination = get32(original + 16);
    uint32_t header_length = 4 * (original[0] & 15);
    uint8_t kind = length > header_length ? original[header_length] : 3;
    if ((original[9] == 1 && (kind == 3 || kind == 4 || kind == 5 || kind == 11 || kind == 12))
        || p->packet_type == 1 || p->packet_type == 2 || (original[6] & 0x1f) || original[7]
        || source == 0 || source == 0xffffffffu{bad} || source >> 28 == 0xe || source >> 24 == 127
        || destination == 0xffffffffu || destination >> 28 == 0xe) {{ KILL(p); return; }}
    uint32_t quoted = length < {self.mtu - 28} ? length : {self.mtu - 28};
    struct packet *q = NEW_PACKET(28 + quoted);
    uint8_t *header = q->data, *message = q->data + 20;
    header[0] = 0x45;
    put16(header + 2, 28 + quoted);
    put16(header + 4, ++self->identification);
    header[8] = 255;
    header[9] = 1;
    put32(header + 12, 0x{self.source:x}u);
    put32(header + 16, source);
    put16(header + 10, internet_checksum(header, 20));
    message[0] = {self.type};
    message[1] = {self.code};
    {rest}
    memcpy(message + 8, original, quoted);
    put16(message + 2, internet_checksum(message, 8 + quoted));
    q->network = 0;
    q->dst_ip = source;
    q->fix_ip_src = {int(self.fix)};
    q->device = p->device;
    q->time = p->time;
    KILL(p);
    OUT(0, q);
""",
        )


CHECKSUM = """
static uint16_t internet_checksum(const uint8_t *b, uint32_t length)
{
    uint64_t total = 0;
    for (uint32_t i = 0; i + 1 < length; i += 2) total += get16(b + i);
    if (length & 1) total += (uint32_t)b[length - 1] << 8;
    while (total >> 16) total = (total & 0xffff) + (total >> 16);
    return ~total;
}
"""
