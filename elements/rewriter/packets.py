"""What becomes of packets whose mapping is known, in the reference."""

from __future__ import annotations

from typing import ClassVar

from elements.definition.handlers import StateView
from elements.reference.packet import Packet
from elements.rewriter.checksums import correct, difference
from elements.rewriter.flows import TCP, UDP
from elements.rewriter.table_handlers import TableHandlers


def paint_annotation(text: str) -> str:
    """The annotation PAINT. Errors: ``ValueError`` for others."""
    if text != "PAINT":
        raise ValueError(f"only PAINT can be kept, not {text!r}")
    return text


class PacketRewriter(TableHandlers):
    """Keys of packets, and packets rewritten."""

    protocols: ClassVar[dict[int, int]]
    """Which IP protocols are rewritten, and by which rules; empty for all, by those of UDP."""

    @property
    def marks(self) -> bool:
        """Whether answers get the paint of the packet that made the flow."""
        raise NotImplementedError

    @property
    def follows(self) -> bool:
        """Whether the destination annotation follows what packets are rewritten to."""
        return True

    def key_for(self, protocol: int, addresses: int, ports: int, reply: bool = False) -> list[tuple[int, int, int]]:
        """The keys by which a flow is found that others know of, the best first: of a ping the upper port is its number, and it may be a
        ``reply``."""
        if self.keyed_by == "hosts":
            return [(UDP, addresses >> 32 << 32, 0), (UDP, addresses & 0xFFFF_FFFF, 0)]
        if self.keyed_by == "pairs":
            return [(UDP, addresses, 0)]
        if self.keyed_by == "pings":
            return [(UDP, addresses, _ping_ports(ports >> 16, reply))] if protocol == 1 else []
        return [(self.protocols[protocol], addresses, ports)] if protocol in self.protocols else []

    def keys_of(self, packet: Packet) -> list[tuple[int, int, int]]:
        """The keys of a packet that can be rewritten; where ports count it is of a known protocol, no later fragment, and there is enough
        of its transport header."""
        network = packet.network
        if network is None or network < packet.start or packet.end - network < 20:
            return []
        header = packet.buffer[network : packet.end]
        at = 4 * (header[0] & 15)
        if at < 20:
            return []
        addresses = int.from_bytes(header[12:20], "big")
        if self.keyed_by in ("hosts", "pairs"):
            return self.key_for(0, addresses, 0)
        if header[6] & 0x1F or header[7] or len(header) < at + (6 if self.keyed_by == "pings" else 8):
            return []
        if self.keyed_by == "pings":
            number = int.from_bytes(header[at + 4 : at + 6], "big")
            return self.key_for(header[9], addresses, number << 16, header[at] == 0) if header[at] in (0, 8) else []
        return self.key_for(header[9], addresses, int.from_bytes(header[at : at + 4], "big"))

    def rewrite(self, state: StateView, packet: Packet, entry: int) -> None:
        """Make of a packet what the mapping of this entry says."""
        network, transport = packet.network, packet.transport
        assert network is not None
        assert transport is not None
        place, direction = entry + 1 >> 1, entry - 1 & 1
        buffer, length = packet.buffer, packet.end - transport
        old = int.from_bytes(buffer[network + 12 : network + 20], "big")
        new, ports = self.becomes(state, entry)
        if self.keyed_by == "hosts":
            kept = 0xFFFF_FFFF << (32 if direction else 0)
            new = new | old & kept
        buffer[network + 12 : network + 20] = new.to_bytes(8, "big")
        if self.follows and (direction or self.keyed_by != "hosts"):
            packet.dst_ip = new & 0xFFFF_FFFF
        if self.marks and direction:
            packet.paint = state.get(self.mark, place - 1)
        change = difference(old, new)
        correct(buffer, network + 10, change)
        if buffer[network + 6] & 0x1F or buffer[network + 7]:
            return
        if self.keyed_by == "pings":
            _renumber(buffer, transport, packet.end, ports & 0xFFFF if direction else ports >> 16)
            return
        rules, protocol = state.get(self.rules, place - 1), buffer[network + 9]
        if rules == TCP and length < 18:
            return
        if self.keyed_by == "flows":
            change += difference(int.from_bytes(buffer[transport : transport + 4], "big"), ports)
            buffer[transport : transport + 4] = ports.to_bytes(4, "big")
        if protocol == 6 and length >= 18:
            correct(buffer, transport + 16, change)
        elif protocol == 17 and length >= 8 and any(buffer[transport + 6 : transport + 8]):
            correct(buffer, transport + 6, change)
            if not any(buffer[transport + 6 : transport + 8]):
                buffer[transport + 6 : transport + 8] = b"\xff\xff"
        if self.keyed_by == "flows":
            self._note(state, packet, entry)

    def _note(self, state: StateView, packet: Packet, entry: int) -> None:
        """Remember what was seen of the flow, and shift the numbers of its TCP stream."""
        network, transport = packet.network, packet.transport
        assert network is not None
        assert transport is not None
        place, direction, buffer = entry + 1 >> 1, entry - 1 & 1, packet.buffer
        seen = state.get(self.flags, place - 1)
        if state.get(self.rules, place - 1) == UDP:
            seen |= direction
            state.set(self.flags, seen + 2 if seen < 6 else seen, place - 1)
            return
        header = 4 * (buffer[transport + 12] >> 4)
        has_data = 4 * (buffer[network] & 15) + header < int.from_bytes(buffer[network + 2 : network + 4], "big")
        control = buffer[transport + 13]
        if control & 4:
            seen |= 3
        elif control & 1:
            seen |= 1 << direction
        elif control & 2 or has_data:
            seen &= ~(1 << direction)
        state.set(self.flags, seen | has_data << 2 + direction, place - 1)
        if packet.end - transport >= max(header, 20):
            correct(buffer, transport + 16, self.shift_packet(state, buffer, transport, packet.end - transport, entry - 1))


def _ping_ports(number: int, reply: bool) -> int:
    after = number + 1 & 0xFFFF
    return after << 16 | number if reply else number << 16 | after


def _renumber(buffer: bytearray, transport: int, end: int, number: int) -> None:
    """Give a ping another number."""
    old = int.from_bytes(buffer[transport + 4 : transport + 6], "big")
    buffer[transport + 4 : transport + 6] = number.to_bytes(2, "big")
    correct(buffer, transport + 2, difference(old, number))
    if not any(buffer[transport:end]):
        buffer[transport + 2 : transport + 4] = b"\xff\xff"


def is_reply(packet: Packet) -> bool:
    """Whether a ping is one."""
    assert packet.transport is not None
    return packet.buffer[packet.transport] == 0
