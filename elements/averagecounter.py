"""AverageCounter([IGNORE])

Counts the packets and bytes that pass, and how many a second passed between the first and the last of them.

Counts have 48 bits and wrap; times are in whole milliseconds, as in Click.

Arguments:
    IGNORE: seconds from the first packet on in which packets are not counted; 0 if not given.

Handlers:
    byte_count (read): bytes that passed.
    byte_rate (read): bytes a second.
    count (read): packets that passed.
    rate (read): packets a second.
    reset (write): starts anew.

Examples:
    AverageCounter
    AverageCounter(1)
"""

from typing import Final

from elements.definition.arguments import Argument
from elements.definition.element import Element, StateVariable
from elements.definition.handlers import StateView, reads, writes
from elements.definition.parsers import integer
from elements.definition.ports import Ports
from elements.program.packet import Packet
from elements.program.values import const, mux

MILLISECOND: Final = 1_000_000


class AverageCounter(Element):
    ports = Ports("1/1", "a/a")
    ignore = Argument("IGNORE", integer(0, 86400), 0)
    begun = StateVariable(1)
    first = StateVariable(48)
    last = StateVariable(48)
    packets = StateVariable(48)
    bytes = StateVariable(48)

    def program(self, p: Packet) -> None:
        begun = p.read(self.begun)
        first = mux(begun, p.read(self.first), p.now)
        p.write(self.begun, const(1, 1))
        p.write(self.first, first)
        p.write(self.last, p.now)
        with p.when((p.now - first) >= self.ignore * 1000 * MILLISECOND):
            p.write(self.packets, p.read(self.packets) + 1)
            p.write(self.bytes, p.read(self.bytes) + p.length)
        p.output(0)

    def _rate(self, state: StateView, count: int) -> str:
        passed = (state.get(self.last) - state.get(self.first)) % (1 << 48) // MILLISECOND - self.ignore * 1000
        return f"{count * 1000 / max(1, passed):.12g}"

    @reads("count")
    def count(self, state: StateView) -> str:
        return str(state.get(self.packets))

    @reads("byte_count")
    def byte_count(self, state: StateView) -> str:
        return str(state.get(self.bytes))

    @reads("rate")
    def rate(self, state: StateView) -> str:
        return self._rate(state, state.get(self.packets))

    @reads("byte_rate")
    def byte_rate(self, state: StateView) -> str:
        return self._rate(state, state.get(self.bytes))

    @writes("reset")
    def reset(self, state: StateView, text: str) -> None:
        for variable in (self.begun, self.first, self.last, self.packets, self.bytes):
            state.set(variable, 0)
