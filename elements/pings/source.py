"""The source of ICMP echo requests behind ICMPPingSource and ICMPSendPings."""

from __future__ import annotations

import re
from ipaddress import IPv4Address
from math import isqrt
from typing import Final

from elements.checksums.encap import ENCAP, Addressed, ip_header
from elements.checksums.sums import checksum
from elements.definition.arguments import Argument, keyword
from elements.definition.csource import CSource, c_string
from elements.definition.element import Move, StateVariable
from elements.definition.handlers import StateView, reads, writes
from elements.definition.parsers import boolean, byte_string, integer, ip_address, some_milliseconds, unsigned16
from elements.definition.ports import Ports
from elements.reference.machine import Machine
from elements.reference.packet import Packet

_limit = integer(-1, 0x7FFF_FFFF)
_FOREVER: Final = 0xFFFF_FFFF
_MILLISECOND: Final = 1_000_000
_STATE: Final = (
    "origin", "target", "count", "limit", "active", "interval", "armed", "soon", "received", "twice", "least", "most", "total", "squares",
)  # fmt: skip


class PingSource(Addressed):
    """Requests leave every ``interval`` milliseconds; replies that come are looked at, where there is an input."""

    ports = Ports("0-1/1", "h/a", "x/y")
    source = Argument("SRC", ip_address)
    destination = Argument("DST", ip_address)
    first_interval = keyword("INTERVAL", some_milliseconds, 1000)
    identifier = keyword("IDENTIFIER", unsigned16, 0)
    data = keyword("DATA", byte_string, b"")
    first_limit = keyword("LIMIT", _limit, -1)
    first_active = keyword("ACTIVE", boolean, True)
    verbose = keyword("VERBOSE", boolean, True)
    stops = keyword("STOP", boolean, False, is_operators=True)
    mirror = keyword("MIRROR", boolean, False)
    count = StateVariable(64)
    limit = StateVariable(32)
    active = StateVariable(8)
    interval = StateVariable(64)
    armed = StateVariable(8)
    soon = StateVariable(8)
    received = StateVariable(64)
    twice = StateVariable(64)
    least = StateVariable(64)
    most = StateVariable(64)
    total = StateVariable(64)
    squares = StateVariable(64)

    def setup(self) -> None:
        self.sent: dict[int, tuple[int, bool]] = {}
        """When the request of a number was sent, and whether a reply has come."""

    def initialize(self, machine: Machine) -> None:
        state = machine.stores[self.name]
        for variable, value in (
            (self.origin, self.source), (self.target, self.destination), (self.limit, self.first_limit & _FOREVER),
            (self.active, int(self.first_active)), (self.interval, self.first_interval),
        ):  # fmt: skip
            state.set(variable, value)

    def move(self, output: int) -> Move:
        return Move(None, 0)

    def most_bytes(self, output: int, arriving: tuple[int, ...]) -> int:
        return max(28 + len(self.data), *(arriving if self.mirror else ()), 28)

    # Reference

    def _pushes(self, machine: Machine) -> bool:
        return machine.checked.kind(self.name, True, 0) == "push"

    def _over(self, state: StateView) -> bool:
        return state.get(self.limit) <= 0x7FFF_FFFF and state.get(self.count) >= state.get(self.limit)

    def task(self, machine: Machine) -> bool:
        state = machine.stores[self.name]
        if not self._pushes(machine):
            return False
        if state.get(self.armed) and not state.get(self.active):
            state.set(self.armed, 0)
            machine.at(self.name, None)
        elif not state.get(self.armed) and state.get(self.active) and not self._over(state):
            state.set(self.armed, 1)
            machine.at(self.name, machine.now + (0 if state.get(self.soon) else state.get(self.interval) * _MILLISECOND))
        state.set(self.soon, 0)
        return False

    def timer(self, machine: Machine) -> None:
        state = machine.stores[self.name]
        state.set(self.armed, 0)
        if not state.get(self.active) or self._over(state):
            return
        state.set(self.armed, 1)
        machine.at(self.name, machine.now + state.get(self.interval) * _MILLISECOND)
        self._send(machine, Packet.of(bytes(28) + self.data))

    def pull(self, machine: Machine, port: int) -> Packet | None:
        state = machine.stores[self.name]
        if self._over(state):
            return None
        packet = self._request(machine, Packet.of(bytes(28) + self.data))
        state.set(self.count, state.get(self.count) + 1)
        return packet

    def _send(self, machine: Machine, packet: Packet) -> None:
        """Push the next request. It is counted behind that: a reply that comes at once is made a request of its number."""
        state = machine.stores[self.name]
        machine.push_out(self.name, 0, self._request(machine, packet))
        state.set(self.count, state.get(self.count) + 1)

    def _request(self, machine: Machine, packet: Packet) -> Packet:
        """``packet``, which has 28 bytes and its data, as the next request."""
        state, at = machine.stores[self.name], packet.start
        number = state.get(self.count) % 0xFFFF + 1
        packet.network = at
        ip_header(packet, number, 200, 1, state.get(self.origin), state.get(self.target))
        packet.buffer[at + 20 : at + 28] = b"\x08\0\0\0" + self.identifier.to_bytes(2, "little") + number.to_bytes(2, "big")
        end = min(at + 28 + len(self.data), packet.end)
        packet.buffer[at + 22 : at + 24] = checksum(packet.buffer[at + 20 : end]).to_bytes(2, "big")
        packet.time = machine.now
        if self.inputs:
            self.sent[number] = machine.now, False
        return packet

    def push(self, machine: Machine, port: int, packet: Packet) -> None:
        ip, buffer = packet.network, packet.buffer
        if ip is None or ip < packet.start or packet.end - ip < 20 or buffer[ip + 9] != 1:
            return
        message = ip + 4 * (buffer[ip] & 15)
        if message - ip < 20 or packet.end - message < 8 or buffer[message]:
            return
        if int.from_bytes(buffer[message + 4 : message + 6], "little") != self.identifier:
            return
        self._replied(machine, packet, ip, message)
        if self.mirror:
            packet.move_start(ip - packet.start)
            packet.buffer[packet.start : packet.start + 28] = bytes(28)
            self._send(machine, packet)

    def _replied(self, machine: Machine, packet: Packet, ip: int, message: int) -> None:
        state, buffer = machine.stores[self.name], packet.buffer
        number = int.from_bytes(buffer[message + 6 : message + 8], "big")
        if number not in self.sent:
            return
        when, known = self.sent[number]
        self.sent[number] = when, True
        state.set(self.twice, state.get(self.twice) + known)
        took = 0
        if packet.time:
            took = max(0, packet.time // 1000 - when // 1000)
            first = not state.get(self.received)
            state.set(self.least, took if first else min(took, state.get(self.least)))
            state.set(self.most, took if first else max(took, state.get(self.most)))
            state.set(self.total, state.get(self.total) + took)
            state.set(self.squares, state.get(self.squares) + took * took)
        state.set(self.received, state.get(self.received) + 1)
        if self.verbose:
            size = int.from_bytes(buffer[ip + 2 : ip + 4], "big") - (message - ip) - 8
            source = IPv4Address(bytes(buffer[ip + 12 : ip + 16]))
            text = f"{size} bytes from {source}: icmp_seq={number} ttl={buffer[ip + 8]} time={took // 1000}.{took % 1000:03} ms"
            machine.trace(f"{self.name} :: {self.node.class_name}: {text}")

    # C

    def c_source(self) -> CSource:
        values = {
            "SIZE": str(28 + len(self.data)), "DATA": c_string(self.data), "ID": str(self.identifier), "INPUTS": str(self.inputs),
            "VERBOSE": str(int(self.verbose)), "MIRROR": str(int(self.mirror)), "STOPS": str(int(self.stops)),
            "TITLE": c_string(f"{self.name} :: {self.node.class_name}".encode()),
        }  # fmt: skip

        def with_values(text: str) -> str:
            # In one pass: what the tenant gave is not looked at again.
            return re.sub(r"@([A-Z]+)@", lambda found: values[found[1]], text)

        return CSource(
            fields=f"uint32_t origin, target, limit, active, armed, soon; uint64_t {', '.join(_STATE[i] for i in (2, 5, *range(8, 14)))};"
            + (" uint64_t sent[65536]; uint8_t known[65536];" if self.inputs else ""),
            helpers=ENCAP + _HELPERS,
            initialize=f"    self->origin = {self.source}u; self->target = {self.destination}u; self->interval = {self.first_interval};\n"
            f"    self->limit = {self.first_limit & _FOREVER}u; self->active = {int(self.first_active)};\n",
            push=with_values(_PUSH) if self.inputs else "",
            pull=with_values(_PULL),
            task=_TASK,
            timer=with_values(_TIMER),
            state=tuple((name, f"self->{name}") for name in _STATE),
        )

    # Handlers

    @reads("active")
    def active_text(self, state: StateView) -> str:
        return str(bool(state.get(self.active))).lower()

    @writes("active")
    def set_active(self, state: StateView, text: str) -> None:
        state.set(self.active, int(boolean(text.strip())))
        state.set(self.soon, 1)

    @reads("count")
    def count_text(self, state: StateView) -> str:
        return str(state.get(self.count))

    @writes("limit")
    def set_limit(self, state: StateView, text: str) -> None:
        state.set(self.limit, _limit(text.strip()) & _FOREVER)

    @writes("interval")
    def set_interval(self, state: StateView, text: str) -> None:
        state.set(self.interval, some_milliseconds(text.strip()))

    @writes("reset_counts")
    def reset_counts(self, state: StateView, text: str) -> None:
        for variable in (self.count, self.received, self.twice, self.least, self.most, self.total, self.squares):
            state.set(variable, 0)

    @reads("summary")
    def summary(self, state: StateView) -> str:
        sent, received, twice = state.get(self.count), state.get(self.received), state.get(self.twice)
        text = f"{sent} packets transmitted, {received - twice} received"
        text += f", +{twice} duplicates" if twice else ""
        text += f", {(sent - received - twice) * 100 // sent}% packet loss\n" if sent else ""
        if received:
            mean = state.get(self.total) // received
            spread = isqrt(max(0, state.get(self.squares) // received - mean * mean))
            times = (state.get(self.least), mean, state.get(self.most), spread)
            text += f"rtt min/avg/max/mdev = {'/'.join(f'{each // 1000}.{each % 1000:03}' for each in times)}\n"
        return text

    @reads("rtt_min")
    def least_text(self, state: StateView) -> str:
        return _interval(state.get(self.least))

    @reads("rtt_avg")
    def mean_text(self, state: StateView) -> str:
        return _interval(state.get(self.total) // max(1, state.get(self.received)))

    @reads("rtt_max")
    def most_text(self, state: StateView) -> str:
        return _interval(state.get(self.most))


def _interval(microseconds: int) -> str:
    """As Click prints intervals that it keeps in microseconds."""
    if 0 < microseconds < 1000:
        return f"{microseconds}us"
    whole, rest = divmod(microseconds, 1_000_000)
    return f"{whole}.{rest:06}".rstrip("0").rstrip(".") + "s"


_HELPERS: Final = """
/* The packet, which has 28 bytes and ``size`` less 28 of data, as the request of this number. */
static void ping_request(struct packet *p, uint32_t number, uint32_t id, uint32_t size, uint32_t source, uint32_t target, uint64_t now)
{
    ip_header(p, number, 200, 1, source, target);
    put32(p->data + 20, 0x08000000);
    p->data[24] = id;
    p->data[25] = id >> 8;
    put16(p->data + 26, number);
    put16(p->data + 22, ~ones_sum(p->data + 20, (size < p->length ? size : p->length) - 20, 0));
    p->time = now;
}
"""

_NEXT: Final = """
        uint32_t number = self->count % 0xffff + 1;
        ping_request(q, number, @ID@, @SIZE@, self->origin, self->target, NOW);
#if @INPUTS@
        self->sent[number] = NOW + 1;
        self->known[number] = 0;
#endif
"""

_NEW: Final = "        struct packet *q = NEW_PACKET(@SIZE@);\n        memcpy(q->data + 28, @DATA@, @SIZE@ - 28);\n" + _NEXT

_OVER: Final = "self->limit <= 0x7fffffff && self->count >= self->limit"

_TASK: Final = f"""
    if (OUTPUT_IS_PULL) return 0;
    if (self->armed && !self->active) {{
        self->armed = 0;
        AT(NEVER);
    }} else if (!self->armed && self->active && !({_OVER})) {{
        self->armed = 1;
        AT(NOW + (self->soon ? 0 : self->interval * 1000000ULL));
    }}
    self->soon = 0;
    return 0;
"""

_TIMER: Final = f"""
    self->armed = 0;
    if (!self->active) return;
    if ({_OVER}) {{
        if (@STOPS@) STOP;
    }} else {{
        self->armed = 1;
        AT(NOW + self->interval * 1000000ULL);
{_NEW}        OUT(0, q);
        self->count++;
    }}
"""

_PULL: Final = f"""
    if ({_OVER}) {{
        if (@STOPS@ && self->active) {{ self->active = 0; STOP; }}
        return NULL;
    }}
    {{
{_NEW}        self->count++;
        return q;
    }}
"""

_PUSH: Final = f"""
    const uint8_t *ip = p->data + p->network, *end = p->data + p->length;
    if (p->network == NO_NETWORK || p->network < 0 || (int64_t)p->length - p->network < 20 || ip[9] != 1) {{ KILL(p); return; }}
    const uint8_t *message = ip + 4 * (ip[0] & 15);
    if (message - ip < 20 || end - message < 8 || message[0] || (message[4] | message[5] << 8) != @ID@) {{ KILL(p); return; }}
    uint32_t seen = get16(message + 6);
    if (self->sent[seen]) {{
        self->twice += self->known[seen];
        self->known[seen] = 1;
        uint64_t took = 0, then = (self->sent[seen] - 1) / 1000;
        if (p->time) {{
            took = p->time / 1000 > then ? p->time / 1000 - then : 0;
            if (took < self->least || !self->received) self->least = took;
            if (took > self->most || !self->received) self->most = took;
            self->total += took;
            self->squares += took * took;
        }}
        self->received++;
        if (@VERBOSE@) {{
            char line[512];
            int n = snprintf(line, sizeof line, "%s: %d bytes from %d.%d.%d.%d: icmp_seq=%u ttl=%u time=%u.%03u ms", @TITLE@,
                (int)get16(ip + 2) - (int)(message - ip) - 8, ip[12], ip[13], ip[14], ip[15], seen, ip[8],
                (unsigned)(took / 1000), (unsigned)(took % 1000));
            TRACE(line, n < (int)sizeof line ? n : (int)sizeof line - 1);
        }}
    }}
    if (@MIRROR@) {{
        struct packet *q = p;
        PULL(q, q->network);
        q->network = 0;
        memset(q->data, 0, 28);
{_NEXT}        OUT(0, q);
        self->count++;
        return;
    }}
    KILL(p);
"""
