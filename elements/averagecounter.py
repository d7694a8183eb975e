"""AverageCounter([IGNORE])

Counts packets and bytes from the first packet on, and their rates from there to the last one.

Arguments:
    IGNORE: seconds after the first packet in which nothing is counted; 0 if not given.

Handlers:
    byte_count (read): bytes that were counted.
    byte_rate (read): bytes a second.
    count (read): packets that were counted.
    rate (read): packets a second.
    reset (write): begins anew.

Examples:
    AverageCounter
    AverageCounter(IGNORE 5)
"""

from elements.definition.arguments import Argument
from elements.definition.csource import CSource
from elements.definition.element import StateVariable
from elements.definition.handlers import StateView, reads, writes
from elements.definition.parsers import integer
from elements.definition.ports import Ports
from elements.passing.each_packet import EachPacket
from elements.reference.machine import Machine
from elements.reference.packet import Packet

MILLISECOND = 1_000_000


class AverageCounter(EachPacket):
    ports = Ports("1/1", "a/a")
    ignore = Argument("IGNORE", integer(0, 4_000_000), 0)
    packets = StateVariable(32)
    octets = StateVariable(32)
    first = StateVariable(32)
    last = StateVariable(32)

    def always_sends(self, output: int) -> bool:
        return output == 0

    def each(self, machine: Machine, packet: Packet) -> int:
        state = machine.stores[self.name]
        now = machine.now // MILLISECOND & 0xFFFF_FFFF
        state.set(self.first, state.get(self.first) or now)
        if (now - state.get(self.first)) & 0xFFFF_FFFF >= self.ignore * 1000:
            state.set(self.packets, state.get(self.packets) + 1)
            state.set(self.octets, state.get(self.octets) + packet.length)
        state.set(self.last, now)
        return 0

    def c_each(self) -> str:
        return f"""
    uint32_t now = NOW / {MILLISECOND};
    if (!self->first) self->first = now;
    if (now - self->first >= {self.ignore * 1000}u) {{ self->packets++; self->octets += p->length; }}
    self->last = now;
"""

    def c_rest(self) -> CSource:
        return CSource(
            fields="uint32_t packets, octets, first, last;",
            state=tuple((name, f"self->{name}") for name in ("packets", "octets", "first", "last")),
        )

    def _rate(self, state: StateView, count: int) -> str:
        span = (state.get(self.last) - state.get(self.first) - self.ignore * 1000) & 0xFFFF_FFFF
        return f"{count * 1000 / max(span, 1):.15g}"

    @reads("count")
    def count(self, state: StateView) -> str:
        return str(state.get(self.packets))

    @reads("byte_count")
    def byte_count(self, state: StateView) -> str:
        return str(state.get(self.octets))

    @reads("rate")
    def rate(self, state: StateView) -> str:
        return self._rate(state, state.get(self.packets))

    @reads("byte_rate")
    def byte_rate(self, state: StateView) -> str:
        return self._rate(state, state.get(self.octets))

    @writes("reset")
    def reset(self, state: StateView, text: str) -> None:
        for variable in (self.packets, self.octets, self.first, self.last):
            state.set(variable, 0)
