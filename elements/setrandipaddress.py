"""SetRandIPAddress(PREFIX [, LIMIT])

Sets the destination address annotation to a random address of a network.

The numbers are the same in every run: a generator of 64 bits (Steele, Lea and Flood, 2014) begins with the element's name.

Arguments:
    PREFIX: the network.
    LIMIT: how many addresses there are at most, drawn beforehand; as many as the network has if not given or negative.

Examples:
    SetRandIPAddress(10.0.0.0/8)
    SetRandIPAddress(10.1/16, 3)
"""

from zlib import crc32

from elements.definition.arguments import Argument
from elements.definition.element import StateVariable
from elements.definition.parsers import integer, ip_prefix
from elements.definition.ports import Ports
from elements.passing.each_packet import EachPacket
from elements.reference.machine import Machine
from elements.reference.packet import Packet

_WORD = (1 << 64) - 1


def _next(state: int) -> tuple[int, int]:
    """The state after this one, and 32 random bits."""
    state = (state + 0x9E3779B97F4A7C15) & _WORD
    mixed = ((state ^ state >> 30) * 0xBF58476D1CE4E5B9) & _WORD
    mixed = ((mixed ^ mixed >> 27) * 0x94D049BB133111EB) & _WORD
    return state, (mixed ^ mixed >> 31) >> 32


class SetRandIPAddress(EachPacket):
    ports = Ports("1/1", "a/a")
    prefix = Argument("PREFIX", ip_prefix)
    limit = Argument("LIMIT", integer(-1, 65536), -1)
    random = StateVariable(64)
    fields = "uint64_t random;"
    state_in_c = (("random", "self->random"),)
    helpers = """
static uint32_t random_bits(uint64_t *state)
{
    uint64_t mixed = *state += 0x9e3779b97f4a7c15ULL;
    mixed = (mixed ^ mixed >> 30) * 0xbf58476d1ce4e5b9ULL;
    mixed = (mixed ^ mixed >> 27) * 0x94d049bb133111ebULL;
    return (mixed ^ mixed >> 31) >> 32;
}
"""

    def setup(self) -> None:
        address, length = self.prefix
        self.free = 0xFFFF_FFFF >> length
        self.network = address & ~self.free & 0xFFFF_FFFF
        self.first, self.drawn = crc32(self.name.encode()), list[int]()
        for _ in range(max(0, self.limit)):
            self.first, bits = _next(self.first)
            self.drawn.append(self.network | bits & self.free)

    def initialize(self, machine: Machine) -> None:
        machine.stores[self.name].set(self.random, self.first)

    def each(self, machine: Machine, packet: Packet) -> int:
        state = machine.stores[self.name]
        new, bits = _next(state.get(self.random))
        state.set(self.random, new)
        packet.dst_ip = self.drawn[bits * len(self.drawn) >> 32] if self.drawn else self.network | bits & self.free
        return 0

    def c_initialize(self) -> str:
        return f"    self->random = {self.first}ULL;\n"

    def c_each(self) -> str:
        if not self.drawn:
            return f"    p->dst_ip = {self.network}u | (random_bits(&self->random) & {self.free}u);\n"
        drawn = ", ".join(f"{address}u" for address in self.drawn)
        return f"""
    static const uint32_t drawn[] = {{{drawn}}};
    p->dst_ip = drawn[(uint64_t)random_bits(&self->random) * {len(self.drawn)} >> 32];
"""
