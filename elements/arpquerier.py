"""ARPQuerier(IP, ETH [, TIMEOUT, POLL_TIMEOUT, CAPACITY, ENTRY_CAPACITY, ENTRY_PACKET_CAPACITY, BROADCAST, …])

Puts an Ethernet header in front of IP packets, for the Ethernet address that ARP (RFC 826) tells of their destination annotation.

IP packets come by input 0. One whose address is not known waits, and a request is sent by the last output, at most ten a second for an
address, and after ten without an answer one each two seconds. ARP replies come by input 1; what waited for them leaves. Packets to a
multicast address go to the Ethernet address that RFC 1112 gives it, those for 0.0.0.0 are dropped. Each querier has a table of its own.
Requests have their network header marked. What takes its place by `hotconfig` with the same addresses knows what it knew, and counts on;
packets that wait are dropped (Click keeps them).

Arguments:
    IP: this interface's IP address, with the length of its network (10.0.0.1/24) where BROADCAST is to follow from it.
    ETH: this interface's Ethernet address.
    TIMEOUT: seconds, or a time such as 5min, for which an answer holds; 300 if not given, and 0 for ever.
    POLL_TIMEOUT: the time after which an address in use is asked for again while its answer still holds; 60 s if not given, 0 for never.
    CAPACITY: packets that wait in all, 65536 where it is 0; 2048 if not given. When there would be more, the oldest are dropped.
    ENTRY_CAPACITY: addresses that are remembered; 4096 if not given or 0. When there would be more, the oldest are forgotten.
    ENTRY_PACKET_CAPACITY: packets that wait for one address; as many as CAPACITY allows if not given or 0.
    CAPACITY_SLIM_FACTOR: when CAPACITY is reached, this part of it is dropped, 2 for a half; 2 if not given.
    BROADCAST: IP address that is sent to everybody, beside 255.255.255.255.
    BROADCAST_POLL: whether requests after POLL_TIMEOUT are sent to everybody; false if not given.

Handlers:
    broadcast (read): IP address that is sent to everybody.
    broadcast (write): sets that.
    clear (write): forgets everything, and sets the counts to zero.
    count (read): addresses in the table.
    delete (write): forgets the answer for an IP address.
    drops (read): packets dropped that had no address to ask for.
    insert (write): an IP address and the Ethernet address that it has.
    ipaddr (read): this interface's IP address.
    ipaddr (write): sets that.
    length (read): packets that wait.
    queries (read): requests sent.
    responses (read): replies that came.
    stats (read): packets dropped and requests sent, in words.
    table (read): a line for each address, the oldest first: address, whether its answer holds, Ethernet address, age at the last packet.
        (In Click, the age when it is asked.)

Examples:
    ARPQuerier(10.0.0.1, 1:1:1:1:1:1)
    ARPQuerier(10.0.0.1/24, 1:1:1:1:1:1, TIMEOUT 2, POLL_TIMEOUT 1, CAPACITY 4, ENTRY_CAPACITY 3, ENTRY_PACKET_CAPACITY 2)
    ARPQuerier(10.0.0.1, 1:1:1:1:1:1, TIMEOUT 3s, BROADCAST 10.0.0.255, BROADCAST_POLL true, POLL_TIMEOUT 500ms, CAPACITY_SLIM_FACTOR 4)
"""

from ipaddress import IPv4Address

from elements.arp.table import ARPTable
from elements.arp.table_c import HELPERS, STATE, STRIDES
from elements.definition.arguments import Argument, keyword
from elements.definition.csource import CSource
from elements.definition.element import Element, Move, StateVariable
from elements.definition.handlers import StateView, reads, writes
from elements.definition.host import Host
from elements.definition.parsers import boolean, ethernet_address, ethernet_text, integer, ip_address, ip_prefix, nanoseconds
from elements.definition.ports import Ports
from elements.hashing.salted import SALTED
from elements.reference.machine import Machine
from elements.reference.packet import Packet

EVERYBODY = 0xFFFF_FFFF_FFFF


class ARPQuerier(ARPTable):
    ports = Ports("2/1-2", "h/h", "xy/x")
    drops_are_lost = True
    prefix = Argument("IP", ip_prefix)
    mine = Argument("ETH", ethernet_address)
    timeout_ns = keyword("TIMEOUT", nanoseconds, 300_000_000_000)
    poll_ns = keyword("POLL_TIMEOUT", nanoseconds, 60_000_000_000)
    capacity = keyword("CAPACITY", integer(0, 65536), 2048)
    entry_capacity = keyword("ENTRY_CAPACITY", integer(0, 65536), 0)
    packets_each = keyword("ENTRY_PACKET_CAPACITY", integer(0, 65536), 0)
    slim_factor = keyword("CAPACITY_SLIM_FACTOR", integer(1, 65536), 2)
    broadcast_given = Argument[int | None]("BROADCAST", ip_address, None, position=False)
    broadcast_poll = keyword("BROADCAST_POLL", boolean, False)
    own = StateVariable(32)
    broadcast = StateVariable(32)
    dropped = StateVariable(64)
    asked = StateVariable(64)
    answered = StateVariable(64)

    def setup(self) -> None:
        address, length = self.prefix
        following = address | 0xFFFF_FFFF >> length
        from_prefix = 0xFFFF_FFFF if following == address else following
        self.first_broadcast = from_prefix if self.broadcast_given is None else self.broadcast_given
        self.packet_limit = self.capacity or 65536
        self.entry_limit = self.entry_capacity or 4096
        self.queues = {}

    def initialize(self, machine: Machine) -> None:
        machine.stores[self.name].set(self.clock, machine.now)
        machine.stores[self.name].set(self.own, self.prefix[0])
        machine.stores[self.name].set(self.broadcast, self.first_broadcast)

    def move(self, output: int) -> Move:
        return Move(-14) if output == 0 else Move(None, 14)

    def most_bytes(self, output: int, arriving: tuple[int, ...]) -> int:
        # Answers go no further.
        return max(60, arriving[0] + 14)

    @property
    def most_ways(self) -> int:
        return self.outputs

    def most_pieces(self, output: int, arriving: int) -> int:
        # The packet, and the question for its address.
        return 2 if self.outputs == 1 else 1

    def push(self, machine: Machine, port: int, packet: Packet) -> None:
        state = machine.stores[self.name]
        state.set(self.clock, machine.now)
        if self.timeout_ns and machine.now >= state.get(self.next_slim):
            self.slim(state, machine.now)
            state.set(self.next_slim, machine.now + self.timeout_ns + 1_000_000_000)
        if port == 0:
            self._send(machine, state, packet)
        else:
            self._learn(machine, state, packet)

    def _send(self, machine: Machine, state: StateView, packet: Packet) -> None:
        target = packet.dst_ip
        place = self.find(state, target)
        if not state.get(self.own):
            state.set(self.dropped, state.get(self.dropped) + 1)
        elif place and self.valid(state, place, machine.now):
            ethernet = state.get(self.ethernet, place - 1)
            old = machine.now >= state.get(self.live, place - 1) + self.poll_ns
            if self.poll_ns and old and self.may_poll(state, place, machine.now):
                self._ask(machine, state, packet, EVERYBODY if self.broadcast_poll else ethernet)
            self._leave(machine, packet, ethernet)
        elif target in (0xFFFF_FFFF, state.get(self.broadcast)):
            self._leave(machine, packet, EVERYBODY)
        elif target >> 28 == 0xE:
            self._leave(machine, packet, 0x01005E000000 | target & 0x7F_FFFF)
        elif target == 0:
            state.set(self.dropped, state.get(self.dropped) + 1)
        elif self.append(state, target, packet, machine.now):
            self._ask(machine, state, packet, EVERYBODY)

    def _leave(self, machine: Machine, packet: Packet, ethernet: int) -> None:
        packet.move_start(-14)
        packet.buffer[packet.start : packet.start + 14] = ethernet.to_bytes(6, "big") + self.mine.to_bytes(6, "big") + b"\x08\x00"
        machine.push_out(self.name, 0, packet)

    def _ask(self, machine: Machine, state: StateView, packet: Packet, to: int) -> None:
        state.set(self.asked, state.get(self.asked) + 1)
        mine, own = self.mine.to_bytes(6, "big"), state.get(self.own).to_bytes(4, "big")
        request = to.to_bytes(6, "big") + mine + b"\x08\x06\x00\x01\x08\x00\x06\x04\x00\x01" + mine + own + bytes(6)
        query = Packet.of(request + packet.dst_ip.to_bytes(4, "big"), time=packet.time)
        query.vlan_tci = packet.vlan_tci
        query.network = query.start + 14
        machine.push_out(self.name, max(0, self.outputs - 1), query)

    def _learn(self, machine: Machine, state: StateView, packet: Packet) -> None:
        data = packet.data
        if len(data) < 42:
            return
        state.set(self.answered, state.get(self.answered) + 1)
        if data[12:18] != b"\x08\x06\x00\x01\x08\x00" or data[20:22] != b"\x00\x02" or data[22] & 1:
            return
        ethernet = int.from_bytes(data[22:28], "big")
        place = self.insert(state, int.from_bytes(data[28:32], "big"), ethernet, machine.now)
        for each in self.release(state, place):
            self._leave(machine, each, ethernet)

    def take_state(self, old: Element, host: Host) -> None:
        if not isinstance(old, ARPQuerier) or old.host is None:
            return
        state, before = host.words(self.name), old.host.words(old.name)
        known = (old.mine, before.get(self.own), before.get(self.broadcast))
        if known != (self.mine, state.get(self.own), state.get(self.broadcast)):
            # What another interface knows may not hold here.
            return
        self.take_entries(state, old, before, host.now)
        for count in (self.dropped, self.asked, self.answered):
            state.set(count, before.get(count))

    def c_source(self) -> CSource:
        mine = ", ".join(f"0x{b:02x}" for b in self.mine.to_bytes(6, "big") + b"\x08\x00")
        to = f"{EVERYBODY}ULL" if self.broadcast_poll else "t->seen[place - 1].ethernet"
        usual = min(self.timeout_ns, self.poll_ns or self.timeout_ns)
        limits = f"{self.entry_limit}, {self.packet_limit}, {self.packets_each}, {self.slim_factor}"
        return CSource(
            fields="OWN_LINE struct arp *arp; uint64_t clock; uint32_t own, broadcast; uint64_t dropped, asked, answered;",
            shared=(SALTED,),
            helpers=HELPERS + _ASK,
            initialize=f"""
    self->arp = arp_new(&m->base, {limits}, {self.timeout_ns}ULL, {self.poll_ns}ULL);
    self->clock = NOW;
    self->own = 0x{self.prefix[0]:x}u;
    self->broadcast = 0x{self.first_broadcast:x}u;
""",
            finish="    arp_free(self->arp);\n",
            after_write="    arp_all_far(self->arp);\n",
            quick=f"""
    if (port == 0) {{
        static const uint8_t mine[8] = {{{mine}}};
        const struct arp_near *near = arp_find_near(self->arp, v->dst_ip, NOW);
        if (near) {{
            uint64_t ethernet = near->ethernet;
            self->clock = NOW;
            seen_headroom(p, v, 14);
            seen_move(v, -14);
            arp_fill(v->data, ethernet, mine);
            PASS(0);
        }}
    }}
"""
            if self.timeout_ns
            else "",
            push=f"""
    static const uint8_t mine[8] = {{{mine}}};
    struct arp *t = self->arp;
    self->clock = NOW;
    if (t->timeout && NOW >= t->next_slim) {{
        arp_slim(&m->base, t, 0, 0);
        t->next_slim = NOW + t->timeout + 1000000000ULL;
    }}
    if (port == 0) {{
        uint32_t target = p->dst_ip, place = arp_find(t, target);
        if (!self->own) {{
            self->dropped++;
            KILL(p);
        }} else if (place && arp_valid(t, place, NOW)) {{
            uint64_t ethernet = t->seen[place - 1].ethernet;
            /* Not after a query, which may change what the place has. */
            {f"arp_bring_near(t, place, {usual}ULL);" if self.timeout_ns else ""}
            if (t->poll_timeout && NOW >= t->seen[place - 1].live + t->poll_timeout && arp_may_poll(t, place, NOW)) {{
                self->asked++;
                OUT({max(0, self.outputs - 1)}, arp_query(&m->base, p, {to}, mine, self->own));
            }}
            arp_header(p, ethernet, mine);
            OUT(0, p);
        }} else if (target == 0xffffffffu || target == self->broadcast) {{
            arp_header(p, {EVERYBODY}ULL, mine);
            OUT(0, p);
        }} else if (target >> 28 == 0xe) {{
            arp_header(p, 0x01005e000000ULL | (target & 0x7fffff), mine);
            OUT(0, p);
        }} else if (target == 0) {{
            self->dropped++;
            KILL(p);
        }} else {{
            struct packet *query = arp_query(&m->base, p, {EVERYBODY}ULL, mine, self->own);
            if (arp_append(&m->base, t, target, p)) {{
                self->asked++;
                OUT({max(0, self.outputs - 1)}, query);
            }} else {{
                KILL(query);
            }}
        }}
        return;
    }}
    const uint8_t *d = p->data;
    if (p->length >= 42) {{
        self->answered++;
        if (!memcmp(d + 12, "\\x08\\x06\\x00\\x01\\x08\\x00", 6) && get16(d + 20) == 2 && !(d[22] & 1)) {{
            uint64_t ethernet = (uint64_t)get16(d + 22) << 32 | get32(d + 24);
            uint32_t place = arp_insert(&m->base, t, get32(d + 28), ethernet);
            arp_forget(&m->base, t, place);
            struct packet *next = t->more[place - 1].first;
            t->more[place - 1].first = t->more[place - 1].last = NULL;
            t->packets -= t->seen[place - 1].waiting;
            t->seen[place - 1].waiting = 0;
            while (next) {{
                struct packet *q = next;
                next = q->next;
                arp_header(q, ethernet, mine);
                OUT(0, q);
            }}
        }}
    }}
    KILL(p);
""",
            state=(
                *STATE,
                *((name, f"self->{name}") for name in ("own", "broadcast", "dropped", "asked", "answered")),
            ),
            strides=STRIDES,
        )

    @reads("drops")
    def drops(self, state: StateView) -> str:
        return str(state.get(self.dropped))

    @reads("queries")
    def queries(self, state: StateView) -> str:
        return str(state.get(self.asked))

    @reads("responses")
    def responses(self, state: StateView) -> str:
        return str(state.get(self.answered))

    @reads("stats")
    def stats(self, state: StateView) -> str:
        return f"{state.get(self.dropped) + state.get(self.table_drops)} packets killed\n{state.get(self.asked)} ARP queries sent\n"

    @reads("count")
    def count(self, state: StateView) -> str:
        return str(state.get(self.entries))

    @reads("length")
    def length(self, state: StateView) -> str:
        return str(state.get(self.packets))

    @reads("table")
    def table_text(self, state: StateView) -> str:
        now = state.get(self.clock)
        lines = []
        for place in self.by_age(state):
            address, ethernet = IPv4Address(state.get(self.address, place - 1)), ethernet_text(state.get(self.ethernet, place - 1))
            seconds, rest = divmod(now - state.get(self.live, place - 1), 1_000_000_000)
            lines.append(f"{address} {int(self.valid(state, place, now))} {ethernet} {seconds}.{rest:09}\n")
        return "".join(lines)

    @writes("insert")
    def insert_entry(self, state: StateView, text: str) -> None:
        words = text.split()
        if len(words) != 2:
            raise ValueError(f"an IP address and an Ethernet address are wanted, not {text!r}")
        self.insert(state, ip_address(words[0]), ethernet_address(words[1]), state.get(self.clock))

    @writes("delete")
    def delete_entry(self, state: StateView, text: str) -> None:
        self.insert(state, ip_address(text.strip()), EVERYBODY, state.get(self.clock))

    @writes("clear")
    def clear_all(self, state: StateView, text: str) -> None:
        for count in (self.dropped, self.asked, self.answered):
            state.set(count, 0)
        self.clear(state)

    @reads("ipaddr")
    def own_text(self, state: StateView) -> str:
        return str(IPv4Address(state.get(self.own)))

    @writes("ipaddr")
    def set_own(self, state: StateView, text: str) -> None:
        state.set(self.own, ip_address(text.strip()))

    @reads("broadcast")
    def broadcast_text(self, state: StateView) -> str:
        return str(IPv4Address(state.get(self.broadcast)))

    @writes("broadcast")
    def set_broadcast(self, state: StateView, text: str) -> None:
        state.set(self.broadcast, ip_address(text.strip()))


_ASK = """
static struct packet *arp_query(struct base *b, const struct packet *p, uint64_t to, const uint8_t *mine, uint32_t own)
{
    struct packet *q = zeroed_packet(b, 42);
    put16(q->data, to >> 32);
    put32(q->data + 2, to);
    memcpy(q->data + 6, mine, 6);
    memcpy(q->data + 12, "\\x08\\x06\\x00\\x01\\x08\\x00\\x06\\x04\\x00\\x01", 10);
    memcpy(q->data + 22, mine, 6);
    put32(q->data + 28, own);
    put32(q->data + 38, p->dst_ip);
    q->vlan_tci = p->vlan_tci;
    q->network = 14;
    q->time = p->time;
    return q;
}
"""
