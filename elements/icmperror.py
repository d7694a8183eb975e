"""ICMPError(SRC, TYPE [, CODE, BADADDRS, MTU, PMTU, USE_FIX_ANNO, SET_FIX_ANNO])

Makes an ICMP error (RFC 792) about every IP packet that may have one, and drops the packet.

No error is made (RFC 1812, 4.3.2.7) about ICMP errors, later fragments, packets that came as link-level broadcast or multicast, packets
whose source is of network 0, 127 or from 224 on, whose destination is broadcast or multicast, or whose source or destination is one of
BADADDRS; and no redirect about packets with a source route. The error has the packet's header and as much of it as MTU allows, and its
source route turned round; its destination annotation is the packet's source. The IP header must be marked. An error has the time at which
it is made; identifications are counted by each element, in Click by all together.

Arguments:
    SRC: source address of the errors; FixIPSrc may change it.
    TYPE: `unreachable`, `sourcequench`, `redirect`, `timeexceeded`, `parameterproblem`, or the number of one of them.
    CODE: a number, or for `unreachable` `net`, `host`, `protocol`, `port`, `needfrag`, for `redirect` `net`, `host`, for `timeexceeded`
        `transit`, `reassembly`, for `parameterproblem` `erroratptr`, `missingopt`, `length`; 0 if not given. A redirect names the
        destination annotation as the gateway; `erroratptr` names the byte that IPGWOptions noted.
    BADADDRS: addresses that errors are not sent to, nor about.
    MTU: most bytes of an error; 576 if not given.
    PMTU: for `unreachable needfrag`, the MTU of the next hop that the error tells; 0 if not given.
    USE_FIX_ANNO: whether errors are marked for FixIPSrc; true if not given.
    SET_FIX_ANNO: another name of USE_FIX_ANNO.

Handlers:
    mtu (read): most bytes of an error.
    mtu (write): sets that, to no more than MTU, or 1500 where that is more.
    pmtu (read): the MTU of the next hop.
    pmtu (write): sets that.
    src (read): source address of the errors.
    src (write): sets that.

Examples:
    ICMPError(10.0.0.1, timeexceeded)
    ICMPError(10.0.0.1, unreachable, needfrag, PMTU 1400)
    ICMPError(10.0.0.1, 3, 1, BADADDRS 1.2.3.4, MTU 64, USE_FIX_ANNO false)
    ICMPError(10.0.0.1, redirect, host)
    ICMPError(10.0.0.1, parameterproblem, erroratptr)
"""

from ipaddress import IPv4Address
from typing import ClassVar

from elements.definition.arguments import Argument, keyword
from elements.definition.csource import CSource
from elements.definition.element import Move, StateVariable
from elements.definition.handlers import FRAME, StateView, reads, settable, writes
from elements.definition.parsers import boolean, byte, integer, ip_address, ip_addresses, unsigned16, word
from elements.definition.ports import Ports
from elements.passing.each_packet import Replacing
from elements.reference.machine import Machine
from elements.reference.packet import Packet

_TYPES = {"unreachable": 3, "sourcequench": 4, "redirect": 5, "timeexceeded": 11, "parameterproblem": 12}
_CODES = {
    3: {"net": 0, "host": 1, "protocol": 2, "port": 3, "needfrag": 4},
    5: {"net": 0, "host": 1},
    11: {"transit": 0, "reassembly": 1},
    12: {"erroratptr": 0, "missingopt": 1, "length": 2},
}
_mtu = integer(56, 9000)


def _type(text: str) -> int:
    if text in _TYPES:
        return _TYPES[text]
    number = byte(text)
    if number not in _TYPES.values():
        raise ValueError(f"the type of an error is wanted ({', '.join(_TYPES)}), not {number}")
    return number


def checksum(data: bytes) -> int:
    """The Internet checksum of ``data`` (RFC 1071)."""
    padded = data + bytes(len(data) % 2)
    total = sum(int.from_bytes(padded[i : i + 2], "big") for i in range(0, len(padded), 2))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return total ^ 0xFFFF


def source_route(header: bytes) -> tuple[int, int] | None:
    """Where in ``header`` its first sound source route is, and the route's pointer."""
    at = 20
    while at < len(header) and header[at] != 0:
        if header[at] == 1:
            at += 1
            continue
        size = header[at + 1] if at + 1 < len(header) else 0
        if size < 2 or at + size > len(header):
            return None
        pointer = header[at + 2] if at + 2 < len(header) else 0
        if header[at] in (131, 137) and pointer >= 4 and pointer % 4 == 0 and pointer <= size + 1:
            return at, pointer
        at += size
    return None


class ICMPError(Replacing):
    ports = Ports("1/1", "a/a")
    is_short = False
    is_rare: ClassVar[bool] = True
    source = Argument("SRC", ip_address)
    type = Argument("TYPE", _type)
    code_text = Argument("CODE", word, "0")
    bad = Argument[tuple[int, ...]]("BADADDRS", ip_addresses, ())
    mtu = keyword("MTU", _mtu, 576)
    path_mtu = keyword("PMTU", unsigned16, 0)
    fix_given = Argument[bool | None]("USE_FIX_ANNO", boolean, None, position=False)
    fix_also = Argument[bool | None]("SET_FIX_ANNO", boolean, None, position=False)
    origin = StateVariable(32)
    longest = StateVariable(32)
    next_hop = StateVariable(32)

    def setup(self) -> None:
        names = _CODES.get(self.type, {})
        try:
            self.code = names[self.code_text] if self.code_text in names else byte(self.code_text)
        except ValueError:
            known = f", or one of {', '.join(names)}" if names else ""
            raise ValueError(f"CODE: a whole number from 0 to 255{known} is wanted, not {self.code_text!r}") from None
        if self.fix_given is not None and self.fix_also is not None:
            raise ValueError("USE_FIX_ANNO and SET_FIX_ANNO are one argument: give it once")
        self.fix = next((given for given in (self.fix_given, self.fix_also) if given is not None), True)
        self.identification = 0
        # What a handler may set it to, and more than the 68 bytes of an error that quotes nothing.
        self.most = max(self.mtu, FRAME - 14)

    def initialize(self, machine: Machine) -> None:
        state = machine.stores[self.name]
        state.set(self.origin, self.source)
        state.set(self.longest, self.mtu)
        state.set(self.next_hop, self.path_mtu)

    def move(self, output: int) -> Move:
        return Move(None, 0)

    def most_bytes(self, output: int, arriving: tuple[int, ...]) -> int:
        return self.most if output == 0 else arriving[0]

    def act(self, machine: Machine, packet: Packet) -> Packet | None:
        network = packet.network
        if network is None or packet.end - network < 20 or network < packet.start:
            return None
        original = bytes(packet.buffer[network : packet.end])
        options = self._answering(packet, original)
        if options is None:
            return None
        state = machine.stores[self.name]
        quoted = original[: max(0, state.get(self.longest) - 28 - len(options))]
        self.identification = (self.identification + 1) & 0xFFFF
        length = 20 + len(options)
        header = bytes((0x40 | length // 4, 0)) + (length + 8 + len(quoted)).to_bytes(2, "big") + self.identification.to_bytes(2, "big")
        header += bytes((0, 0, 200, 1, 0, 0)) + state.get(self.origin).to_bytes(4, "big") + original[12:16] + options
        header = header[:10] + checksum(header).to_bytes(2, "big") + header[12:]
        message = bytes((self.type, self.code, 0, 0)) + self._rest(machine, packet) + quoted
        message = message[:2] + checksum(message).to_bytes(2, "big") + message[4:]
        error = Packet.of(header + message, time=machine.now, device=packet.device)
        error.network = error.start
        error.dst_ip = int.from_bytes(original[12:16], "big")
        error.fix_ip_src = int(self.fix)
        return error

    def _rest(self, machine: Machine, packet: Packet) -> bytes:
        if (self.type, self.code) == (3, 4):
            return machine.stores[self.name].get(self.next_hop).to_bytes(4, "big")
        if (self.type, self.code) == (12, 0):
            return bytes((packet.parameter, 0, 0, 0))
        return packet.dst_ip.to_bytes(4, "big") if self.type == 5 else bytes(4)

    def _answering(self, packet: Packet, original: bytes) -> bytes | None:
        """The options of an error about the packet, None where there is to be none."""
        if not self._deserved(packet, original):
            return None
        route = source_route(original[: 4 * (original[0] & 15)])
        if route is None:
            return b""
        if self.type == 5:
            return None
        at, pointer = route
        if (self.type, self.code) == (12, 0) and at <= packet.parameter < at + original[at + 1]:
            return b""
        passed = [original[at + place : at + place + 4] for place in range(pointer - 5, 2, -4)]
        return bytes((original[at], pointer - 1, 4)) + b"".join(passed) + b"\0"

    def _deserved(self, packet: Packet, original: bytes) -> bool:
        source, destination = (int.from_bytes(original[at : at + 4], "big") for at in (12, 16))
        header_length = 4 * (original[0] & 15)
        about_error = original[9] == 1 and (len(original) < header_length + 4 or original[header_length] in _TYPES.values())
        return not (
            about_error
            or packet.packet_type in (1, 2)
            or (original[6] & 0x1F or original[7])
            or source >> 24 in (0, 127)
            or source >> 28 >= 0xE
            or destination == 0xFFFFFFFF
            or destination >> 28 == 0xE
            or source in self.bad
            or destination in self.bad
        )

    def c_each(self) -> str:
        bad = "".join(f" || source == 0x{address:x}u || destination == 0x{address:x}u" for address in self.bad)
        if (self.type, self.code) == (3, 4):
            rest = "put32(message + 4, self->next_hop);"
        elif (self.type, self.code) == (12, 0):
            rest = "message[4] = p->parameter;"
        else:
            rest = "put32(message + 4, p->dst_ip);" if self.type == 5 else ""
        pointed = "p->parameter >= at && p->parameter < at + original[at + 1]" if (self.type, self.code) == (12, 0) else "0"

        return f"""
    if (p->network == NO_NETWORK || p->network < 0 || (int64_t)p->length - p->network < 20) {{ KILL(p); p = NULL; goto done; }}
    const uint8_t *original = p->data + p->network;
    uint32_t length = p->length - p->network, source = get32(original + 12), destination = get32(original + 16);
    uint32_t header_length = 4 * (original[0] & 15);
    uint8_t kind = length >= header_length + 4 ? original[header_length] : 3;
    if ((original[9] == 1 && (kind == 3 || kind == 4 || kind == 5 || kind == 11 || kind == 12))
        || p->packet_type == 1 || p->packet_type == 2 || (original[6] & 0x1f) || original[7]
        || source >> 24 == 0 || source >> 24 == 127 || source >> 28 >= 0xe
        || destination == 0xffffffffu || destination >> 28 == 0xe{bad}) {{ KILL(p); p = NULL; goto done; }}
    uint8_t options[40];
    uint32_t options_length = 0, end = header_length < length ? header_length : length;
    for (uint32_t at = 20; at < end && original[at] != 0;) {{
        if (original[at] == 1) {{ at++; continue; }}
        uint32_t size = at + 1 < end ? original[at + 1] : 0;
        if (size < 2 || at + size > end) break;
        uint32_t pointer = at + 2 < end ? original[at + 2] : 0;
        if ((original[at] == 131 || original[at] == 137) && pointer >= 4 && pointer % 4 == 0 && pointer <= size + 1) {{
            if ({int(self.type == 5)}) {{ KILL(p); p = NULL; goto done; }}
            if ({pointed}) break;
            options[0] = original[at];
            options[1] = pointer - 1;
            options[2] = 4;
            options_length = 3;
            for (int32_t place = pointer - 5; place >= 3; place -= 4, options_length += 4)
                memcpy(options + options_length, original + at + place, 4);
            options[options_length++] = 0;
            break;
        }}
        at += size;
    }}
    uint32_t head = 20 + options_length, room = self->longest > head + 8 ? self->longest - head - 8 : 0;
    uint32_t quoted = length < room ? length : room;
    struct packet *q = NEW_PACKET(head + 8 + quoted);
    uint8_t *header = q->data, *message = q->data + head;
    header[0] = 0x40 | head / 4;
    put16(header + 2, head + 8 + quoted);
    put16(header + 4, ++self->identification);
    header[8] = 200;
    header[9] = 1;
    put32(header + 12, self->origin);
    put32(header + 16, source);
    memcpy(header + 20, options, options_length);
    put16(header + 10, internet_checksum(header, head));
    message[0] = {self.type};
    message[1] = {self.code};
    {rest}
    memcpy(message + 8, original, quoted);
    put16(message + 2, internet_checksum(message, 8 + quoted));
    q->network = 0;
    q->dst_ip = source;
    q->fix_ip_src = {int(self.fix)};
    q->device = p->device;
    q->time = NOW;
    KILL(p);
    p = q;
done:;
"""

    def c_rest(self) -> CSource:
        return CSource(
            fields="uint32_t origin, longest, next_hop; uint16_t identification;",
            initialize=f"    self->origin = 0x{self.source:x}u;\n    self->longest = {self.mtu};\n    self->next_hop = {self.path_mtu};",
            helpers=CHECKSUM,
            state=(("origin", "self->origin"), ("longest", "self->longest"), ("next_hop", "self->next_hop")),
        )

    @reads("src")
    def source_text(self, state: StateView) -> str:
        return str(IPv4Address(state.get(self.origin)))

    @writes("src")
    def set_source(self, state: StateView, text: str) -> None:
        state.set(self.origin, ip_address(text.strip()))

    @reads("mtu")
    def mtu_text(self, state: StateView) -> str:
        return str(state.get(self.longest))

    @writes("mtu")
    def set_mtu(self, state: StateView, text: str) -> None:
        state.set(self.longest, settable(_mtu(text.strip()), self.most, "MTU"))

    @reads("pmtu")
    def path_mtu_text(self, state: StateView) -> str:
        return str(state.get(self.next_hop))

    @writes("pmtu")
    def set_path_mtu(self, state: StateView, text: str) -> None:
        state.set(self.next_hop, unsigned16(text.strip()))


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
