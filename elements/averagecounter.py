"""AverageCounter([IGNORE])

Counts the packets and bytes that pass, and says how many they were a second, from the first to the last.

Times are counted in milliseconds. Where no millisecond is between the first and the last, it counts as one.

Arguments:
    IGNORE: seconds from the first packet on that are left out, and what passes in them; 0 if not given.

Handlers:
    byte_count (read): bytes that passed.
    byte_rate (read): bytes a second.
    count (read): packets that passed.
    rate (read): packets a second.
    reset (write): starts anew.

Examples:
    AverageCounter
    AverageCounter(2)
"""

from typing import ClassVar, Final

from elements.definition.arguments import Argument
from elements.definition.element import StateVariable
from elements.definition.handlers import StateView, reads, writes
from elements.definition.parsers import integer
from elements.definition.ports import Ports
from elements.passing.each_packet import EachPacket
from elements.program.program import State
from elements.reference.machine import Machine
from elements.reference.packet import Packet
from elements.scripts.numbers import float_text

MILLISECOND: Final = 1_000_000


class AverageCounter(EachPacket):
    ports = Ports("1/1", "a/a")
    ignored = Argument("IGNORE", integer(0, (1 << 32) // 1000), 0)
    packets = StateVariable(64)
    bytes = StateVariable(64)
    first = StateVariable(64)
    last = StateVariable(64)
    seen = StateVariable(32)
    fields: ClassVar[str] = "uint64_t packets, bytes, first, last; uint32_t seen;"
    state_in_c: ClassVar[tuple[tuple[str, str], ...]] = tuple(
        (name, f"self->{name}") for name in ("packets", "bytes", "first", "last", "seen")
    )

    def each(self, machine: Machine, packet: Packet) -> int:
        state, now = machine.stores[self.name], machine.now // MILLISECOND
        if not state.get(self.seen):
            state.set(self.seen, 1)
            state.set(self.first, now)
        if now - state.get(self.first) >= 1000 * self.ignored:
            state.set(self.packets, state.get(self.packets) + 1)
            state.set(self.bytes, state.get(self.bytes) + packet.length)
        state.set(self.last, now)
        return 0

    def c_each(self) -> str:
        counted = "self->packets++; self->bytes += p->length;"
        return f"""
    uint64_t now = NOW / {MILLISECOND}u;
    if (!self->seen) {{
        self->seen = 1;
        self->first = now;
    }}
    {f"if (now - self->first >= {1000 * self.ignored}u) {{ {counted} }}" if self.ignored else counted}
    self->last = now;
"""

    @reads("count")
    def count(self, state: StateView) -> str:
        return str(state.get(self.packets))

    @reads("byte_count")
    def byte_count(self, state: StateView) -> str:
        return str(state.get(self.bytes))

    @reads("rate")
    def rate(self, state: StateView) -> str:
        return self._a_second(state, self.packets)

    @reads("byte_rate")
    def byte_rate(self, state: StateView) -> str:
        return self._a_second(state, self.bytes)

    def _a_second(self, state: StateView, counted: State) -> str:
        passed = state.get(self.last) - state.get(self.first) - 1000 * self.ignored
        return float_text(state.get(counted) * 1000 / max(passed, 1))

    @writes("reset")
    def reset(self, state: StateView, text: str) -> None:
        for variable in (self.packets, self.bytes, self.first, self.last, self.seen):
            state.set(variable, 0)
