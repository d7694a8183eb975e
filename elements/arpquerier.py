"""ARPQuerier(IP, ETH [, TIMEOUT, POLL_TIMEOUT, CAPACITY, ENTRY_CAPACITY, BROADCAST])

Puts an Ethernet header in front of IP packets, for the Ethernet address that ARP (RFC 826) tells of their destination annotation.

IP packets come by input 0. One whose address is not known waits, and a request is sent, at most ten a second for an address. ARP replies
come by input 1; what waited for them leaves. Packets whose destination annotation is 0.0.0.0 are dropped.

Arguments:
    IP: this interface's IP address.
    ETH: this interface's Ethernet address.
    TIMEOUT: seconds for which an answer holds; 300 if not given.
    POLL_TIMEOUT: accepted; addresses are asked for when they are needed.
    CAPACITY: packets that wait in all; 2048 if not given.
    ENTRY_CAPACITY: packets that wait for one address; 64 if not given.
    BROADCAST: IP address that is sent to everybody, beside 255.255.255.255.

Handlers:
    drops (read): packets dropped because too many waited.
    queries (read): requests sent.

Examples:
    ARPQuerier(10.0.0.1, 1:1:1:1:1:1)
    ARPQuerier(10.0.0.1, 1:1:1:1:1:1, TIMEOUT 2, CAPACITY 4, ENTRY_CAPACITY 2, BROADCAST 10.0.0.255)
"""

from dataclasses import dataclass, field

from elements.definition.arguments import Argument, keyword
from elements.definition.csource import CSource
from elements.definition.element import Element, Move, StateVariable
from elements.definition.handlers import StateView, reads
from elements.definition.parsers import ethernet_address, integer, ip_address
from elements.definition.ports import Ports
from elements.reference.machine import Machine
from elements.reference.packet import Packet

ASK_AGAIN = 100_000_000
"""Nanoseconds between two requests for one address."""


@dataclass
class _Entry:
    ethernet: int | None = None
    learned: int = 0
    asked: int | None = None
    waiting: list[Packet] = field(default_factory=list)


class ARPQuerier(Element):
    ports = Ports("1-2/1", "h/h", "xy/x")
    address = Argument("IP", ip_address)
    ethernet = Argument("ETH", ethernet_address)
    timeout = keyword("TIMEOUT", integer(1, 10**6), 300)
    poll = keyword("POLL_TIMEOUT", integer(0, 10**6), 60)
    capacity = keyword("CAPACITY", integer(0, 10**6), 2048)
    entry_capacity = keyword("ENTRY_CAPACITY", integer(0, 10**6), 64)
    broadcast = keyword("BROADCAST", ip_address, 0xFFFF_FFFF)
    dropped = StateVariable(64)
    asked = StateVariable(64)

    def setup(self) -> None:
        self.entries: dict[int, _Entry] = {}
        self.waiting = 0

    def move(self, output: int) -> Move:
        return Move(-14)

    def push(self, machine: Machine, port: int, packet: Packet) -> None:
        if port == 0:
            self._send(machine, packet)
        else:
            self._learn(machine, packet)

    def _send(self, machine: Machine, packet: Packet) -> None:
        target = packet.dst_ip
        if target == 0:
            return
        if target in (0xFFFF_FFFF, self.broadcast):
            self._leave(machine, packet, 0xFFFF_FFFF_FFFF)
            return
        entry = self.entries.setdefault(target, _Entry())
        if entry.ethernet is not None and machine.now - entry.learned < self.timeout * 1_000_000_000:
            self._leave(machine, packet, entry.ethernet)
            return
        entry.ethernet = None
        if self.waiting >= self.capacity or len(entry.waiting) >= self.entry_capacity:
            state = machine.stores[self.name]
            state.set(self.dropped, state.get(self.dropped) + 1)
        else:
            entry.waiting.append(packet)
            self.waiting += 1
        if entry.asked is None or machine.now - entry.asked >= ASK_AGAIN:
            entry.asked = machine.now
            self._ask(machine, target)

    def _leave(self, machine: Machine, packet: Packet, ethernet: int) -> None:
        packet.move_start(-14)
        packet.buffer[packet.start : packet.start + 14] = ethernet.to_bytes(6, "big") + self.ethernet.to_bytes(6, "big") + b"\x08\x00"
        machine.push_out(self.name, 0, packet)

    def _ask(self, machine: Machine, target: int) -> None:
        state = machine.stores[self.name]
        state.set(self.asked, state.get(self.asked) + 1)
        mine, address = self.ethernet.to_bytes(6, "big"), self.address.to_bytes(4, "big")
        request = b"\xff" * 6 + mine + b"\x08\x06\x00\x01\x08\x00\x06\x04\x00\x01" + mine + address + bytes(6) + target.to_bytes(4, "big")
        machine.push_out(self.name, 0, Packet.of(request, time=machine.now))

    def _learn(self, machine: Machine, packet: Packet) -> None:
        data = packet.data
        if len(data) < 42 or data[12:20] != b"\x08\x06\x00\x01\x08\x00\x06\x04" or data[20:22] != b"\x00\x02":
            return
        address = int.from_bytes(data[28:32], "big")
        if address in (0, 0xFFFF_FFFF) or data[22] & 1:
            return
        entry = self.entries.setdefault(address, _Entry())
        entry.ethernet, entry.learned = int.from_bytes(data[22:28], "big"), machine.now
        waiting, entry.waiting = entry.waiting, []
        self.waiting -= len(waiting)
        for each in waiting:
            self._leave(machine, each, entry.ethernet)

    def c_source(self) -> CSource:
        mine = ", ".join(f"0x{b:02x}" for b in self.ethernet.to_bytes(6, "big"))
        return CSource(
            fields="struct arp_entry *buckets[1024]; uint64_t waiting, dropped, asked;",
            helpers=_HELPERS,
            push=f"""
    static const uint8_t mine[6] = {{{mine}}};
    if (port == 0) {{
        uint32_t target = p->dst_ip;
        if (target == 0) {{ KILL(p); return; }}
        if (target == 0xffffffffu || target == 0x{self.broadcast:x}u) {{
            arp_header(p, (const uint8_t *)"\\xff\\xff\\xff\\xff\\xff\\xff", mine);
            OUT(0, p);
            return;
        }}
        struct arp_entry *e = arp_find(self->buckets, target);
        if (e->known && NOW - e->learned < {self.timeout}000000000ULL) {{
            arp_header(p, e->ethernet, mine);
            OUT(0, p);
            return;
        }}
        e->known = 0;
        if (self->waiting >= {self.capacity} || e->count >= {self.entry_capacity}) {{
            self->dropped++;
            KILL(p);
        }} else {{
            p->next = NULL;
            if (e->last) e->last->next = p; else e->first = p;
            e->last = p;
            e->count++;
            self->waiting++;
        }}
        if (!e->has_asked || NOW - e->asked >= {ASK_AGAIN}ULL) {{
            e->has_asked = 1;
            e->asked = NOW;
            self->asked++;
            struct packet *q = NEW_PACKET(42);
            memset(q->data, 255, 6);
            memcpy(q->data + 6, mine, 6);
            memcpy(q->data + 12, "\\x08\\x06\\x00\\x01\\x08\\x00\\x06\\x04\\x00\\x01", 10);
            memcpy(q->data + 22, mine, 6);
            put32(q->data + 28, 0x{self.address:x}u);
            put32(q->data + 38, target);
            OUT(0, q);
        }}
        return;
    }}
    const uint8_t *d = p->data;
    if (p->length < 42 || memcmp(d + 12, "\\x08\\x06\\x00\\x01\\x08\\x00\\x06\\x04\\x00\\x02", 10)) {{ KILL(p); return; }}
    uint32_t address = get32(d + 28);
    if (address == 0 || address == 0xffffffffu || (d[22] & 1)) {{ KILL(p); return; }}
    struct arp_entry *e = arp_find(self->buckets, address);
    e->known = 1;
    e->learned = NOW;
    memcpy(e->ethernet, d + 22, 6);
    KILL(p);
    struct packet *waiting = e->first;
    self->waiting -= e->count;
    e->first = e->last = NULL;
    e->count = 0;
    uint8_t ethernet[6];
    memcpy(ethernet, e->ethernet, 6);
    while (waiting) {{
        struct packet *q = waiting;
        waiting = q->next;
        arp_header(q, ethernet, mine);
        OUT(0, q);
    }}
""",
            finish="    arp_free(self->buckets);",
            state=(("dropped", "self->dropped"), ("asked", "self->asked")),
        )

    @reads("drops")
    def drops(self, state: StateView) -> str:
        return str(state.get(self.dropped))

    @reads("queries")
    def queries(self, state: StateView) -> str:
        return str(state.get(self.asked))


_HELPERS = """
struct arp_entry {
    struct arp_entry *next;
    uint32_t address;
    uint8_t ethernet[6], known, has_asked;
    uint64_t learned, asked, count;
    struct packet *first, *last;
};
static struct arp_entry *arp_find(struct arp_entry **buckets, uint32_t address)
{
    struct arp_entry **at = &buckets[(address * 2654435761u) >> 22];
    for (struct arp_entry *e = *at; e; e = e->next)
        if (e->address == address) return e;
    struct arp_entry *made = calloc(1, sizeof *made);
    if (!made) abort();
    made->address = address;
    made->next = *at;
    return *at = made;
}
static void arp_free(struct arp_entry **buckets)
{
    for (int i = 0; i < 1024; i++)
        for (struct arp_entry *e = buckets[i], *next; e; e = next) {
            next = e->next;
            free(e);
        }
}
static void arp_header(struct packet *p, const uint8_t *to, const uint8_t *from)
{
    move_start(p, -14);
    memcpy(p->data, to, 6);
    memcpy(p->data + 6, from, 6);
    p->data[12] = 8;
    p->data[13] = 0;
}
"""
