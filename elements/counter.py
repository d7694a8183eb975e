"""Counter([COUNT_CALL, BYTE_COUNT_CALL])

Counts the packets and bytes that pass.

Both counts have 48 bits and wrap. There are no rates (in Click: `rate`, `bit_rate`, `byte_rate`); see Meter and BandwidthMeter. With a
call it is software. In a tenant's machine nothing is called.

Arguments:
    COUNT_CALL: a number, a write handler and perhaps a value: it is called when so many packets have come, before the last of them goes on.
    BYTE_COUNT_CALL: the same of bytes.

Handlers:
    byte_count (read): bytes that passed.
    byte_count_call (write): sets BYTE_COUNT_CALL, where a call was configured; without a handler it only sets the number.
    count (read): packets that passed.
    count_call (read): the number of COUNT_CALL.
    count_call (write): sets COUNT_CALL, where a call was configured; without a handler it only sets the number.
    reset (write): sets the counts to zero.
    reset_counts (write): sets the counts to zero.

Examples:
    Counter
    Counter(COUNT_CALL 100 x.reset)
    Counter(BYTE_COUNT_CALL 1000 stop)
"""

from elements.definition.arguments import keyword
from elements.definition.call_handler import call_handler
from elements.definition.csource import CSource
from elements.definition.element import StateVariable
from elements.definition.handlers import StateView, reads, writes
from elements.definition.host import Address, Host
from elements.definition.parsers import integer
from elements.definition.ports import Ports
from elements.passing.each_packet import EachPacket
from elements.program.packet import Packet
from elements.reference.machine import Machine
from elements.reference.packet import Packet as RealPacket

NEVER = (1 << 64) - 1
_number = integer(0, NEVER)


def _call(text: str) -> tuple[int, str]:
    number, _, handler = text.strip().partition(" ")
    try:
        return _number(number), handler.strip()
    except ValueError:
        raise ValueError("type mismatch: a number and a write handler are wanted") from None


class Counter(EachPacket):
    ports = Ports("1/1", "a/a")
    count_call = keyword("COUNT_CALL", _call, (NEVER, ""))
    byte_count_call = keyword("BYTE_COUNT_CALL", _call, (NEVER, ""))
    packets = StateVariable(48)
    bytes = StateVariable(48)
    packets_wanted = StateVariable(64)
    bytes_wanted = StateVariable(64)
    packets_called = StateVariable(1)
    bytes_called = StateVariable(1)

    def setup(self) -> None:
        self.calls = [self.count_call[1], self.byte_count_call[1]]

    @property
    def has_program(self) -> bool:
        """It has where nothing is called."""
        return self.count_call[0] == NEVER and self.byte_count_call[0] == NEVER

    def program(self, p: Packet) -> None:
        p.write(self.packets, p.read(self.packets) + 1)
        p.write(self.bytes, p.read(self.bytes) + p.length)
        p.output(0)

    def initialize(self, machine: Machine) -> None:
        if not self.has_program:
            state = machine.stores[self.name]
            state.set(self.packets_wanted, self.count_call[0])
            state.set(self.bytes_wanted, self.byte_count_call[0])

    def always_sends(self, output: int) -> bool:
        return output == 0

    def each(self, machine: Machine, packet: RealPacket) -> int:
        state = machine.stores[self.name]
        state.set(self.packets, state.get(self.packets) + 1)
        state.set(self.bytes, state.get(self.bytes) + packet.length)
        if state.get(self.packets) == state.get(self.packets_wanted):
            state.set(self.packets_called, 1)
        if state.get(self.bytes) >= state.get(self.bytes_wanted):
            state.set(self.bytes_called, 1)
        return 0

    def c_each(self) -> str:
        return """
    self->packets = (self->packets + 1) & 0xffffffffffffull;
    self->bytes = (self->bytes + p->length) & 0xffffffffffffull;
    if (self->packets == self->packets_wanted && !self->packets_called) {
        self->packets_called = 1;
        if (DRIVEN) CALL(0, p);
    }
    if (self->bytes >= self->bytes_wanted && !self->bytes_called) {
        self->bytes_called = 1;
        if (DRIVEN) CALL(1, p);
    }
"""

    def c_rest(self) -> CSource:
        names = ("packets", "bytes", "packets_wanted", "bytes_wanted", "packets_called", "bytes_called")
        return CSource(
            fields="uint64_t packets, bytes, packets_wanted, bytes_wanted; uint32_t packets_called, bytes_called;",
            initialize=f"    self->packets_wanted = {self.count_call[0]}ULL;\n    self->bytes_wanted = {self.byte_count_call[0]}ULL;\n",
            state=tuple((name, f"self->{name}") for name in names),
        )

    def called(self, host: Host, what: int, packet: Address | None) -> int:
        if self.calls[what]:
            call_handler(host, self.calls[what], self.name)
        return 0

    @reads("count")
    def count(self, state: StateView) -> str:
        return str(state.get(self.packets))

    @reads("byte_count")
    def byte_count(self, state: StateView) -> str:
        return str(state.get(self.bytes))

    @reads("count_call")
    def count_call_text(self, state: StateView) -> str:
        return "" if self.has_program or not self.calls[0] else str(state.get(self.packets_wanted))

    @writes("count_call")
    def set_count_call(self, state: StateView, text: str) -> None:
        state.set(self.packets_wanted, self._set_call(0, text, "count_call"))
        state.set(self.packets_called, 0)

    @writes("byte_count_call")
    def set_byte_count_call(self, state: StateView, text: str) -> None:
        state.set(self.bytes_wanted, self._set_call(1, text, "byte_count_call"))
        state.set(self.bytes_called, 0)

    def _set_call(self, what: int, text: str, handler: str) -> int:
        if not text.strip().partition(" ")[0].isdigit():
            raise ValueError(f"'{handler}' first word should be unsigned (count)")
        if self.has_program:
            raise ValueError("a call can only be set where one was configured: give COUNT_CALL in the configuration")
        number, call = _call(text)
        self.calls[what] = call or self.calls[what]
        return number

    @writes("reset_counts")
    def reset_counts(self, state: StateView, text: str) -> None:
        state.set(self.packets, 0)
        state.set(self.bytes, 0)
        if not self.has_program:
            state.set(self.packets_called, 0)
            state.set(self.bytes_called, 0)

    @writes("reset")
    def reset(self, state: StateView, text: str) -> None:
        self.reset_counts(state, text)
