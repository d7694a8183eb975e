"""EtherSwitch([TIMEOUT])

A learning Ethernet switch between its ports: input 0 and output 0 are one network, input 1 and output 1 another, and so on.

A frame's source is learned as behind the input that it came by. A frame to an address that is known leaves by that address's output, or is
dropped where that is the network it came from; one to a group address or to an address that is not known leaves by every output but its own
network's, the highest first. A frame without a whole Ethernet header is dropped (in Click it is read past its end).

The table has room for 4096 addresses, four for each value of a hash; an address that finds none takes the place of the one of the four that
has been silent longest, whose frames then go to every network. (In Click it has no bound.)

Arguments:
    TIMEOUT: the time after which an address that is silent is forgotten, in whole seconds; 5 minutes if not given. With 0 nothing is
        learned, and every frame leaves by every other output.

Handlers:
    table (read): address and port, a line each, in the order of the addresses (in Click, of a hash table); those are in it that were not
        looked for since they ran out.
    timeout (read): the time in seconds.
    timeout (write): sets that.

Examples:
    EtherSwitch
    EtherSwitch(TIMEOUT 2)
    EtherSwitch(TIMEOUT 0)
"""

from typing import Final

from elements.definition.arguments import keyword
from elements.definition.csource import CSource
from elements.definition.element import Element, StateVariable
from elements.definition.handlers import StateView, reads, writes
from elements.definition.parsers import ethernet_text, nanoseconds
from elements.definition.ports import Ports
from elements.reference.machine import Machine
from elements.reference.packet import Packet

BUCKETS: Final = 1024
WAYS: Final = 4
SECOND: Final = 1_000_000_000
LONGEST: Final = 0xFFFF_FFFF


def _seconds(text: str) -> int:
    seconds = nanoseconds(text) // SECOND
    if seconds > LONGEST:
        raise ValueError(f"at most {LONGEST} seconds are wanted, not {text!r}")
    return seconds


class EtherSwitch(Element):
    ports = Ports("2-/=", "h/h", "#/[^#]")
    timeout = keyword("TIMEOUT", _seconds, 300)
    address = StateVariable(48, BUCKETS * WAYS)
    network = StateVariable(32, BUCKETS * WAYS)
    """One more than the number of the port; 0 where nothing is learned."""
    seen = StateVariable(64, BUCKETS * WAYS)
    hold = StateVariable(32)

    def initialize(self, machine: Machine) -> None:
        machine.stores[self.name].set(self.hold, self.timeout)

    @property
    def most_ways(self) -> int:
        return max(1, self.outputs - 1)

    def push(self, machine: Machine, port: int, packet: Packet) -> None:
        if packet.length < 14:
            return
        data = packet.data
        known = self._place_of(machine, int.from_bytes(data[6:12], "big"), int.from_bytes(data[:6], "big"), port)
        if known is not None:
            if known != port:
                machine.push_out(self.name, known, packet)
            return
        others = [output for output in reversed(range(self.outputs)) if output != port]
        for output in others[:-1]:
            machine.push_out(self.name, output, packet.copy())
        machine.push_out(self.name, others[-1], packet)

    def _place_of(self, machine: Machine, source: int, destination: int, port: int) -> int | None:
        """Learn that ``source`` is behind ``port``; the port that ``destination`` is behind, None where that is not known."""
        state, now = machine.stores[self.name], machine.now
        if not state.get(self.hold):
            return None
        place = min(_ways(source), key=lambda way: (-self._is_at(state, source, way), self._age(state, way), way))
        state.set(self.address, source, place)
        state.set(self.network, port + 1, place)
        state.set(self.seen, now, place)
        if destination >> 40 & 1:
            return None
        for way in _ways(destination):
            if not self._is_at(state, destination, way):
                continue
            if now < state.get(self.seen, way) + state.get(self.hold) * SECOND:
                return state.get(self.network, way) - 1
            state.set(self.network, 0, way)
        return None

    def _is_at(self, state: StateView, address: int, way: int) -> bool:
        return state.get(self.network, way) > 0 and state.get(self.address, way) == address

    def _age(self, state: StateView, way: int) -> int:
        """What the least of may be overwritten: -1 for a place that is free."""
        return state.get(self.seen, way) if state.get(self.network, way) else -1

    def c_source(self) -> CSource:
        places = BUCKETS * WAYS
        return CSource(
            is_short=True,
            fields=f"uint64_t address[{places}], seen[{places}]; uint32_t network[{places}], hold;",
            initialize=f"    self->hold = {self.timeout}u;",
            helpers=_HELPERS,
            push=f"""
    if (p->length < 14) {{ KILL(p); return; }}
    if (self->hold) {{
        uint64_t source = get48(p->data + 6), destination = get48(p->data);
        int32_t place = switch_find(self->address, self->network, source);
        if (place < 0) place = switch_room(self->seen, self->network, source);
        self->address[place] = source;
        self->network[place] = port + 1;
        self->seen[place] = NOW;
        place = p->data[0] & 1 ? -1 : switch_find(self->address, self->network, destination);
        if (place >= 0 && NOW >= self->seen[place] + self->hold * {SECOND}ull) {{ self->network[place] = 0; place = -1; }}
        if (place >= 0 && self->network[place] == (uint32_t)port + 1) {{ KILL(p); return; }}
        if (place >= 0) {{ OUT((int)self->network[place] - 1, p); return; }}
    }}
    for (int output = {self.outputs - 1}; output >= 0; output--)
        if (output != port) OUT(output, output == (port == 0) ? p : CLONE(p));
""",
            state=(*((name, f"self->{name}[0]") for name in ("address", "network", "seen")), ("hold", "self->hold")),
        )

    @reads("table")
    def table(self, state: StateView) -> str:
        known = [(state.get(self.address, way), port) for way in range(BUCKETS * WAYS) if (port := state.get(self.network, way))]
        return "".join(f"{ethernet_text(address)} {port - 1}\n" for address, port in sorted(known))

    @reads("timeout")
    def timeout_text(self, state: StateView) -> str:
        return str(state.get(self.hold))

    @writes("timeout")
    def set_timeout(self, state: StateView, text: str) -> None:
        state.set(self.hold, _seconds(text.strip()))


def _ways(address: int) -> range:
    """The places where ``address`` may stand (multiplicative hashing, Knuth)."""
    first = (address * 0x9E3779B97F4A7C15 & 0xFFFF_FFFF_FFFF_FFFF) >> 54
    return range(first * WAYS, first * WAYS + WAYS)


_HELPERS = """
static inline uint64_t get48(const uint8_t *b) { return (uint64_t)get16(b) << 32 | get32(b + 2); }
static inline int32_t switch_bucket(uint64_t address) { return address * 0x9e3779b97f4a7c15ull >> 54; }
static int32_t switch_find(const uint64_t *address, const uint32_t *network, uint64_t wanted)
{
    int32_t first = 4 * switch_bucket(wanted);
    for (int32_t way = first; way < first + 4; way++)
        if (network[way] && address[way] == wanted) return way;
    return -1;
}
/* A place for an address that has none: one that is free, or the one that has been silent longest. */
static int32_t switch_room(const uint64_t *seen, const uint32_t *network, uint64_t wanted)
{
    int32_t first = 4 * switch_bucket(wanted), best = first;
    for (int32_t way = first; way < first + 4; way++) {
        if (!network[way]) return way;
        if (seen[way] < seen[best]) best = way;
    }
    return best;
}
"""
