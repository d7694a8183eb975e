"""Counter([COUNT_CALL, BYTE_COUNT_CALL])

Counts the packets and bytes that pass.

Both counts have 48 bits and wrap. There are no rates (in Click: `rate`, `bit_rate`, `byte_rate`); see Meter and BandwidthMeter.

Arguments:
    COUNT_CALL: accepted; no handler is called from a packet's path.
    BYTE_COUNT_CALL: accepted; no handler is called from a packet's path.

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
from elements.definition.element import Element, StateVariable
from elements.definition.handlers import StateView, reads, writes
from elements.definition.parsers import raw
from elements.definition.ports import Ports
from elements.program.packet import Packet


class Counter(Element):
    ports = Ports("1/1", "a/a")
    count_call = keyword("COUNT_CALL", raw, "")
    byte_count_call = keyword("BYTE_COUNT_CALL", raw, "")
    packets = StateVariable(48)
    bytes = StateVariable(48)

    def program(self, p: Packet) -> None:
        p.write(self.packets, p.read(self.packets) + 1)
        p.write(self.bytes, p.read(self.bytes) + p.length)
        p.output(0)

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
