"""LookupIP6Route(ROUTE1, ..., ROUTEn)

Sends packets by the output of the longest route that has their IPv6 destination annotation; the gateway, where there is one, becomes that
annotation. Packets without a route are dropped.

Routes may change while packets pass; what Click remembers of its last look-up, which survives that, is not remembered. There are at most
4096 routes.

Arguments:
    ROUTE: `ADDR/MASK [GW] OUT`: a prefix, a gateway, where packets do not go to the address itself, and an output.

Handlers:
    add (write): another route, in the place of one with the same prefix.
    ctrl (write): `add ROUTE` or `remove ADDR/MASK`.
    remove (write): takes the route of a prefix away.
    table (read): a line for each route: prefix, gateway (`::` if none) and output, after a first line.

Examples:
    LookupIP6Route(2001:db8:5::/48 0, ::/0 2001:db8:5::fe 0)
    LookupIP6Route(::a00:1/128 0, 2001:db8::/ffff:ffff:: 0)
"""

from typing import Final, NamedTuple

from elements.definition.arguments import Rest
from elements.definition.csource import CSource
from elements.definition.element import Element, StateVariable
from elements.definition.handlers import StateView, reads, writes
from elements.definition.parsers import byte
from elements.definition.ports import Ports
from elements.ip6.addresses import ip6_address, ip6_prefix, ip6_text
from elements.reference.machine import Machine
from elements.reference.packet import Packet

MOST: Final = 4096
HALF: Final = (1 << 64) - 1


class Route(NamedTuple):
    """A prefix, its gateway (0 if none) and output."""

    address: int
    length: int
    gateway: int
    output: int


def _route(text: str) -> Route:
    words = text.split()
    if len(words) not in (2, 3):
        raise ValueError(f"a route such as `3ffe::/16 3ffe::1 1` (ADDR/MASK [GW] OUT) is wanted, not {text!r}")
    address, length = ip6_prefix(words[0])
    return Route(_network(address, length), length, ip6_address(words[1]) if len(words) == 3 else 0, byte(words[-1]))


def _network(address: int, length: int) -> int:
    return address >> (128 - length) << (128 - length)


class LookupIP6Route(Element):
    ports = Ports("1/-", "h/h")
    software_reason = "IPv6 addresses beside packets are the software's"
    routes = Rest("ROUTE", _route)
    upper = StateVariable(64, MOST)
    lower = StateVariable(64, MOST)
    bits = StateVariable(8, MOST)
    gateway_upper = StateVariable(64, MOST)
    gateway_lower = StateVariable(64, MOST)
    output_of = StateVariable(8, MOST)
    is_used = StateVariable(1, MOST)
    count = StateVariable(32)

    def setup(self) -> None:
        if len(self.routes) > MOST:
            raise ValueError(f"at most {MOST} routes are wanted, not {len(self.routes)}")
        most = max((route.output for route in self.routes), default=-1)
        if most >= self.outputs:
            raise ValueError(f"need {most + 1} or more output ports")

    def initialize(self, machine: Machine) -> None:
        for route in self.routes:
            self._add(machine.stores[self.name], route)

    def push(self, machine: Machine, port: int, packet: Packet) -> None:
        state, best, found = machine.stores[self.name], -1, 0
        for place in range(state.get(self.count)):
            length = state.get(self.bits, place)
            address = state.get(self.upper, place) << 64 | state.get(self.lower, place)
            if state.get(self.is_used, place) and length > best and not (address ^ packet.dst_ip6) >> (128 - length):
                best, found = length, place
        if best < 0:
            return
        gateway = state.get(self.gateway_upper, found) << 64 | state.get(self.gateway_lower, found)
        packet.dst_ip6 = gateway or packet.dst_ip6
        machine.push_out(self.name, state.get(self.output_of, found), packet)

    def _add(self, state: StateView, route: Route) -> None:
        self._remove(state, route.address, route.length)
        places, count = range(state.get(self.count)), state.get(self.count)
        place = next((place for place in places if not state.get(self.is_used, place)), count)
        if place == MOST:
            raise ValueError(f"there is no room for more than {MOST} routes")
        for variable, value in (
            (self.upper, route.address >> 64),
            (self.lower, route.address & HALF),
            (self.bits, route.length),
            (self.gateway_upper, route.gateway >> 64),
            (self.gateway_lower, route.gateway & HALF),
            (self.output_of, route.output),
            (self.is_used, 1),
        ):
            state.set(variable, value, place)
        state.set(self.count, max(count, place + 1))

    def _remove(self, state: StateView, address: int, length: int) -> None:
        for place in range(state.get(self.count)):
            same = (state.get(self.upper, place), state.get(self.lower, place)) == (address >> 64, address & HALF)
            if same and state.get(self.bits, place) == length:
                state.set(self.is_used, 0, place)

    @writes("add")
    def add(self, state: StateView, text: str) -> None:
        route = _route(text)
        if route.output >= self.outputs:
            raise ValueError("output port out of range")
        self._add(state, route)

    @writes("remove")
    def remove(self, state: StateView, text: str) -> None:
        address, length = ip6_prefix(text.strip())
        self._remove(state, _network(address, length), length)

    @writes("ctrl")
    def ctrl(self, state: StateView, text: str) -> None:
        what, _, rest = text.strip().partition(" ")
        if what not in ("add", "remove"):
            raise ValueError("bad command, should be `add' or `remove'")
        (self.add if what == "add" else self.remove)(state, rest)

    @reads("table")
    def table(self, state: StateView) -> str:
        lines = ["# Active routes\n"] if state.get(self.count) else []
        for place in range(state.get(self.count)):
            if state.get(self.is_used, place):
                address, gateway = (
                    ip6_text(state.get(upper, place) << 64 | state.get(lower, place))
                    for upper, lower in ((self.upper, self.lower), (self.gateway_upper, self.gateway_lower))
                )
                lines.append(f"{address}/{state.get(self.bits, place)}\t{gateway}\t{state.get(self.output_of, place)}\n")
        return "".join(lines)

    def c_source(self) -> CSource:
        kept: dict[tuple[int, int], Route] = {}
        rows = []
        # As `_add` does it, one after the other: a later route of the same prefix takes the earlier one's place.
        for route in self.routes:
            key = route.address, route.length
            if key not in kept:
                rows.append(key)
            kept[key] = route
        routes = "".join(
            f"        {{0x{r.address >> 64:x}ULL, 0x{r.address & HALF:x}ULL, 0x{r.gateway >> 64:x}ULL, 0x{r.gateway & HALF:x}ULL, "
            f"{r.length}, {r.output}}},\n"
            for r in (kept[key] for key in rows)
        )
        return CSource(
            is_short=True,
            fields=f"uint64_t upper[{MOST}], lower[{MOST}], gateway_upper[{MOST}], gateway_lower[{MOST}]; "
            f"uint32_t bits[{MOST}], output_of[{MOST}], is_used[{MOST}], count;",
            initialize=f"""
    static const struct {{ uint64_t upper, lower, gateway_upper, gateway_lower; uint32_t bits, output; }} routes[{len(rows) + 1}] = {{
{routes}    }};
    for (self->count = 0; self->count < {len(rows)}; self->count++) {{
        uint32_t i = self->count;
        self->upper[i] = routes[i].upper;
        self->lower[i] = routes[i].lower;
        self->gateway_upper[i] = routes[i].gateway_upper;
        self->gateway_lower[i] = routes[i].gateway_lower;
        self->bits[i] = routes[i].bits;
        self->output_of[i] = routes[i].output;
        self->is_used[i] = 1;
    }}
""",
            push="""
    uint64_t upper = (uint64_t)get32(p->dst_ip6) << 32 | get32(p->dst_ip6 + 4);
    uint64_t lower = (uint64_t)get32(p->dst_ip6 + 8) << 32 | get32(p->dst_ip6 + 12);
    int best = -1;
    uint32_t found = 0;
    for (uint32_t i = 0; i < self->count; i++) {
        int bits = self->bits[i];
        if (bits <= best || !self->is_used[i]) continue;
        uint64_t first = self->upper[i] ^ upper, second = self->lower[i] ^ lower;
        if (bits <= 64 ? bits && first >> (64 - bits) : first || second >> (128 - bits)) continue;
        best = bits;
        found = i;
    }
    if (best < 0) {
        KILL(p);
        return;
    }
    if (self->gateway_upper[found] || self->gateway_lower[found]) {
        put32(p->dst_ip6, self->gateway_upper[found] >> 32);
        put32(p->dst_ip6 + 4, self->gateway_upper[found]);
        put32(p->dst_ip6 + 8, self->gateway_lower[found] >> 32);
        put32(p->dst_ip6 + 12, self->gateway_lower[found]);
    }
    OUT((int)self->output_of[found], p);
""",
            state=(
                *(
                    (name, f"self->{name}[0]")
                    for name in ("upper", "lower", "bits", "gateway_upper", "gateway_lower", "output_of", "is_used")
                ),
                ("count", "self->count"),
            ),
        )
