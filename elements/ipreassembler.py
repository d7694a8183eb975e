"""IPReassembler([HIMEM])

Puts IP fragments together again (RFC 791, 3.2); packets that are no fragments pass.

A packet whose fragments are all there leaves by output 0, with what was in front of the IP header of its first fragment. One of which
nothing came for 30 seconds, or that is among the oldest where there is no room, leaves by output 1 as far as it came, zero where it did
not, or is dropped where that output is not in use; one whose first fragment has not come is let go sooner. Where fragments overlap the
later ones count. Fragments of wrong length are dropped. The IP header must be marked.

Arguments:
    HIMEM: bytes that fragments may take, with 40 for each packet; 262144 if not given. When there is more, the oldest are let go until a
        quarter is free.

Handlers:
    dump (read): fragments that came, packets that were put together and that failed, and fragments of wrong length. (In Click, what is
        kept, too.)

Examples:
    IPReassembler
    IPReassembler(HIMEM 1000)
"""

from dataclasses import dataclass, field

from elements.checksums.sums import SUMS, checksum
from elements.definition.arguments import keyword
from elements.definition.csource import CSource
from elements.definition.element import Element, Move, StateVariable
from elements.definition.handlers import StateView, reads
from elements.definition.parsers import unsigned32
from elements.definition.ports import Ports
from elements.program.program import State
from elements.reference.machine import Machine
from elements.reference.packet import Packet

EACH, PATIENCE, INTERVAL = 40, 30, 10
_SECOND = 1_000_000_000


@dataclass(eq=False)
class _Parts:
    """What is there of a packet. ``carrier`` is its first fragment, or until that comes the header of another; ``spans`` ascend."""

    carrier: Packet
    data: bytearray
    spans: list[tuple[int, int]] = field(default_factory=list)

    @property
    def header(self) -> int:
        """Where the IP header starts in the carrier's buffer."""
        assert self.carrier.network is not None
        return self.carrier.network

    def more(self) -> bool:
        """Whether the last fragment has not come."""
        return bool(self.carrier.buffer[self.header + 6] & 0x20)

    def whole(self) -> bool:
        """Whether everything is there."""
        return not self.more() and self.spans == [(0, len(self.data))]

    def add(self, start: int, data: bytes) -> None:
        """Put data in its place."""
        end = start + len(data)
        self.data.extend(bytes(max(0, end - len(self.data))))
        self.data[start:end] = data
        apart = [span for span in self.spans if span[1] < start or end < span[0]]
        near = [span for span in self.spans if span not in apart]
        joined = min([start, *(first for first, _ in near)]), max([end, *(last for _, last in near)])
        self.spans = sorted([*apart, joined])

    def packet(self) -> Packet:
        """The packet as far as it is there."""
        at = self.header + 4 * (self.carrier.buffer[self.header] & 15)
        made = self.carrier.copy()
        made.buffer[at:] = self.data
        made.end = at + len(self.data)
        return made


class IPReassembler(Element):
    ports = Ports("1/1-2", "a/ah")
    most = keyword("HIMEM", unsigned32, 256 * 1024)
    seen = StateVariable(64)
    good = StateVariable(64)
    failed = StateVariable(64)
    bad = StateVariable(64)

    def setup(self) -> None:
        self.buckets: list[list[_Parts]] = [[] for _ in range(256)]
        self.used = self.next_reap = 0

    def move(self, output: int) -> Move:
        return Move()

    def most_bytes(self, output: int, arriving: tuple[int, ...]) -> int:
        return 0xFFFF

    def push(self, machine: Machine, port: int, packet: Packet) -> None:
        whole = self._act(machine, packet)
        if whole is not None:
            machine.push_out(self.name, 0, whole)

    def pull(self, machine: Machine, port: int) -> Packet | None:
        packet = machine.pull_in(self.name, 0)
        return None if packet is None else self._act(machine, packet)

    def _count(self, machine: Machine, variable: State) -> None:
        state = machine.stores[self.name]
        state.set(variable, state.get(variable) + 1)

    def _act(self, machine: Machine, packet: Packet) -> Packet | None:
        ip, buffer = packet.network, packet.buffer
        if ip is None or ip < packet.start or packet.end - ip < 20 or not int.from_bytes(buffer[ip + 6 : ip + 8], "big") & 0x3FFF:
            return packet
        self._count(machine, self.seen)
        if packet.time < _SECOND:
            packet.time = machine.now
        now = packet.time // _SECOND
        if now >= self.next_reap:
            self._let_go(machine, now - PATIENCE, -1)
            self.next_reap = now + INTERVAL
        size, more = 4 * (buffer[ip] & 15), buffer[ip + 6] & 0x20
        start = 8 * (int.from_bytes(buffer[ip + 6 : ip + 8], "big") & 0x1FFF)
        end = start + int.from_bytes(buffer[ip + 2 : ip + 4], "big") - size
        wrong = size < 20 or end > 0xFFFF or end <= start or (end & 7 and more)
        if wrong or packet.end - ip - size < end - start:
            self._count(machine, self.bad)
            return None
        data = bytes(buffer[ip + size : ip + size + end - start])
        if self.used > self.most:
            self._make_room(machine, now)
        bucket = self.buckets[buffer[ip + 4]]
        known = next((parts for parts in bucket if _key(parts.carrier) == _key(packet)), None)
        if known is None:
            carrier = packet if start == 0 else _header_of(packet)
            at = carrier.network or 0
            carrier.buffer[at + 6 : at + 8] = bytes((buffer[ip + 6] & 0xE0, 0))
            bucket.insert(0, _Parts(carrier, bytearray(start), []))
            bucket[0].add(start, data)
            self.used += EACH + end
            return None
        return self._extended(machine, known, packet, start, data)

    def _extended(self, machine: Machine, known: _Parts, packet: Packet, start: int, data: bytes) -> Packet | None:
        before = len(known.data)
        if start + len(data) > before and not known.more():
            return None
        known.add(start, data)
        self.used += len(known.data) - before
        more = known.more() and packet.buffer[(packet.network or 0) + 6] & 0x20
        flags = known.carrier.buffer[known.header + 6] & 0xC0 | (0x20 if more else 0)
        if start == 0:
            known.carrier = packet
        known.carrier.buffer[known.header + 6 : known.header + 8] = bytes((flags, 0))
        if not known.whole():
            return None
        self._count(machine, self.good)
        self.buckets[known.carrier.buffer[known.header + 4]].remove(known)
        self.used -= EACH + len(known.data)
        made, at = known.packet(), known.header
        made.time = packet.time
        made.buffer[at + 2 : at + 4] = ((made.end - at) & 0xFFFF).to_bytes(2, "big")
        made.buffer[at + 10 : at + 12] = b"\0\0"
        header = made.buffer[at : at + 4 * (made.buffer[at] & 15)]
        made.buffer[at + 10 : at + 12] = checksum(header).to_bytes(2, "big")
        return made

    def _make_room(self, machine: Machine, now: int) -> None:
        for age in (10, 5, 0):
            if self._let_go(machine, now - age if age else 1 << 62, (self.most >> 2) * 3):
                return

    def _let_go(self, machine: Machine, before: int, enough: int) -> bool:
        """Give up what has no packet since the second ``before``, until no more than ``enough`` is used; whether that is so."""
        for bucket in self.buckets:
            for parts in list(bucket):
                if parts.carrier.time // _SECOND >= before or parts not in bucket:
                    continue
                bucket.remove(parts)
                self.used -= EACH + len(parts.data)
                if enough >= 0:
                    self._count(machine, self.failed)
                machine.push_out(self.name, 1, parts.packet())
                if self.used <= enough:
                    return True
        return False

    def c_source(self) -> CSource:
        enough = (self.most >> 2) * 3
        act = _ACT.replace("MOST", f"{self.most}ULL").replace("ENOUGH", f"{enough}ULL")
        return CSource(
            fields="struct parts *buckets[256]; uint64_t next_reap, used, seen, good, failed, bad;",
            helpers=SUMS + _HELPERS,
            push=f"{act}    if (whole) OUT(0, whole);\n",
            pull=f"    struct packet *p = IN(0);\n    if (!p) return NULL;\n{act}    return whole;\n",
            finish="    for (int i = 0; i < 256; i++) while (self->buckets[i]) parts_free(&m->base, &self->buckets[i]);\n",
            state=(("seen", "self->seen"), ("good", "self->good"), ("failed", "self->failed"), ("bad", "self->bad")),
        )

    @reads("dump")
    def dump(self, state: StateView) -> str:
        counts = [state.get(variable) for variable in (self.seen, self.good, self.failed, self.bad)]
        names = ("frags seen total:    ", "good reassemblies:   ", "failed reassemblies: ", "bad fragments seen:  ")
        return "".join(f"{name}{count}\n" for name, count in zip(names, counts, strict=True))


def _key(packet: Packet) -> bytes:
    """What fragments of a packet have in common: identification, protocol, addresses."""
    at = packet.network or 0
    return bytes(packet.buffer[at + 4 : at + 6] + packet.buffer[at + 9 : at + 10] + packet.buffer[at + 12 : at + 20])


def _header_of(packet: Packet) -> Packet:
    """A packet of the fragment's header without options, with no annotations."""
    at = packet.network or 0
    made = Packet.of(b"\x45" + bytes(packet.buffer[at + 1 : at + 20]))
    made.network = made.start
    return made


_HELPERS = """
/* What is there of a packet; ``spans`` are pairs of numbers that ascend. */
struct parts { struct parts *next; struct packet *carrier; uint8_t *data; uint32_t *spans; uint64_t length, room, count, span_room; };
static void parts_free(struct base *b, struct parts **at)
{
    struct parts *gone = *at;
    *at = gone->next;
    if (gone->carrier) kill_packet(b, gone->carrier);
    free(gone->data);
    free(gone->spans);
    free(gone);
}
static void parts_add(struct parts *q, uint32_t start, uint32_t end, const uint8_t *bytes)
{
    if (end > q->length) {
        q->data = grow(q->data, &q->room, end, 1);
        memset(q->data + q->length, 0, end - q->length);
        q->length = end;
    }
    memcpy(q->data + start, bytes, end - start);
    uint64_t first = 0, last;
    while (first < q->count && q->spans[2 * first + 1] < start) first++;
    for (last = first; last < q->count && q->spans[2 * last] <= end; last++) {
        if (q->spans[2 * last] < start) start = q->spans[2 * last];
        if (q->spans[2 * last + 1] > end) end = q->spans[2 * last + 1];
    }
    q->spans = grow(q->spans, &q->span_room, 2 * (q->count + 1), sizeof *q->spans);
    memmove(q->spans + 2 * (first + 1), q->spans + 2 * last, 2 * (q->count - last) * sizeof *q->spans);
    q->count = q->count - (last - first) + 1;
    q->spans[2 * first] = start;
    q->spans[2 * first + 1] = end;
}
/* The packet as far as it is there. */
static struct packet *parts_packet(struct base *b, const struct parts *q)
{
    const struct packet *c = q->carrier;
    uint32_t front = c->data - c->buffer, header = c->network + 4 * (c->data[c->network] & 15);
    struct packet *made = raw_packet(b, front, header + q->length);
    memcpy(made, c, offsetof(struct packet, next));
    made->data = made->buffer + front;
    made->length = header + q->length;
    memcpy(made->buffer, c->buffer, front + header);
    memcpy(made->data + header, q->data, q->length);
    return made;
}
static int parts_is_fragment(const struct packet *p)
{
    return p->network != NO_NETWORK && p->network >= 0 && (int64_t)p->length - p->network >= 20
        && (get16(p->data + p->network + 6) & 0x3fff);
}
/* The next from ``bucket`` on of which nothing came since the second ``before``. */
static struct parts **parts_old(struct parts **buckets, int *bucket, int64_t before)
{
    for (; *bucket < 256; ++*bucket)
        for (struct parts **at = &buckets[*bucket]; *at; at = &(*at)->next)
            if ((int64_t)((*at)->carrier->time / 1000000000ULL) < before) return at;
    return NULL;
}
static struct parts *parts_find(struct parts *q, const uint8_t *ip)
{
    for (; q; q = q->next) {
        const uint8_t *other = q->carrier->data + q->carrier->network;
        if (get16(other + 4) == get16(ip + 4) && other[9] == ip[9] && !memcmp(other + 12, ip + 12, 8)) return q;
    }
    return NULL;
}
/* A fragment of nothing that is known; the packet is ours. */
static void parts_begin(struct base *b, struct parts **bucket, struct packet *p, uint32_t start, uint32_t end, const uint8_t *bytes)
{
    struct parts *q = calloc(1, sizeof *q);
    if (!q) no_memory();
    parts_add(q, start, end, bytes);
    uint8_t *ip = p->data + p->network;
    q->carrier = p;
    if (start) {
        q->carrier = new_packet(b, 20);
        q->carrier->time = q->carrier->network = 0;
        memcpy(q->carrier->data, ip, 20);
        q->carrier->data[0] = 0x45;
        kill_packet(b, p);
    }
    ip = q->carrier->data + q->carrier->network;
    put16(ip + 6, get16(ip + 6) & 0xe000);
    q->next = *bucket;
    *bucket = q;
}
"""

_ACT = """
    struct packet *whole = p;
    if (parts_is_fragment(p)) {
        whole = NULL;
        self->seen++;
        if (p->time < 1000000000ULL) p->time = NOW;
        uint64_t now = p->time / 1000000000ULL;
        struct parts **at;
        int bucket = 0;
        if (now >= self->next_reap) {
            while ((at = parts_old(self->buckets, &bucket, (int64_t)now - 30))) {
                struct packet *left = parts_packet(&m->base, *at);
                self->used -= 40 + (*at)->length;
                parts_free(&m->base, at);
                OUT(1, left);
            }
            self->next_reap = now + 10;
        }
        uint8_t *ip = p->data + p->network;
        uint32_t size = 4 * (ip[0] & 15), start = 8 * (get16(ip + 6) & 0x1fff), more = ip[6] & 0x20;
        int64_t end = (int64_t)start + get16(ip + 2) - size;
        if (size < 20 || end > 0xffff || end <= start || ((end & 7) && more) || (int64_t)p->length - p->network - size < end - start) {
            self->bad++;
            KILL(p);
        } else {
            for (int age = 10; age >= 0 && self->used > (age == 10 ? MOST : ENOUGH); age -= 5) {
                bucket = 0;
                while (self->used > ENOUGH && (at = parts_old(self->buckets, &bucket, age ? (int64_t)now - age : INT64_MAX))) {
                    struct packet *left = parts_packet(&m->base, *at);
                    self->used -= 40 + (*at)->length;
                    self->failed++;
                    parts_free(&m->base, at);
                    OUT(1, left);
                }
            }
            struct parts *q = parts_find(self->buckets[ip[4]], ip);
            uint32_t lacking = q ? q->carrier->data[q->carrier->network + 6] & 0x20 : 0;
            if (!q) {
                self->used += 40 + end;
                parts_begin(&m->base, &self->buckets[ip[4]], p, start, end, ip + size);
            } else if (end > (int64_t)q->length && !lacking) {
                KILL(p);
            } else {
                self->used -= q->length;
                parts_add(q, start, end, ip + size);
                self->used += q->length;
                uint64_t time = p->time;
                uint32_t flags = q->carrier->data[q->carrier->network + 6] & 0xc0;
                if (lacking && more) flags |= 0x20;
                if (!start) {
                    KILL(q->carrier);
                    q->carrier = p;
                } else {
                    KILL(p);
                }
                ip = q->carrier->data + q->carrier->network;
                put16(ip + 6, flags << 8);
                if (!(flags & 0x20) && q->count == 1 && q->spans[0] == 0 && q->spans[1] == q->length) {
                    self->good++;
                    self->used -= 40 + q->length;
                    whole = parts_packet(&m->base, q);
                    at = &self->buckets[ip[4]];
                    while (*at != q) at = &(*at)->next;
                    parts_free(&m->base, at);
                    whole->time = time;
                    ip = whole->data + whole->network;
                    put16(ip + 2, whole->length - whole->network);
                    put16(ip + 10, 0);
                    put16(ip + 10, ~ones_sum(ip, 4 * (ip[0] & 15), 0));
                }
            }
        }
    }
"""
