"""RandomSource(LENGTH [, LIMIT, BURST, ACTIVE, TIMESTAMP, STOP, END_CALL])

Makes packets of random bytes, BURST at a time, until it has made LIMIT of them.

The bytes are those of the generator of RandomSample, four of each step, the lowest first. Each element has its own, so that a run can be
repeated. In a machine that packets are offered to, it makes no more at one instant than InfiniteSource does. A source that pushes to a
Queue sleeps while that is full. Its end is told once for each time that a handler lets it make more.

Arguments:
    LENGTH: bytes of a packet, at most 9216.
    LIMIT: packets to make; without end where it is negative, as it is if not given.
    BURST: packets to make each time, 1 to 4096; 1 if not given.
    ACTIVE: whether packets are made; true if not given.
    TIMESTAMP: whether packets have the time at which they were made; true if not given, otherwise their time is 0.
    STOP: whether the driver is told to stop when LIMIT packets are made; a tenant cannot stop a machine that others use.
    END_CALL: a write handler, with a value, that is called then; not by a machine that others use.

Handlers:
    active (read): whether packets are made.
    active (write): sets that.
    burst (read): packets each time.
    burst (write): sets that.
    count (read): packets made.
    length (read): bytes of a packet.
    length (write): sets that, to no more than the argument, or 1514 where that is more.
    limit (read): packets to make, or -1.
    limit (write): sets that.
    reset (write): sets the count to zero, so that packets are made again.

Examples:
    RandomSource(64)
    RandomSource(LENGTH 7, LIMIT 5, BURST 2)
    RandomSource(1500, ACTIVE false, STOP true)
"""

from elements.definition.arguments import Argument, keyword
from elements.definition.csource import CSource
from elements.definition.element import StateVariable
from elements.definition.handlers import FRAME, StateView, reads, settable, writes
from elements.definition.parsers import boolean, integer, raw
from elements.definition.ports import Ports
from elements.randomsample import SEED
from elements.reference.machine import Machine
from elements.reference.packet import Packet
from elements.sources.burst import BurstSource, burst_number
from elements.sources.data import LONGEST_MADE, limit_number

_length = integer(0, LONGEST_MADE)


class RandomSource(BurstSource):
    ports = Ports("0/1", "a/a")
    length = Argument("LENGTH", _length)
    limit = Argument("LIMIT", limit_number, -1)
    burst = Argument("BURST", burst_number, 1)
    active = Argument("ACTIVE", boolean, True)
    timestamp = keyword("TIMESTAMP", boolean, True)
    stop = keyword("STOP", boolean, False, is_operators=True)
    end_call = keyword("END_CALL", raw, "", is_operators=True)
    size = StateVariable(32)
    generator = StateVariable(32)

    def most_bytes(self, output: int, arriving: tuple[int, ...]) -> int:
        return max(self.length, FRAME)

    def initialize(self, machine: Machine) -> None:
        super().initialize(machine)
        machine.stores[self.name].set(self.size, self.length)
        machine.stores[self.name].set(self.generator, SEED)

    def fresh(self, machine: Machine) -> Packet:
        state = machine.stores[self.name]
        state.set(self.made, state.get(self.made) + 1)
        number, size, data = state.get(self.generator), state.get(self.size), b""
        while len(data) < size:
            number ^= number << 13 & 0xFFFF_FFFF
            number ^= number >> 17
            number ^= number << 5 & 0xFFFF_FFFF
            data += number.to_bytes(4, "little")
        state.set(self.generator, number)
        return Packet.of(data[:size], time=machine.now if self.timestamp else 0)

    def c_source(self) -> CSource:
        made = CSource(
            fields="uint64_t made, most; uint32_t going, size, generator;",
            helpers=_HELPERS,
            initialize=f"""
    self->most = {self.limit}LL;
    self->going = {int(self.active)};
    self->size = {self.length};
    self->generator = {SEED}u;
""",
            state=tuple((name, f"self->{name}") for name in ("made", "most", "going", "size", "generator")),
        )
        return self.burst_source(made, "(self->made++, random_packet(&m->base, &self->generator, self->size))")

    @reads("length")
    def length_text(self, state: StateView) -> str:
        return str(state.get(self.size))

    @writes("length")
    def set_length(self, state: StateView, text: str) -> None:
        state.set(self.size, settable(_length(text.strip()), max(self.length, FRAME), "LENGTH"))


_HELPERS = """
#define DATA_OVER ((int64_t)self->most >= 0 && self->made >= self->most)
static struct packet *random_packet(struct base *b, uint32_t *generator, uint32_t size)
{
    struct packet *p = new_packet(b, size);
    uint32_t number = *generator;
    for (uint32_t i = 0; i < size; i++) {
        if (i % 4 == 0) {
            number ^= number << 13;
            number ^= number >> 17;
            number ^= number << 5;
        }
        p->data[i] = number >> 8 * (i % 4);
    }
    *generator = number;
    return p;
}
"""
