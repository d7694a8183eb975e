"""A packet that is made of the fields of an IP summary dump."""

from __future__ import annotations

from typing import Final

from elements.reference.packet import HEADROOM, Packet
from elements.summary.fields import SEQUENCED
from elements.summary.text import SECOND, U32, U64, signed
from elements.summary.write import DCCP, ICMP, TCP, UDP, UDPLITE, WITH_PORTS

MOST: Final = 66000
"""Bytes of the longest packet that is made; one that would be longer is left out."""
SPARE: Final = 512
_TRANSPORT_SIZES: Final = {TCP: 20, UDP: 8, UDPLITE: 8, DCCP: 12, ICMP: 8}
Flow = tuple[int, int, int, int]
"""Source address and port, destination address and port."""


class TooLongError(Exception):
    """The packet would be too long."""


class Draft:
    """Places are bytes of ``buffer``, from ``start`` to ``end``, behind which it is zero until something is written."""

    def __init__(self, protocol: int, flow: Flow | None) -> None:
        self.default_protocol = protocol
        self.flow = flow
        self.buffer = bytearray(HEADROOM + MOST + SPARE)
        self.start = self.end = HEADROOM
        self.network: int | None = None
        self.transport = HEADROOM
        self.has_ethernet = False
        self.is_ip = True
        self.icmp_type_given = self.icmp_code_given = self.ip_header_given = self.tcp_header_given = False
        self.wanted = 0
        self.notes = Packet.of(b"")

    # Bytes

    def get(self, at: int, size: int) -> int:
        return int.from_bytes(self.buffer[at : at + size], "big")

    def set(self, at: int, size: int, value: int) -> None:
        self.buffer[at : at + size] = (value & ((1 << 8 * size) - 1)).to_bytes(size, "big")

    def put(self, count: int) -> None:
        if self.end - self.start + count > MOST:
            raise TooLongError
        self.end += count

    def put_to(self, place: int) -> None:
        """The packet ends at ``place`` or behind it."""
        if self.end < place:
            self.put(place - self.end)

    # Headers

    @property
    def ip(self) -> int:
        assert self.network is not None
        return self.network

    @property
    def protocol(self) -> int:
        return self.buffer[self.ip + 9]

    @property
    def header_length(self) -> int:
        return 4 * (self.buffer[self.ip] & 15)

    @property
    def first(self) -> bool:
        return self.get(self.ip + 6, 2) & 0x1FFF == 0

    def make_ip(self, protocol: int = 0) -> bool:
        """There is an IP header, where there may be one; whether it may be of ``protocol``, which 0 says nothing of."""
        if not self.is_ip:
            return False
        if self.network is None:
            self.network = self.transport = self.start
        at = self.network
        if self.end - at < 20:
            self.put_to(at + 20)
            self.transport = at + 20
            self.buffer[at] = 0x45
            self.buffer[at + 9] = self.default_protocol
            self.set(at + 2, 2, 0)
            self.set(at + 6, 2, 0)
            self.buffer[at + 8] = 100
            if self.flow is not None:
                self.set(at + 12, 4, self.flow[0])
                self.set(at + 16, 4, self.flow[2])
        return not protocol or self.protocol in (0, protocol)

    def make_transport(self) -> bool:
        """There is a transport header, where the packet is no later fragment."""
        if not self.first:
            return False
        protocol, there = self.protocol, self.end - self.transport
        if there >= 8 or protocol not in _TRANSPORT_SIZES:
            return True
        offset, size = self.transport - self.start, _TRANSPORT_SIZES[protocol]
        if 0 < self.wanted < offset + size:
            size = self.wanted - offset
        if there < size:
            self.put_to(self.transport + max(size, 4))
            if protocol == TCP and size >= 13:
                self.buffer[self.transport + 12] = 0x50 | self.buffer[self.transport + 12] & 15
            if self.flow is not None and protocol in WITH_PORTS:
                self.set(self.transport, 2, self.flow[1])
                self.set(self.transport + 2, 2, self.flow[3])
            self.end = self.transport + size
        return True

    # Fields

    def inject(self, name: str, value: int, data: bytes) -> None:
        """Put a field into the packet: a number or, of some, ``data``. Errors: `TooLongError`."""
        kind = name.partition("_")[0]
        if kind == "eth":
            self._ethernet(name, value, data)
        elif name in ("sport", "dport"):
            if self.make_ip() and self.make_transport() and (not self.protocol or self.protocol in WITH_PORTS):
                self.set(self.transport + (0 if name == "sport" else 2), 2, value)
        elif kind == "ip":
            if self.make_ip():
                self._ip(name, value, data)
        elif kind == "tcp":
            if self.make_ip(TCP) and self.make_transport():
                self._tcp(name, value, data)
        elif kind == "udp":
            if self.make_ip() and self.make_transport() and self.protocol in (0, UDP, UDPLITE):
                self.put_to(self.transport + 8)
                self.set(self.transport + 4, 2, value)
        elif kind == "icmp":
            if self.make_ip(ICMP) and self.make_transport():
                self._icmp(name, value)
        elif kind == "payload":
            self._payload(name, value, data)
        else:
            self._annotation(name, value)

    def _annotation(self, name: str, value: int) -> None:
        notes = self.notes
        seconds, rest = divmod(signed(notes.time), SECOND)
        if name in ("timestamp", "ntimestamp"):
            notes.time = value
        elif name == "ts_sec":
            notes.time = (value * SECOND + rest) & U64
        elif name == "ts_usec":
            notes.time = (seconds * SECOND + value * 1000) & U64
        elif name == "ts_usec1":
            notes.time = (value * 1000) & U64
        elif name in ("first_timestamp", "first_ntimestamp"):
            notes.first_time = value
        elif name == "count":
            notes.extra_packets = max(value - 1, 0)
        elif name == "aggregate":
            notes.aggregate = value
        elif name == "wire_len":
            self.wanted = value
        else:
            notes.paint = value & 0xFF

    def _ethernet(self, name: str, value: int, data: bytes) -> None:
        if not self.has_ethernet:
            self.has_ethernet = True
            self.start -= 14
            self.network = self.transport = self.start + 14
            self.set(self.start + 12, 2, 0x0800)
        if name == "eth_type":
            self.set(self.start + 12, 2, value)
            if value not in (0x0800, 0x86DD):
                self.is_ip = False
        else:
            at = self.start + (6 if name == "eth_src" else 0)
            self.buffer[at : at + 6] = data

    def _ip(self, name: str, value: int, data: bytes) -> None:
        at = self.ip
        tos = self.buffer[at + 1]
        places = {
            "ip_src": (12, 4), "ip_dst": (16, 4), "ip_tos": (1, 1), "ip_ttl": (8, 1), "ip_frag": (6, 2), "ip_fragoff": (6, 2),
            "ip_id": (4, 2), "ip_sum": (10, 2), "ip_proto": (9, 1),
        }  # fmt: skip
        if name in places:
            self.set(at + places[name][0], places[name][1], value)
        elif name == "ip_dscp":
            self.buffer[at + 1] = tos & 3 | value << 2 & 0xFC
        elif name == "ip_ecn":
            self.buffer[at + 1] = tos & 0xFC | value & 3
        elif name == "ip_len":
            self.wanted = at - self.start + value & U32
        elif name == "ip_opt":
            self._ip_options(data)
        elif name == "ip_hl":
            self.ip_header_given = True
            size = value + 3 & ~3
            if size > self.header_length:
                more = size - self.header_length
                self.put(more)
                self.transport = at + size
                self.buffer[self.transport - more : self.transport] = bytes(more)
            self.buffer[at] = self.buffer[at] & 0xF0 | size >> 2 & 15

    def _ip_options(self, options: bytes) -> None:
        self.ip_header_given = True
        if not options:
            return
        at, size = self.ip, 20 + len(options) + 3 & ~3
        self.put_to(at + size)
        if size > self.header_length:
            self.transport = at + size
            self.buffer[at] = self.buffer[at] & 0xF0 | size >> 2 & 15
        # Of longer options that were there before, the next 20 bytes are gone, too, as in Click.
        self.buffer[at + 20 : at + 20 + size] = options.ljust(size, b"\0")

    def _tcp(self, name: str, value: int, data: bytes) -> None:
        at = self.transport
        places = {"tcp_seq": (4, 4), "tcp_ack": (8, 4), "tcp_window": (14, 2), "tcp_urp": (18, 2)}
        offset = self.buffer[at + 12] >> 4 << 2
        if name in places:
            self.set(at + places[name][0], places[name][1], value)
        elif name == "tcp_flags":
            self.buffer[at + 12] = self.buffer[at + 12] & 0xF0 | value >> 8 & 15
            self.buffer[at + 13] = value & 0xFF
        elif name == "tcp_off":
            size = value + 3 & ~3
            if size > offset:
                self.put(size - offset)
                self.buffer[at + offset : at + size] = bytes(size - offset)
            self.buffer[at + 12] = self.buffer[at + 12] & 15 | size << 2 & 0xF0
        else:
            self.tcp_header_given = True
            if not data:
                return
            size = 20 + len(data) + 3 & ~3
            self.put_to(at + size)
            if size > offset:
                self.buffer[at + 12] = self.buffer[at + 12] & 15 | size << 2 & 0xF0
            self.buffer[at + 20 : at + 20 + size] = data.ljust(size, b"\0")

    def _icmp(self, name: str, value: int) -> None:
        at = self.transport
        self.put_to(at + 8)
        kind, code = self.buffer[at], self.buffer[at + 1]
        if name in ("icmp_type", "icmp_type_name"):
            self.buffer[at] = value
            self.icmp_type_given = True
            self.put_to(at + (20 if value in (13, 14) else 8))
        elif name in ("icmp_code", "icmp_code_name"):
            self.buffer[at + 1] = value
            self.icmp_code_given = True
        elif name in ("icmp_flowid", "icmp_seq"):
            if not self.icmp_type_given or kind in SEQUENCED:
                self.set(at + (4 if name == "icmp_flowid" else 6), 2, value)
        elif (not self.icmp_type_given or kind == 3) and (not self.icmp_code_given or code == 4):
            self.set(at + 6, 2, value)

    def _payload(self, name: str, value: int, data: bytes) -> None:
        if self.make_ip():
            self.make_transport()
        offset = 0
        if self.is_ip:
            offset = self.transport - self.start
            if self.first and self.protocol == TCP:
                size = self.buffer[self.transport + 12] >> 4 << 2 if self.end - self.transport >= 13 else 0
                offset += size if size >= 20 else 20
            elif self.first and self.protocol in (UDP, UDPLITE):
                offset += 8
        if name == "payload_len":
            self._account(offset, value)
        elif data:
            self._account(offset, len(data))
            at = self.start + offset
            if at <= self.end:
                self.put_to(at + len(data))
                self.buffer[at : at + len(data)] = data

    def _account(self, offset: int, length: int) -> None:
        """Where the IP length is known, and no header's, headers grow so that ``length`` bytes are left behind them."""
        if not self.is_ip or (not self.get(self.ip + 2, 2) and not self.wanted):
            self.wanted = offset + length & U32
            return
        network = self.ip - self.start
        more = (self.get(self.ip + 2, 2) or self.wanted) + network - (offset + length)
        at = self.transport
        if more > 0 and self.first and self.protocol == TCP and not self.tcp_header_given and self.buffer[at + 12] >> 4 == 5:
            step = min(more - more % 4, 40)
            self._insert(at + 20, step)
            self.buffer[at + 12] = self.buffer[at + 12] & 15 | 20 + step << 2 & 0xF0
            more -= step
        if more > 0 and not self.ip_header_given and self.header_length == 20:
            step = min(more - more % 4, 40)
            self._insert(self.ip + 20, step)
            self.buffer[self.ip] = self.buffer[self.ip] & 0xF0 | 20 + step >> 2
            self.transport = self.ip + 20 + step

    def _insert(self, at: int, count: int) -> None:
        self.put(count)
        moved = bytes(self.buffer[at : max(self.end - count, at)])
        self.buffer[at + count : at + count + len(moved)] = moved
        self.buffer[at : at + count] = bytes(count)

    # The packet

    def finish(self, checksums: bool) -> Packet:
        """The packet: with what was not said of its headers, and checksums where they are wanted. Errors: `TooLongError`."""
        if self.flow is not None:
            self.make_ip()
        notes = self.notes
        if self.is_ip and self.network is not None:
            self.make_transport()
            self._finish_ip(checksums)
            notes.dst_ip = self.get(self.ip + 16, 4)
        packet = Packet.of(bytes(self.buffer[self.start : self.end]), time=notes.time)
        packet.network = None if self.network is None else packet.start + self.network - self.start
        packet.paint, packet.aggregate, packet.dst_ip = notes.paint, notes.aggregate, notes.dst_ip
        packet.extra_packets, packet.first_time = notes.extra_packets, notes.first_time
        packet.extra_length = max(0, self.wanted - packet.length)
        return packet

    def _finish_ip(self, checksums: bool) -> None:
        at = self.ip
        offset = at - self.start
        length = self.get(at + 2, 2)
        if not length:
            length = min(self.wanted - offset if self.wanted >= offset else self.wanted, 0xFFFF) or (self.end - at) & 0xFFFF
            self.set(at + 2, 2, length)
        if self.protocol == UDP and self.first and not self.get(self.transport + 4, 2):
            self.set(self.transport + 4, 2, length - (self.transport - at))
        if checksums:
            there = self.end
            self.put_to(at + length)
            self.buffer[there : self.end] = bytes(self.end - there)
            self._checksums()

    def _checksums(self) -> None:
        at, transport = self.ip, self.transport
        self.set(at + 10, 2, 0)
        self.set(at + 10, 2, checksum(bytes(self.buffer[at : at + self.header_length])))
        if self.get(at + 6, 2) & 0x3FFF:
            return
        place = {TCP: 16, UDP: 6, ICMP: 2}.get(self.protocol)
        if place is None:
            return
        self.set(transport + place, 2, 0)
        data = bytes(self.buffer[transport : max(transport, self.end)])
        if self.protocol != ICMP:
            length = self.end - transport
            data = (
                bytes(self.buffer[at + 12 : at + 16]) + self._destination() + bytes((0, self.protocol)) + length.to_bytes(2, "big") + data
            )
        self.set(transport + place, 2, checksum(data))

    def _destination(self) -> bytes:
        """The last address of a source route, where there is one."""
        at, end = self.ip + 20, self.ip + self.header_length
        while at < end and self.buffer[at] != 0:
            size = 1 if self.buffer[at] == 1 else self.buffer[at + 1]
            if self.buffer[at] != 1 and (at + 1 >= end or size < 2 or at + size > end):
                break
            if self.buffer[at] in (131, 137) and size >= 7:
                return bytes(self.buffer[at + size - 4 : at + size])
            at += size
        return bytes(self.buffer[self.ip + 16 : self.ip + 20])


def checksum(data: bytes) -> int:
    """The Internet checksum (RFC 1071)."""
    total = sum(int.from_bytes(data[at : at + 2].ljust(2, b"\0"), "big") for at in range(0, len(data), 2))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return total ^ 0xFFFF
