"""Counter([COUNT_CALL, BYTE_COUNT_CALL])

Counts the packets and bytes that pass.

Both counts have 48 bits and wrap. There are no rates (in Click: `rate`, `bit_rate`, `byte_rate`); see Meter and BandwidthMeter. A machine
that runs by itself calls handlers; one that others use does not.

Arguments:
    COUNT_CALL: a number, and a write handler with a value that is called when the count of packets is that, before the packet goes on.
    BYTE_COUNT_CALL: the same, when the count of bytes reaches that.

Handlers:
    byte_count (read): bytes that passed.
    count (read): packets that passed.
    reset (write): sets the counts to zero.
    reset_counts (write): sets the counts to zero.

Examples:
    Counter
    Counter(COUNT_CALL 100 x.reset)
"""

from elements.definition.arguments import keyword
from elements.definition.call_handler import call_handler
from elements.definition.csource import CSource
from elements.definition.element import Element, StateVariable
from elements.definition.handlers import StateView, reads, writes
from elements.definition.host import Address, Host
from elements.definition.parsers import integer
from elements.definition.ports import Ports
from elements.program.packet import Packet

_count = integer(0, (1 << 63) - 1)


def _trigger(text: str) -> tuple[int, str]:
    """A count, and the handler that is called."""
    number, _, call = text.strip().partition(" ")
    if not call:
        raise ValueError(f"a number and a handler are wanted, not {text!r}")
    return _count(number), call


class Counter(Element):
    ports = Ports("1/1", "a/a")
    count_call = keyword("COUNT_CALL", _trigger, (0, ""), is_operators=True)
    byte_count_call = keyword("BYTE_COUNT_CALL", _trigger, (0, ""), is_operators=True)
    packets = StateVariable(48)
    bytes = StateVariable(48)

    def program(self, p: Packet) -> None:
        p.write(self.packets, p.read(self.packets) + 1)
        p.write(self.bytes, p.read(self.bytes) + p.length)
        p.output(0)

    def c_source(self) -> CSource:
        (packets, call), (octets, byte_call) = self.count_call, self.byte_count_call
        passed = f"if (DRIVEN && self->packets[0] == {packets}u) CALL(0, NULL);\n" if call else ""
        if byte_call:
            reached = f"self->bytes[0] >= {octets}u && self->bytes[0] - p->length < {octets}u"
            passed += f"if (DRIVEN && {reached}) CALL(1, NULL);\n"
        return CSource(passed=passed)

    def called(self, host: Host, what: int, packet: Address | None) -> int:
        call_handler(host, (self.byte_count_call if what else self.count_call)[1], self.name)
        return 0

    @reads("count")
    def count(self, state: StateView) -> str:
        return str(state.get(self.packets))

    @reads("byte_count")
    def byte_count(self, state: StateView) -> str:
        return str(state.get(self.bytes))

    @writes("reset_counts")
    def reset_counts(self, state: StateView, text: str) -> None:
        state.set(self.packets, 0)
        state.set(self.bytes, 0)

    @writes("reset")
    def reset(self, state: StateView, text: str) -> None:
        self.reset_counts(state, text)
