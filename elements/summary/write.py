"""What IP summary dumps say of a packet."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from hashlib import md5
from ipaddress import IPv4Address
from typing import Any, Final

from elements.definition.parsers import ethernet_text
from elements.reference.packet import Packet
from elements.summary.fields import ANNOTATION, ICMP_CODE_NAMES, ICMP_TYPE_NAMES, LINK, SEQUENCED, TCP_FLAG_LETTERS, Field
from elements.summary.options import ALL, NOT_TIMESTAMP, PADDING, SACK, ip_options_text, options_binary, tcp_kind, tcp_options_text
from elements.summary.text import U32, digest_text, quoted, seconds_of, time_text

TCP, UDP, ICMP, DCCP, UDPLITE = 6, 17, 1, 33, 136
IP_HEADER: Final = 0
ETHERNET_HEADER: Final = 260
PORTS: Final = 256
WITH_PORTS: Final = (TCP, UDP, DCCP, UDPLITE)
_PROTOCOLS: Final = {TCP: "TCP", UDP: "UDP", ICMP: "ICMP", PORTS: "TCP/UDP"}
Extracted = int | bytes | None


@dataclass(frozen=True)
class Style:
    """How packets are described."""

    fields: tuple[Field, ...]
    binary: bool = False
    says_bad: bool = False
    careful: bool = True
    extra_length: bool = True


class Summary:
    """A packet as far as its headers can be believed. ``bad`` is the first thing that is wrong with them, and the packet's extra length
    becomes that of its IP header."""

    def __init__(self, packet: Packet, style: Style) -> None:
        self.packet = packet
        self.style = style
        self.bad = ""
        self.ip: bytes | None = None
        self.pad = 0
        self.header_length = 20
        if any(field.order not in (ANNOTATION, LINK) for field in style.fields):
            self._look()
        ip = self.ip or b""
        self.transport = ip[self.header_length :]
        self.left = len(ip) - self.header_length
        self.protocol = ip[9] if len(ip) > 9 and self.left > 0 and self.first else None
        if self.protocol == TCP and self.left > 12 and self.transport[12] >> 4 < 5:
            self._say(f"TCP header length {self.transport[12] >> 4}")
            self.protocol = None
        if self.ip is not None and packet.extra_length:
            full = len(self.ip) + packet.extra_length
            packet.extra_length = 0 if self._number(2, 2) != 0xFFFF or full <= 0xFFFF else full - 0xFFFF

    def _look(self) -> None:
        packet = self.packet
        if packet.network is None or packet.network < 0:
            return
        found = bytes(packet.buffer[packet.network : packet.end])
        total = int.from_bytes(found[2:4], "big")
        if len(found) < 4:
            self._say("truncated IP header")
        elif found[0] >> 4 != 4:
            self._say(f"IP version {found[0] >> 4}")
        elif found[0] & 15 < 5:
            self._say(f"IP header length {found[0] & 15}")
        elif total < 4 * (found[0] & 15):
            self._say(f"IP length {total}")
        else:
            self.ip = found[:total]
            self.header_length = 4 * (found[0] & 15)
            self.pad = len(found) - len(self.ip)
            missing = total - len(found) - packet.extra_length
            if self.pad:
                packet.extra_length = packet.extra_length + self.pad & U32
            elif self.style.careful and missing > 0:
                self._say(f"truncated IP missing {missing}")

    def _say(self, what: str) -> None:
        self.bad = self.bad or what

    def _number(self, at: int, size: int) -> int:
        return int.from_bytes((self.ip or b"")[at : at + size], "big")

    @property
    def first(self) -> bool:
        """Whether the packet is no later fragment."""
        return self._number(6, 2) & 0x1FFF == 0

    @property
    def length(self) -> int:
        """Bytes of the packet, but for those behind its IP length."""
        return self.packet.length - self.pad

    def missing(self, what: int, wanted: int) -> None:
        """A header of ``what`` has not as many bytes as are ``wanted``: that may be bad."""
        ip = self.ip
        name = _PROTOCOLS.get(what, "?")
        if what == ETHERNET_HEADER:
            self._say("Ethernet header")
        elif ip is None:
            self._say("no IP header")
        elif what == IP_HEADER:
            self._say("truncated IP header capture")
        elif len(ip) > 9 and (ip[9] not in (TCP, UDP) if what == PORTS else ip[9] != what):
            return
        elif not self.first:
            self._say(f"fragmented {name} header")
        else:
            self._say(f"truncated {name} header{' capture' if self.left + self.packet.extra_length >= wanted else ''}")

    def network(self, at: int, size: int) -> int | None:
        """A number in the IP header."""
        if self.ip is None or len(self.ip) < at + size:
            self.missing(IP_HEADER, at + size)
            return None
        return self._number(at, size)

    def inner(self, protocol: int, at: int, size: int) -> int | None:
        """A number in the header of ``protocol``."""
        if self.protocol != protocol or self.left < at + size:
            self.missing(protocol, at + size)
            return None
        return int.from_bytes(self.transport[at : at + size], "big")

    def port(self, at: int) -> int | None:
        """A port of TCP or what begins alike."""
        ip = self.ip
        if ip is not None and self.left >= at + 2 and len(ip) > 9 and self.first and ip[9] in WITH_PORTS:
            return int.from_bytes(self.transport[at : at + 2], "big")
        self.missing(PORTS, at + 2)
        return None

    def ip_options(self) -> bytes | None:
        """What is behind the fixed part of the IP header."""
        if self.ip is not None and (self.header_length == 20 or self.left >= 0):
            return self.ip[20 : self.header_length]
        self.missing(IP_HEADER, self.header_length)
        return None

    def tcp_options(self, plain: bool) -> bytes | None:
        """What is behind the fixed part of the TCP header; where not all are wanted (``plain`` is false), none that is only the usual
        timestamp."""
        if self.protocol == TCP and self.left >= 13:
            size = self.transport[12] >> 4
            if size <= 5 or (not plain and size == 8 and self.left >= 24 and self.transport[20:24] == b"\1\1\x08\x0a"):
                return b""
            if self.left >= 4 * size:
                return self.transport[20 : 4 * size]
        self.missing(TCP, self.left + 1)
        return None

    def sequenced(self, at: int) -> int | None:
        """A number of 16 bits in an ICMP header that has an identifier."""
        kind = self.inner(ICMP, 0, 1)
        return self.inner(ICMP, at, 2) if kind in SEQUENCED else None

    def next_mtu(self) -> int | None:
        """The MTU that an ICMP error names."""
        return self.inner(ICMP, 6, 2) if self.inner(ICMP, 0, 2) == 0x0304 else None

    def payload_place(self) -> tuple[int, int]:
        """Where the payload starts, from the packet's data on, and how long it is by its headers (32 bits)."""
        if self.ip is None:
            return 0, self.length
        assert self.packet.network is not None
        behind = self.header_length
        if self.first and len(self.ip) > 9:
            if self.ip[9] == TCP:
                size = self.transport[12] >> 4 if self.left >= 13 else 0
                behind += 4 * size if size >= 5 else 20
            elif self.ip[9] in (UDP, UDPLITE):
                behind += 8
        return self.packet.network - self.packet.start + behind, (self._number(2, 2) - behind) & U32

    def payload_length(self) -> int:
        """Bytes of the payload, as headers and the extra length say."""
        length = self.payload_place()[1]
        counts = self.ip is None or self.style.extra_length
        return (length + self.packet.extra_length) & U32 if counts else length

    def payload(self) -> bytes | None:
        """The payload as far as it is there, None where it would start behind the packet."""
        at, length = self.payload_place()
        return self.present(at, length) if length == 0 or 0 <= at < self.packet.length else None

    def present(self, at: int, length: int) -> bytes:
        """Bytes of the packet's data."""
        return self.packet.data[max(at, 0) : max(min(at + length, self.length), 0)]

    def ethernet(self, at: int, size: int) -> bytes | None:
        """Bytes of the Ethernet header, where the packet starts with one."""
        packet = self.packet
        mac = packet.start if packet.network is None else packet.network - 14
        if mac < packet.start or mac + 14 > packet.end or (packet.network is None and packet.length != 14):
            self.missing(ETHERNET_HEADER, 0)
            return None
        return bytes(packet.buffer[mac + at : mac + at + size])


def _fragment(s: Summary) -> int | None:
    offset = s.network(6, 2)
    if offset is None:
        return None
    return ord("F" if not offset & 0x1FFF else "f") if offset & 0x3FFF else ord("!" if offset & 0x4000 else ".")


def _shifted(value: int | None, shift: int, mask: int = U32) -> int | None:
    return None if value is None else value >> shift & mask


def _ip_length(s: Summary) -> int:
    length = s.length if s.ip is None else s._number(2, 2)
    return (length + s.packet.extra_length) & U32 if s.style.extra_length else length


def _captured(s: Summary) -> int:
    return s.length if s.ip is None else len(s.ip)


_EXTRACT: Final[dict[str, Callable[[Summary], Extracted]]] = {
    "timestamp": lambda s: s.packet.time,
    "ntimestamp": lambda s: s.packet.time,
    "ts_sec": lambda s: seconds_of(s.packet.time)[0],
    "ts_usec": lambda s: seconds_of(s.packet.time)[1] // 1000,
    "ts_usec1": lambda s: seconds_of(s.packet.time)[0] * 1_000_000 + seconds_of(s.packet.time)[1] // 1000,
    "first_timestamp": lambda s: s.packet.first_time,
    "first_ntimestamp": lambda s: s.packet.first_time,
    "count": lambda s: 1 + s.packet.extra_packets & U32,
    "link": lambda s: s.packet.paint,
    "paint": lambda s: s.packet.paint,
    "direction": lambda s: s.packet.paint,
    "aggregate": lambda s: s.packet.aggregate,
    "wire_len": lambda s: s.packet.length,
    "eth_src": lambda s: s.ethernet(6, 6),
    "eth_dst": lambda s: s.ethernet(0, 6),
    "eth_type": lambda s: None if (found := s.ethernet(12, 2)) is None else int.from_bytes(found, "big"),
    "ip_src": lambda s: s.network(12, 4),
    "ip_dst": lambda s: s.network(16, 4),
    "ip_tos": lambda s: s.network(1, 1),
    "ip_dscp": lambda s: _shifted(s.network(1, 1), 2),
    "ip_ecn": lambda s: _shifted(s.network(1, 1), 0, 3),
    "ip_ttl": lambda s: s.network(8, 1),
    "ip_frag": _fragment,
    "ip_fragoff": lambda s: s.network(6, 2),
    "ip_id": lambda s: s.network(4, 2),
    "ip_sum": lambda s: s.network(10, 2),
    "ip_proto": lambda s: s.network(9, 1),
    "ip_hl": lambda s: None if s.network(0, 1) is None else s.header_length,
    "ip_len": _ip_length,
    "ip_capture_len": _captured,
    "ip_opt": lambda s: s.ip_options(),
    "sport": lambda s: s.port(0),
    "dport": lambda s: s.port(2),
    "tcp_seq": lambda s: s.inner(TCP, 4, 4),
    "tcp_ack": lambda s: s.inner(TCP, 8, 4),
    "tcp_off": lambda s: _shifted(s.inner(TCP, 12, 1), 2, 0x3C),
    "tcp_flags": lambda s: _shifted(s.inner(TCP, 12, 2), 0, 0xFFF),
    "tcp_window": lambda s: s.inner(TCP, 14, 2),
    "tcp_urp": lambda s: s.inner(TCP, 18, 2),
    "tcp_opt": lambda s: s.tcp_options(True),
    "tcp_ntopt": lambda s: s.tcp_options(False),
    "tcp_sack": lambda s: s.tcp_options(False),
    "udp_len": lambda s: s.inner(UDP, 4, 2),
    "icmp_type": lambda s: s.inner(ICMP, 0, 1),
    "icmp_type_name": lambda s: s.inner(ICMP, 0, 1),
    "icmp_code": lambda s: s.inner(ICMP, 1, 1),
    "icmp_code_name": lambda s: s.inner(ICMP, 1, 1),
    "icmp_flowid": lambda s: s.sequenced(4),
    "icmp_seq": lambda s: s.sequenced(6),
    "icmp_nextmtu": lambda s: s.next_mtu(),
    "payload_len": lambda s: s.payload_length(),
    "payload": lambda s: s.payload(),
    "payload_md5": lambda s: s.payload(),
    "payload_md5_hex": lambda s: s.payload(),
}


def _flags_text(flags: int) -> bytes:
    return "".join(letter for bit, letter in enumerate(TCP_FLAG_LETTERS) if flags >> bit & 1).encode() if flags else b"."


def _fragment_text(offset: int) -> bytes:
    return b"%d" % ((offset & 0x1FFF) << 3) + (b"+" if offset & 0x2000 else b"") + (b"!" if offset & 0x4000 else b"")


_SPECIAL: Final[dict[str, Callable[[Any], bytes]]] = {
    "timestamp": time_text,
    "ntimestamp": time_text,
    "first_timestamp": time_text,
    "first_ntimestamp": time_text,
    "direction": lambda paint: {0: b">", 1: b"<"}.get(paint, b"%d" % paint),
    "eth_src": lambda data: ethernet_text(int.from_bytes(data, "big")).encode(),
    "eth_dst": lambda data: ethernet_text(int.from_bytes(data, "big")).encode(),
    "eth_type": lambda kind: b"%04X" % kind,
    "ip_src": lambda address: str(IPv4Address(address)).encode(),
    "ip_dst": lambda address: str(IPv4Address(address)).encode(),
    "ip_frag": lambda letter: bytes((letter,)),
    "ip_fragoff": _fragment_text,
    "ip_proto": lambda number: {TCP: b"T", UDP: b"U", ICMP: b"I"}.get(number, b"%d" % number),
    "ip_ecn": lambda ecn: (b"no", b"ect1", b"ect2", b"ce")[ecn],
    "ip_opt": ip_options_text,
    "tcp_flags": _flags_text,
    "tcp_opt": lambda data: tcp_options_text(data, ALL & ~PADDING),
    "tcp_ntopt": lambda data: tcp_options_text(data, NOT_TIMESTAMP),
    "tcp_sack": lambda data: tcp_options_text(data, SACK),
    "icmp_type_name": lambda kind: ICMP_TYPE_NAMES.get(kind, str(kind)).encode(),
    "payload": quoted,
    "payload_md5": digest_text,
    "payload_md5_hex": lambda data: md5(data, usedforsecurity=False).hexdigest().encode(),
}
_BINARY_OPTIONS: Final = {"ip_opt": ALL, "tcp_opt": ALL, "tcp_ntopt": NOT_TIMESTAMP, "tcp_sack": SACK}


def _text(summary: Summary, field: Field, value: Extracted) -> bytes:
    if value is None:
        return b"-"
    if field.name == "icmp_code_name":
        assert isinstance(value, int)
        return ICMP_CODE_NAMES.get(summary.transport[0], {}).get(value, str(value)).encode()
    return _SPECIAL[field.name](value) if field.name in _SPECIAL else str(value).encode()


def _record(summary: Summary, field: Field, value: Extracted) -> bytes:
    name = field.name
    if name in _BINARY_OPTIONS:
        assert value is None or isinstance(value, bytes)
        return options_binary(value, _BINARY_OPTIONS[name], tcp_kind if name != "ip_opt" else lambda _: ALL) if value else b"\0"
    if name.startswith("payload_md5"):
        return md5(summary.present(*summary.payload_place()), usedforsecurity=False).digest()
    if isinstance(value, bytes):
        return value
    number = value or 0
    if name.endswith("timestamp"):
        seconds, rest = (each.to_bytes(4, "big") for each in seconds_of(number))
        return rest + seconds if "ntimestamp" in name else seconds + (seconds_of(number)[1] // 1000).to_bytes(4, "big")
    return (number & ((1 << 8 * field.size) - 1)).to_bytes(field.size, "big")


def describe(packet: Packet, style: Style) -> bytes:
    """A line, or a record, about ``packet``, with one about what is wrong with it in front where that is wanted. The packet's extra length
    becomes what its IP header does not say."""
    summary = Summary(packet, style)
    values = [(field, _EXTRACT[field.name](summary)) for field in style.fields]
    if style.binary:
        record = b"".join(_record(summary, field, value) for field, value in values)
        line = (len(record) + 4).to_bytes(4, "big") + record
    else:
        line = b" ".join(_text(summary, field, value) for field, value in values) + b"\n"
    return note(f"!bad {summary.bad}\n", style) + line if summary.bad and style.says_bad else line


def note(text: str, style: Style) -> bytes:
    """A line that describes no packet."""
    line = text.encode()
    return (len(line) | 1 << 31).to_bytes(4, "big") + line if style.binary else line
