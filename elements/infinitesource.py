"""InfiniteSource([DATA, LIMIT, BURST, ACTIVE, TIMESTAMP, LENGTH, DATASIZE, STOP, END_CALL])

Makes packets of DATA, BURST at a time, until it has made LIMIT of them.

In a machine that runs by itself, BURST packets are made each time that the task runs. In one that packets are offered to, the clock moves
when they arrive: a source with a LIMIT makes up to 4096 packets at one instant of it, and one without a limit
makes BURST of them, so that no source keeps the machine from its other work. Where its output is pulled, it gives as many.

Arguments:
    DATA: the bytes of a packet, at most 2048; a text of 69 bytes if not given.
    LIMIT: packets to make; without end where it is negative, as it is if not given.
    BURST: packets to make each time, 1 to 4096; 1 if not given.
    ACTIVE: whether packets are made; true if not given.
    TIMESTAMP: whether packets have the time at which they were made; true if not given, otherwise their time is 0.
    LENGTH: bytes of a packet, at most 9216: DATA is cut or repeated. DATASIZE is an older name of it.
    DATASIZE: see LENGTH.
    STOP: whether the driver is told to stop when LIMIT packets are made; a tenant cannot stop a machine that others use.
    END_CALL: a write handler, with a value, that is called then; not by a machine that others use.

Handlers:
    active (read): whether packets are made.
    active (write): sets that.
    burst (read): packets each time.
    burst (write): sets that.
    count (read): packets made.
    data (read): the bytes.
    data (write): sets them; no more than LENGTH and DATA have, or 1514 where that is more, and no more than 2048.
    length (read): bytes of a packet, or -1 for those of DATA.
    length (write): sets that, to no more than LENGTH and DATA have, or 1514 where that is more.
    limit (read): packets to make, or -1.
    limit (write): sets that.
    reset (write): sets the count to zero, so that packets are made again.

Examples:
    InfiniteSource
    InfiniteSource("hello, world", 5, 2)
    InfiniteSource(\\<0800>, LIMIT 3, LENGTH 60, ACTIVE false, STOP true)
"""

from typing import Final

from elements.definition.arguments import Argument, keyword
from elements.definition.call_handler import call_handler
from elements.definition.csource import CSource
from elements.definition.element import Element, Move, StateVariable
from elements.definition.handlers import FRAME, StateView, reads, settable, writes
from elements.definition.host import Address, Host
from elements.definition.parsers import boolean, byte_string, integer, raw
from elements.definition.ports import Ports
from elements.reference.machine import Machine
from elements.reference.packet import Packet

AT_ONCE: Final = 4096
TEXT: Final = b"Whatever a packet may say, this one says it in at least 64 bytes, and"
_limit = integer(-(1 << 62), 1 << 62)
_burst = integer(1, AT_ONCE)
_length = integer(-1, 9216)


class InfiniteSource(Element):
    ports = Ports("0/1", "a/a")
    data = Argument("DATA", byte_string, TEXT)
    limit = Argument("LIMIT", _limit, -1)
    burst = Argument("BURST", _burst, 1)
    active = Argument("ACTIVE", boolean, True)
    timestamp = keyword("TIMESTAMP", boolean, True)
    length = Argument[int | None]("LENGTH", _length, None, position=False)
    datasize = Argument[int | None]("DATASIZE", _length, None, position=False)
    stop = keyword("STOP", boolean, False)
    end_call = keyword("END_CALL", raw, "")
    made = StateVariable(64)
    most = StateVariable(64)
    each = StateVariable(32)
    going = StateVariable(1)
    octets = StateVariable(8, depth=2048)
    octet_count = StateVariable(32)
    size = StateVariable(32)
    """All ones for that of the data."""
    instant = StateVariable(64)
    at_instant = StateVariable(32)

    def setup(self) -> None:
        if self.stop and self.end_call:
            raise ValueError("STOP and END_CALL cannot both be given")
        if self.length is not None and self.datasize is not None:
            raise ValueError("LENGTH and DATASIZE are one argument: give it once")
        self.bytes_each = next((n for n in (self.length, self.datasize) if n is not None), -1)
        self._check_data(len(self.data), self.bytes_each)
        # Of the longest packet, whatever handlers set.
        self.most_octets = max(len(self.data), self.bytes_each, FRAME)

    @staticmethod
    def _check_data(octets: int, size: int) -> None:
        if octets == 0 and size > 0:
            raise ValueError("DATA is empty: it cannot fill a packet of LENGTH bytes")

    def move(self, output: int) -> Move:
        return Move(None, "none")

    def most_bytes(self, output: int, arriving: tuple[int, ...]) -> int:
        return self.most_octets

    def initialize(self, machine: Machine) -> None:
        state = machine.stores[self.name]
        state.set(self.most, self.limit)
        state.set(self.each, self.burst)
        state.set(self.going, int(self.active))
        state.set(self.size, self.bytes_each)
        self._store_data(state, self.data)

    def _store_data(self, state: StateView, data: bytes) -> None:
        state.set(self.octet_count, len(data))
        for index, octet in enumerate(data):
            state.set(self.octets, octet, index)

    def _allowed(self, machine: Machine) -> int:
        """How many packets may be made now."""
        state = machine.stores[self.name]
        if state.get(self.instant) != machine.now:
            state.set(self.instant, machine.now)
            state.set(self.at_instant, 0)
        if not state.get(self.going):
            return 0
        limit = _signed(state.get(self.most), 64)
        rest = AT_ONCE if limit >= 0 else state.get(self.each)
        rest -= state.get(self.at_instant)
        return max(0, rest if limit < 0 else min(rest, limit - state.get(self.made)))

    def _make(self, machine: Machine) -> Packet:
        state = machine.stores[self.name]
        state.set(self.made, state.get(self.made) + 1)
        state.set(self.at_instant, state.get(self.at_instant) + 1)
        data = bytes(state.get(self.octets, index) for index in range(state.get(self.octet_count)))
        size = _signed(state.get(self.size), 32)
        whole = data if size < 0 or not data else (data * (size // len(data) + 1))[:size]
        return Packet.of(whole, time=machine.now if self.timestamp else 0)

    def task(self, machine: Machine) -> bool:
        if machine.checked.kind(self.name, True, 0) == "pull":
            return False
        now = min(machine.stores[self.name].get(self.each), self._allowed(machine))
        for _ in range(now):
            machine.push_out(self.name, 0, self._make(machine))
        return now > 0

    def pull(self, machine: Machine, port: int) -> Packet | None:
        return self._make(machine) if self._allowed(machine) else None

    def c_source(self) -> CSource:
        end = "STOP;" if self.stop else "CALL(0, NULL);" if self.end_call else ""
        data = ", ".join(str(octet) for octet in self.data) or "0"
        allow = f"""
    if (self->instant != NOW) {{ self->instant = NOW; self->at_instant = 0; }}
    int64_t rest = DRIVEN ? self->each : ((int64_t)self->most >= 0 ? {AT_ONCE} : (int64_t)self->each) - self->at_instant;
    if ((int64_t)self->most >= 0 && (int64_t)(self->most - self->made) < rest) rest = (int64_t)(self->most - self->made);
    if (!self->going || rest < 0) rest = 0;
"""
        make = f"""
        self->made++;
        self->at_instant++;
        uint32_t size = (int32_t)self->size < 0 || !self->octet_count ? self->octet_count : self->size;
        struct packet *p = NEW_PACKET(size);
        for (uint32_t i = 0; i < size; i++) p->data[i] = self->octets[i % self->octet_count];
        p->time = {"NOW" if self.timestamp else "0"};
"""
        return CSource(
            fields="uint64_t made, most, instant; uint32_t each, going, octet_count, size, at_instant, octets[2048];",
            initialize=f"""
    static const uint8_t data[] = {{{data}}};
    for (uint32_t i = 0; i < {len(self.data)}u; i++) self->octets[i] = data[i];
    self->octet_count = {len(self.data)};
    self->most = {self.limit}LL;
    self->each = {self.burst};
    self->going = {int(self.active)};
    self->size = {self.bytes_each};
""",
            task=f"""
#if OUTPUT_IS_PULL
    return 0;
#else
{allow}
    if (rest > self->each) rest = self->each;
    for (int64_t n = 0; n < rest; n++) {{{make}        OUT(0, p);
    }}
    if (DRIVEN && !rest && self->going && (int64_t)self->most >= 0 && self->made >= self->most) {{ {end} }}
    return rest > 0;
#endif
""",
            pull=f"{allow}    if (!rest) return NULL;\n    {{{make}        return p;\n    }}\n",
            state=tuple(
                (name, f"self->{name}{'[0]' if name == 'octets' else ''}")
                for name in ("made", "most", "each", "going", "octets", "octet_count", "size", "instant", "at_instant")
            ),
        )

    def called(self, host: Host, what: int, packet: Address | None) -> int:
        call_handler(host, self.end_call, self.name)
        return 0

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

    @reads("burst")
    def burst_text(self, state: StateView) -> str:
        return str(state.get(self.each))

    @writes("burst")
    def set_burst(self, state: StateView, text: str) -> None:
        state.set(self.each, _burst(text.strip()))

    @reads("limit")
    def limit_text(self, state: StateView) -> str:
        return str(_signed(state.get(self.most), 64))

    @writes("limit")
    def set_limit(self, state: StateView, text: str) -> None:
        state.set(self.most, _limit(text.strip()))

    @reads("length")
    def length_text(self, state: StateView) -> str:
        return str(_signed(state.get(self.size), 32))

    @writes("length")
    def set_length(self, state: StateView, text: str) -> None:
        size = settable(_length(text.strip()), self.most_octets, "LENGTH")
        self._check_data(state.get(self.octet_count), size)
        state.set(self.size, size)

    @reads("data")
    def data_text(self, state: StateView) -> str:
        return bytes(state.get(self.octets, index) for index in range(state.get(self.octet_count))).decode("latin-1")

    @writes("data")
    def set_data(self, state: StateView, text: str) -> None:
        data = text.encode("latin-1", "replace")
        if len(data) > 2048:
            raise ValueError(f"at most 2048 bytes are wanted, not {len(data)}")
        settable(len(data), self.most_octets, "LENGTH")
        self._check_data(len(data), _signed(state.get(self.size), 32))
        self._store_data(state, data)


def _signed(number: int, width: int) -> int:
    return number - (1 << width) if number >> (width - 1) else number
