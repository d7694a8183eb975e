"""TimestampAccum()

Adds up how long packets have been under way when they pass: the present time less their own.

Handlers:
    average_time (read): the mean of it, in seconds; nan where no packet has passed. (In simulated time Click's is more, as time is.)
    count (read): packets that passed.
    reset_counts (write): sets both to zero.
    time (read): all of it, in seconds. (Click's simulated time goes on whenever somebody looks at it.)

Examples:
    TimestampAccum
"""

from elements.definition.csource import CSource
from elements.definition.element import StateVariable
from elements.definition.handlers import StateView, reads, writes
from elements.definition.ports import Ports
from elements.passing.each_packet import EachPacket
from elements.reference.machine import Machine
from elements.reference.packet import Packet
from elements.summary.text import SECOND, signed


class TimestampAccum(EachPacket):
    ports = Ports("1/1", "a/a")
    packets = StateVariable(64)
    total = StateVariable(64)

    def always_sends(self, output: int) -> bool:
        return output == 0

    def each(self, machine: Machine, packet: Packet) -> int:
        state = machine.stores[self.name]
        state.set(self.packets, state.get(self.packets) + 1)
        state.set(self.total, state.get(self.total) + machine.now - packet.time)
        return 0

    def c_each(self) -> str:
        return "    self->packets++;\n    self->total += NOW - p->time;\n"

    def c_rest(self) -> CSource:
        return CSource(fields="uint64_t packets, total;", state=(("packets", "self->packets"), ("total", "self->total")))

    @reads("count")
    def count(self, state: StateView) -> str:
        return str(state.get(self.packets))

    @reads("time")
    def time(self, state: StateView) -> str:
        return f"{signed(state.get(self.total)) / SECOND:.15g}"

    @reads("average_time")
    def average(self, state: StateView) -> str:
        count = state.get(self.packets)
        return f"{signed(state.get(self.total)) / SECOND / count:.15g}" if count else "-nan"

    @writes("reset_counts")
    def reset(self, state: StateView, text: str) -> None:
        state.set(self.packets, 0)
        state.set(self.total, 0)
