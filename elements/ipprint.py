"""IPPrint([LABEL, TIMESTAMP, ACTIVE, OUTFILE, CHANNEL, CONTENTS, PAYLOAD, MAXLENGTH, NBYTES, ID, PAINT, TOS, TTL, SWAP, LENGTH, AGGREGATE])

Prints a line about every packet that has an IP header, in Click's form: addresses, ports and what its protocol says.

Lines go to the machine's log. Packets whose IP header is not marked pass without one. What a header says of bytes that are not there reads
as zero. A tenant's files are those of the folder that the operator's policy grants it (`files`).

Arguments:
    LABEL: text in front of each line.
    TIMESTAMP: whether the packet's time is printed, in seconds; true if not given.
    ACTIVE: whether anything is printed; true if not given.
    OUTFILE: a file that lines are written to; what it had is lost.
    CHANNEL: accepted.
    CONTENTS: whether the packet's bytes are printed on further lines: NONE, HEX or ASCII, or true for HEX and false for NONE.
    PAYLOAD: the same of what is behind the headers; not beside CONTENTS.
    MAXLENGTH: bytes to print of them; all where it is negative, and 1500 if not given.
    NBYTES: an older name of MAXLENGTH.
    ID: whether the IP identification is printed.
    PAINT: whether the paint is printed.
    TOS: whether the type of service is printed.
    TTL: whether the time to live is printed.
    SWAP: whether identifiers and sequence numbers of ICMP are read in network order; true if not given.
    LENGTH: whether the IP length is printed.
    AGGREGATE: whether the number of the packet's aggregate is printed.

Handlers:
    active (read): whether anything is printed.
    active (write): sets that.

Examples:
    IPPrint
    IPPrint(in, CONTENTS HEX, MAXLENGTH 64)
    IPPrint("a packet", TIMESTAMP false, PAYLOAD ASCII, ID true, TTL true, TOS true, LENGTH true, AGGREGATE true, PAINT true, SWAP false)
"""

from ipaddress import IPv4Address
from typing import ClassVar, Final

from elements.definition.arguments import Argument, keyword
from elements.definition.parsers import boolean, integer
from elements.passing.printer import Printer
from elements.reference.packet import Packet
from elements.summary.fields import ICMP_CODE_NAMES, ICMP_TYPE_NAMES
from elements.summary.names_c import NAMES

NONE, HEX, ASCII = range(3)
PROTOCOL_NAMES: Final = {1: "icmp", 2: "igmp", 4: "ipip", 6: "tcp", 17: "udp", 33: "dccp", 47: "gre", 132: "sctp"}
_length = integer(-(1 << 31), (1 << 31) - 1)


def _contents(text: str) -> int:
    try:
        return HEX if boolean(text) else NONE
    except ValueError:
        if text.upper() in ("NONE", "HEX", "ASCII"):
            return ("NONE", "HEX", "ASCII").index(text.upper())
    raise ValueError(f"bad contents value '{text.upper()}'; should be 'NONE', 'HEX', or 'ASCII'")


def _payload(text: str) -> int:
    known = {"NO": NONE, "FALSE": NONE, "YES": HEX, "TRUE": HEX, "HEX": HEX, "ASCII": ASCII}
    if text.upper() not in known:
        raise ValueError(f"bad payload value '{text.upper()}'; should be 'false', 'hex', or 'ascii'")
    return known[text.upper()]


class IPPrint(Printer):
    contents = keyword("CONTENTS", _contents, NONE)
    payload = keyword("PAYLOAD", _payload, NONE)
    maximum = Argument[int | None]("MAXLENGTH", _length, None, position=False)
    older = Argument[int | None]("NBYTES", _length, None, position=False)
    identification = keyword("ID", boolean, False)
    paint = keyword("PAINT", boolean, False)
    tos = keyword("TOS", boolean, False)
    ttl = keyword("TTL", boolean, False)
    swap = keyword("SWAP", boolean, True)
    length = keyword("LENGTH", boolean, False)
    aggregate = keyword("AGGREGATE", boolean, False)
    c_helpers: ClassVar[str] = NAMES

    def setup(self) -> None:
        super().setup()
        if self.payload and self.contents:
            raise ValueError("specify at most one of PAYLOAD and CONTENTS")
        if self.maximum is not None and self.older is not None:
            raise ValueError("MAXLENGTH and NBYTES are one argument: give it once")
        given = self.maximum if self.maximum is not None else self.older
        self.most = 1500 if given is None else given

    def line(self, packet: Packet, start: bytes) -> bytes | None:
        if packet.network is None:
            return None
        text = start.decode("utf-8", "surrogateescape")
        text += f"#{packet.aggregate}" if self.aggregate else ""
        text += f"{'.' if self.aggregate else 'paint '}{packet.paint}" if self.paint else ""
        text += ": " if self.aggregate or self.paint else ""
        ip = _Header(packet, packet.network)
        if ip.there < 20:
            return (text + "truncated-ip").encode("utf-8", "surrogateescape")
        total = ip.number(2, 2)
        for asked, what, number in (
            (self.identification, "id", ip.number(4, 2)),
            (self.ttl, "ttl", ip.number(8, 1)),
            (self.tos, "tos", ip.number(1, 1)),
            (self.length, "length", total),
        ):
            text += f"{what} {number} " if asked else ""
        header = 4 * (ip.number(0, 1) & 15)
        left = min(total - header, ip.there - header)
        text += _protocol_text(packet, ip, _Header(packet, packet.network + header), left, self.swap)
        if ip.number(6, 2) & 0x3FFF:
            offset = ip.number(6, 2)
            text += f" (frag {ip.number(4, 2)}:{total - header}@{(offset & 0x1FFF) << 3}{'+' if offset & 0x2000 else ''})"
        if self.contents or self.payload:
            text += self._shown(packet, ip, header)
        return text.encode("utf-8", "surrogateescape")

    def _shown(self, packet: Packet, ip: "_Header", header: int) -> str:
        at = packet.start
        if self.payload:
            at = ip.at + header
            if ip.first and ip.number(9, 1) == 6:
                at += 4 * (_Header(packet, at).number(12, 1) >> 4)
            elif ip.first and ip.number(9, 1) == 17:
                at += 8
        end = packet.end if self.most < 0 else min(packet.end, at + self.most)
        data = _buffer(packet, at, end)
        out = ""
        if (self.contents or self.payload) == HEX:
            for index, byte in enumerate(data):
                out += ("\n  " if index % 24 == 0 else " " if index % 4 == 0 else "") + f"{byte:02x}"
            return out
        for index, byte in enumerate(data):
            out += ("\n  " if index % 48 == 0 else " " if index % 8 == 0 else "") + (chr(byte) if 32 <= byte <= 126 else ".")
        return out

    def c_line(self) -> str:
        asked = (
            (self.identification, "id %u ", "get(2, ip + 4)"),
            (self.ttl, "ttl %u ", "get(1, ip + 8)"),
            (self.tos, "tos %u ", "get(1, ip + 1)"),
            (self.length, "length %u ", "total"),
        )
        fields = " ".join(f'text_form(t, "{form}", {number});' for wanted, form, number in asked if wanted)
        fields = fields.replace("get(", "print_get(p, ")
        marks = 'text_form(t, "#%u", p->aggregate);' if self.aggregate else ""
        marks += f' text_form(t, "{"." if self.aggregate else "paint "}%u", p->paint);' if self.paint else ""
        marks += ' text_say(t, ": ");' if self.aggregate or self.paint else ""
        shown = ""
        if self.contents or self.payload:
            start = "ip + header + print_payload(p, ip, header)" if self.payload else "0"
            shown = f"print_bytes(t, p, {start}, {self.most}, {int((self.contents or self.payload) == HEX)});"
        return f"""
        if (p->network == NO_NETWORK) printed = 0;
        else {{
            int64_t ip = p->network, there = (int64_t)p->length - ip;
            {marks}
            if (there < 20) text_say(t, "truncated-ip");
            else {{
                uint32_t total = print_get(p, 2, ip + 2), header = 4 * (print_get(p, 1, ip) & 15);
                {fields}
                int64_t left = (int64_t)total < there ? total : there;
                print_protocol(t, p, ip, header, left - header, total, {int(self.swap)});
                print_fragment(t, p, ip, (int64_t)total - header);
                {shown}
            }}
        }}
"""


def _buffer(packet: Packet, start: int, end: int) -> bytes:
    """The bytes of the packet's buffer from ``start`` to ``end``; those in front of it are zero."""
    return bytes(max(0, min(0, end) - start)) + bytes(packet.buffer[max(0, start) : max(0, end)])


class _Header:
    """A header at ``at`` in the packet's buffer; past the packet's end, and in front of the buffer, it is zero."""

    def __init__(self, packet: Packet, at: int) -> None:
        self.packet = packet
        self.at = at
        self.there = packet.end - at

    def number(self, at: int, size: int) -> int:
        start = self.at + at
        return int.from_bytes(_buffer(self.packet, start, min(start + size, self.packet.end)).ljust(size, b"\0"), "big")

    @property
    def first(self) -> bool:
        return self.number(6, 2) & 0x1FFF == 0


def _protocol_text(packet: Packet, ip: _Header, inner: _Header, left: int, swap: bool) -> str:
    protocol = ip.number(9, 1)
    source, destination = IPv4Address(ip.number(12, 4)), IPv4Address(ip.number(16, 4))
    pair = f"{source} > {destination}: "
    if protocol == 1:
        return pair + ("icmp" if not ip.first else "truncated-icmp" if left < 2 else _icmp_text(inner, left, swap))
    if protocol not in (6, 17):
        return f"{pair}ip-proto-{protocol}"
    name = PROTOCOL_NAMES[protocol]
    if left < 4 or not ip.first:
        return pair + (f"truncated-{name}" if ip.first else name)
    text = f"{source}.{inner.number(0, 2)} > {destination}.{inner.number(2, 2)}: "
    if protocol == 17:
        return text + (f"udp {inner.number(4, 2)}" if left >= 8 else "truncated-udp")
    return text + _tcp_text(packet, ip, inner, left)


def _tcp_text(packet: Packet, ip: _Header, tcp: _Header, left: int) -> str:
    if left < 14:
        return "truncated-tcp"
    flags, total = tcp.number(13, 1), ip.number(2, 2)
    count = total - 4 * (ip.number(0, 1) & 15) - 4 * (tcp.number(12, 1) >> 4) + (flags >> 1 & 1) + (flags & 1)
    letters = "".join(letter for letter, bit in (("S", 2), ("F", 1), ("R", 4), ("P", 8)) if flags & bit) or "."
    first = tcp.number(4, 4)
    text = f"{letters} {first}:{first + count & 0xFFFF_FFFF}({count},{packet.length},{total})"
    text += f" ack {tcp.number(8, 4)}" if flags & 16 else ""
    return text + (f" win {tcp.number(14, 2)}" if left >= 16 else "truncated-tcp")


def _icmp_text(icmp: _Header, left: int, swap: bool) -> str:
    kind, code = icmp.number(0, 1), icmp.number(1, 1)
    named = ICMP_CODE_NAMES.get(kind, {}).get(code)
    if kind in (0, 8):
        numbers = [icmp.number(4, 2), icmp.number(6, 2)]
        shown = [number if swap else (number & 0xFF) << 8 | number >> 8 for number in numbers]
        return f"icmp {ICMP_TYPE_NAMES[kind]} " + (f"({shown[0]}, {shown[1]})" if left >= 8 else "truncated-icmp")
    if kind != 3:
        text = "icmp " + ICMP_TYPE_NAMES.get(kind, f"type {kind}")
        return text + (f" {named}" if named else f" code {code}" if code else "")
    named = named or f"code {code}"
    inner = _Header(icmp.packet, icmp.at + 8)
    if left < 28:
        return f"icmp unreachable {named} truncated-icmp"
    text = f"icmp {IPv4Address(inner.number(16, 4))} unreachable {named}"
    protocol = inner.number(9, 1)
    header = 4 * (inner.number(0, 1) & 15)
    if code == 2:
        text += f" {PROTOCOL_NAMES.get(protocol, protocol)}"
    elif code == 3:
        text += f" {PROTOCOL_NAMES.get(protocol, f'protocol {protocol}')}"
        text += f"/{inner.number(header + 2, 2)}" if left - 8 - header >= 4 else "truncated-icmp"
    elif code == 4 and icmp.number(6, 2):
        text += f" (mtu {icmp.number(6, 2)})"
    return text
