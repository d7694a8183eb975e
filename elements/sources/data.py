"""What sources of packets have in common: the bytes of a packet, how many are made, and the handlers of these."""

from __future__ import annotations

from typing import Final

from elements.definition.csource import CSource
from elements.definition.element import Element, Move, StateVariable
from elements.definition.handlers import FRAME, StateView, reads, settable, writes
from elements.definition.parsers import boolean, integer
from elements.reference.machine import Machine
from elements.reference.packet import Packet
from elements.scripts.numbers import whole

TEXT: Final = b"Whatever a packet may say, this one says it in at least 64 bytes, and"
LONGEST_MADE: Final = 9216
limit_number = integer(-(1 << 62), 1 << 62)
length_number = integer(-1, LONGEST_MADE)


class CountingSource(Element):
    """A source that makes at most so many packets. ``limit`` and ``active`` are its arguments."""

    limit: int
    active: bool
    made = StateVariable(64)
    most = StateVariable(64)
    going = StateVariable(1)

    def move(self, output: int) -> Move:
        return Move(None, "none")

    def initialize(self, machine: Machine) -> None:
        state = machine.stores[self.name]
        state.set(self.most, self.limit)
        state.set(self.going, int(self.active))

    def over(self, machine: Machine) -> bool:
        """Whether all packets are made."""
        state = machine.stores[self.name]
        limit = signed(state.get(self.most), 64)
        return limit >= 0 and state.get(self.made) >= limit

    @reads("count")
    def count(self, state: StateView) -> str:
        return str(state.get(self.made))

    @writes("reset")
    def reset(self, state: StateView, text: str) -> None:
        state.set(self.made, 0)

    @reads("active")
    def active_text(self, state: StateView) -> str:
        return "true" if state.get(self.going) else "false"

    @writes("active")
    def set_active(self, state: StateView, text: str) -> None:
        state.set(self.going, int(boolean(text.strip())))

    @reads("limit")
    def limit_text(self, state: StateView) -> str:
        return str(signed(state.get(self.most), 64))

    @writes("limit")
    def set_limit(self, state: StateView, text: str) -> None:
        state.set(self.most, limit_number(text.strip()))


class BytesSource(CountingSource):
    """A source whose packets are ``data``, cut or repeated to ``bytes_each``, where that is not negative."""

    data: bytes
    bytes_each: int = -1
    octets = StateVariable(8, depth=2048)
    octet_count = StateVariable(32)
    size = StateVariable(32)
    """All ones for that of the data."""

    def settle_length(self, length: int | None, datasize: int | None) -> None:
        """Settle the length of packets by the arguments LENGTH and its older name. Errors: ``ValueError``."""
        if length is not None and datasize is not None:
            raise ValueError("LENGTH and DATASIZE are one argument: give it once")
        self.bytes_each = next((n for n in (length, datasize) if n is not None), -1)

    def setup(self) -> None:
        self._check_data(len(self.data), self.bytes_each)
        # Of the longest packet, whatever handlers set.
        self.most_octets = max(len(self.data), self.bytes_each, FRAME)

    @staticmethod
    def _check_data(octets: int, size: int) -> None:
        if octets == 0 and size > 0:
            raise ValueError("DATA is empty: it cannot fill a packet of LENGTH bytes")

    def most_bytes(self, output: int, arriving: tuple[int, ...]) -> int:
        return self.most_octets

    def initialize(self, machine: Machine) -> None:
        super().initialize(machine)
        state = machine.stores[self.name]
        state.set(self.size, self.bytes_each)
        self._store_data(state, self.data)

    def _store_data(self, state: StateView, data: bytes) -> None:
        state.set(self.octet_count, len(data))
        for index, octet in enumerate(data):
            state.set(self.octets, octet, index)

    def make(self, machine: Machine, time: int) -> Packet:
        """A packet, which is counted."""
        state = machine.stores[self.name]
        state.set(self.made, state.get(self.made) + 1)
        data = bytes(state.get(self.octets, index) for index in range(state.get(self.octet_count)))
        size = signed(state.get(self.size), 32)
        whole = data if size < 0 or not data else (data * (size // len(data) + 1))[:size]
        return Packet.of(whole, time=time)

    def data_source(self) -> CSource:
        """The pieces of C about making packets: ``DATA_PACKET`` is one of time NOW, counted; ``DATA_OVER``: all are made."""
        data = ", ".join(str(octet) for octet in self.data) or "0"
        names = ("made", "most", "going", "octets", "octet_count", "size")
        return CSource(
            fields=f"uint64_t made, most; uint32_t going, octet_count, size, octets[2048], whole_length; uint8_t whole[{LONGEST_MADE}];",
            helpers=_HELPERS,
            initialize=f"""
    static const uint8_t data[] = {{{data}}};
    for (uint32_t i = 0; i < {len(self.data)}u; i++) self->octets[i] = data[i];
    self->octet_count = {len(self.data)};
    self->most = {self.limit}LL;
    self->going = {int(self.active)};
    self->size = {self.bytes_each};
    DATA_CHANGED;
""",
            after_write="    DATA_CHANGED;\n",
            state=tuple((name, f"self->{name}{'[0]' if name == 'octets' else ''}") for name in names),
        )

    @reads("data")
    def data_text(self, state: StateView) -> str:
        return bytes(state.get(self.octets, index) for index in range(state.get(self.octet_count))).decode("latin-1")

    @writes("data")
    def set_data(self, state: StateView, text: str) -> None:
        data = text.encode("latin-1", "replace")
        if len(data) > 2048:
            raise ValueError(f"at most 2048 bytes are wanted, not {len(data)}")
        settable(len(data), self.most_octets, "LENGTH")
        self._check_data(len(data), signed(state.get(self.size), 32))
        self._store_data(state, data)


class DataSource(BytesSource):
    """One whose packets may be longer or shorter than its data."""

    @reads("length")
    def length_text(self, state: StateView) -> str:
        return str(signed(state.get(self.size), 32))

    @writes("length")
    def set_length(self, state: StateView, text: str) -> None:
        expect_whole(text, "length must be integer")
        size = settable(length_number(text.strip()), self.most_octets, "LENGTH")
        self._check_data(state.get(self.octet_count), size)
        state.set(self.size, size)


def expect_whole(text: str, sentence: str) -> None:
    """Errors: ``ValueError`` with Click's ``sentence`` where ``text`` is no whole number; its bounds are not looked at."""
    if whole(text.strip()) is None:
        raise ValueError(sentence)


def signed(number: int, width: int) -> int:
    """``number`` of ``width`` bits in two's complement."""
    return number - (1 << width) if number >> (width - 1) else number


_HELPERS: Final = """
/* A packet of a source's data. */
#ifndef DATA_PACKET
#define DATA_CHANGED do { \\
    self->whole_length = (int32_t)self->size < 0 || !self->octet_count ? self->octet_count : self->size; \\
    for (uint32_t i = 0; i < self->whole_length; i++) self->whole[i] = self->octets[i % self->octet_count]; \\
} while (0)
#define DATA_OVER ((int64_t)self->most >= 0 && self->made >= self->most)
#define DATA_PACKET (self->made++, data_packet(&m->base, self->whole, self->whole_length))
static struct packet *data_packet(struct base *b, const uint8_t *data, uint32_t length)
{
    struct packet *p = new_packet(b, length);
    memcpy(p->data, data, length);
    return p;
}
#endif
"""
