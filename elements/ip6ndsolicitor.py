"""IP6NDSolicitor(IP, ETH)

Finds the Ethernet addresses of IPv6 neighbours (RFC 4861), and puts Ethernet headers in front of packets for them.

Input 0 takes IPv6 packets with a destination annotation, input 1 frames with neighbour advertisements. A packet for a known address leaves
by output 0; one for another waits, and a solicitation is sent by the last output. A later packet for the same address takes the place of
the one that waits. An advertisement is believed for addresses that were asked for, and sends what waits.

Each 15 seconds, what was advertised a minute ago is asked for again with the next packet for it, and what was two minutes ago is forgotten;
so is what has had no answer and no packet for two minutes, which Click keeps for ever. There are at most 4096 addresses; a packet for one
more is dropped, and counted. A solicitation has the time of the packet that waits, in Click none.

Arguments:
    IP: the address that solicitations come from.
    ETH: the Ethernet address that frames come from.

Handlers:
    stats (read): packets dropped while they waited, and solicitations sent.
    table (read): a line for each address, in their order (in Click, of a hash table): 1 behind it if it is known, else 0, and its
        Ethernet address.

Examples:
    IP6NDSolicitor(2001:db8:5::1, 02:00:00:00:05:02)
"""

from typing import Final

from elements.definition.arguments import Argument
from elements.definition.csource import CSource
from elements.definition.element import Element, Move, StateVariable
from elements.definition.handlers import StateView, reads
from elements.definition.parsers import ethernet_address, ethernet_text
from elements.definition.ports import Ports
from elements.hashing.salted import SALT, SALTED, bucket_of
from elements.ip6.addresses import CHECKSUM_C, c_bytes, checksum, ip6_address, ip6_text
from elements.ip6.neighbours_c import NEIGHBOURS, STATE
from elements.reference.machine import Machine
from elements.reference.packet import Packet

DEPTH: Final = 4096
BUCKETS: Final = 1024
SOLICITATION, ADVERTISEMENT, FRAME = 135, 136, 86
EACH, OLD, TOO_OLD = 15_000, 60_000, 120_000
"""Milliseconds."""


class IP6NDSolicitor(Element):
    ports = Ports("2/1-2", "h/h", "xy/x")
    software_reason = "IPv6 addresses beside packets are the software's"
    own_ip = Argument("IP", ip6_address)
    own_ethernet = Argument("ETH", ethernet_address)
    upper = StateVariable(64, DEPTH)
    lower = StateVariable(64, DEPTH)
    ethernet = StateVariable(64, DEPTH)
    is_known = StateVariable(1, DEPTH)
    is_asked = StateVariable(1, DEPTH)
    seen = StateVariable(64, DEPTH)
    chain = StateVariable(32, DEPTH)
    buckets = StateVariable(32, BUCKETS)
    salt = StateVariable(64, 5, SALT)
    unused = StateVariable(32)
    used = StateVariable(32)
    entries = StateVariable(32)
    asked = StateVariable(64)
    killed = StateVariable(64)
    is_timed = StateVariable(1)

    def initialize(self, machine: Machine) -> None:
        self.waiting: dict[int, Packet] = {}

    def move(self, output: int) -> Move:
        return Move(-14) if output == 0 and self.outputs > 1 else Move(None, "none")

    def most_bytes(self, output: int, arriving: tuple[int, ...]) -> int:
        return max(arriving[0] + 14, FRAME) if output == 0 else FRAME

    @property
    def most_ways(self) -> int:
        return self.outputs

    def most_pieces(self, output: int, arriving: int) -> int:
        # The packet, and the question for its address.
        return 2 if self.outputs == 1 else 1

    def push(self, machine: Machine, port: int, packet: Packet) -> None:
        if port == 0:
            self._send(machine, packet)
        else:
            self._learn(machine, packet)

    def _find(self, state: StateView, address: int) -> int:
        place = state.get(self.buckets, self._bucket(state, address))
        while place and (state.get(self.upper, place - 1) << 64 | state.get(self.lower, place - 1)) != address:
            place = state.get(self.chain, place - 1)
        return place

    def _bucket(self, state: StateView, address: int) -> int:
        words = [address >> shift & 0xFFFF_FFFF for shift in (96, 64, 32, 0)]
        return bucket_of([state.get(self.salt, place) for place in range(5)], words, (BUCKETS - 1).bit_length())

    def _send(self, machine: Machine, packet: Packet) -> None:
        state, address, now = machine.stores[self.name], packet.dst_ip6, machine.now // 1_000_000
        place = self._find(state, address)
        if not place:
            place = self._enter(state, address)
            if not place:
                state.set(self.killed, state.get(self.killed) + 1)
                return
            if not state.get(self.is_timed):
                state.set(self.is_timed, 1)
                machine.at(self.name, 1_000_000 * (now + EACH))
        if state.get(self.is_asked, place - 1):
            state.set(self.is_asked, 0, place - 1)
            self._ask(machine, address)
        if state.get(self.is_known, place - 1):
            packet.move_start(-14)
            header = state.get(self.ethernet, place - 1).to_bytes(6, "big") + self.own_ethernet.to_bytes(6, "big") + b"\x86\xdd"
            packet.buffer[packet.start : packet.start + 14] = header
            machine.push_out(self.name, 0, packet)
            return
        if place in self.waiting:
            state.set(self.killed, state.get(self.killed) + 1)
        self.waiting[place] = packet
        state.set(self.seen, now, place - 1)
        self._ask(machine, address)

    def _enter(self, state: StateView, address: int) -> int:
        """The place of a new address, 0 where there is no room."""
        place = state.get(self.unused)
        if place:
            state.set(self.unused, state.get(self.chain, place - 1))
        elif (place := state.get(self.used) + 1) > DEPTH:
            return 0
        else:
            state.set(self.used, place)
        bucket = self._bucket(state, address)
        for variable, value in (
            (self.upper, address >> 64),
            (self.lower, address & (1 << 64) - 1),
            (self.ethernet, 0),
            (self.is_known, 0),
            (self.is_asked, 0),
            (self.chain, state.get(self.buckets, bucket)),
        ):
            state.set(variable, value, place - 1)
        state.set(self.buckets, place, bucket)
        state.set(self.entries, state.get(self.entries) + 1)
        return place

    def _ask(self, machine: Machine, address: int) -> None:
        state, wanted = machine.stores[self.name], address.to_bytes(16, "big")
        state.set(self.asked, state.get(self.asked) + 1)
        own, ethernet = self.own_ip.to_bytes(16, "big"), self.own_ethernet.to_bytes(6, "big")
        group = b"\xff\x02" + bytes(9) + b"\x01\xff" + wanted[13:]
        message = bytes((SOLICITATION, 0, 0, 0, 0, 0, 0, 0)) + wanted + b"\x01\x01" + ethernet
        message = message[:2] + checksum(own, group, message).to_bytes(2, "big") + message[4:]
        front = b"\x33\x33\xff" + wanted[13:] + ethernet + b"\x86\xdd" + b"\x60\0\0\0\0\x20\x3a\xff" + own + group
        machine.push_out(self.name, self.outputs - 1, Packet.of(front + message, time=machine.now))

    def _learn(self, machine: Machine, packet: Packet) -> None:
        state, data = machine.stores[self.name], packet.data
        if len(data) < FRAME or data[12:14] != b"\x86\xdd" or data[54] != ADVERTISEMENT:
            return
        place = self._find(state, int.from_bytes(data[62:78], "big"))
        if not place:
            return
        ethernet = int.from_bytes(data[80:86], "big")
        if state.get(self.is_known, place - 1) and state.get(self.ethernet, place - 1) != ethernet:
            machine.trace("IP6NDSolicitor overwriting an entry")
        state.set(self.ethernet, ethernet, place - 1)
        state.set(self.is_known, 1, place - 1)
        state.set(self.is_asked, 0, place - 1)
        state.set(self.seen, machine.now // 1_000_000, place - 1)
        waiting = self.waiting.pop(place, None)
        if waiting is not None:
            self._send(machine, waiting)

    def timer(self, machine: Machine) -> None:
        state, now = machine.stores[self.name], machine.now // 1_000_000
        for bucket in range(BUCKETS):
            before, place = 0, state.get(self.buckets, bucket)
            while place:
                after, gap = state.get(self.chain, place - 1), now - state.get(self.seen, place - 1)
                if gap > TOO_OLD:
                    if before:
                        state.set(self.chain, after, before - 1)
                    else:
                        state.set(self.buckets, after, bucket)
                    self.waiting.pop(place, None)
                    state.set(self.chain, state.get(self.unused), place - 1)
                    state.set(self.unused, place)
                    state.set(self.entries, state.get(self.entries) - 1)
                else:
                    if gap > OLD and state.get(self.is_known, place - 1):
                        state.set(self.is_asked, 1, place - 1)
                    before = place
                place = after
        state.set(self.is_timed, int(state.get(self.entries) > 0))
        if state.get(self.entries):
            machine.at(self.name, 1_000_000 * (now + EACH))

    @reads("table")
    def table(self, state: StateView) -> str:
        found = []
        for bucket in range(BUCKETS):
            place = state.get(self.buckets, bucket)
            while place:
                address = state.get(self.upper, place - 1) << 64 | state.get(self.lower, place - 1)
                known = f"{state.get(self.is_known, place - 1)} {ethernet_text(state.get(self.ethernet, place - 1))}"
                found.append((address, f"{ip6_text(address)} {known}\n"))
                place = state.get(self.chain, place - 1)
        return "".join(line for _, line in sorted(found))

    @reads("stats")
    def stats(self, state: StateView) -> str:
        return f"{state.get(self.killed)} packets killed\n{state.get(self.asked)} ND Solicitation Message sent\n"

    def c_source(self) -> CSource:
        return CSource(
            fields="struct neighbours *nd;",
            shared=(CHECKSUM_C, SALTED),
            helpers=NEIGHBOURS,
            initialize="    if (!(self->nd = calloc(1, sizeof *self->nd))) no_memory();\n    draw_salt(self->nd->salt, 5);\n",
            # Packets that wait are freed with the machine, as all are.
            finish="    free(self->nd);\n",
            push=f"""
    static const uint8_t own_ip[16] = {c_bytes(self.own_ip, 16)}, own_ethernet[6] = {c_bytes(self.own_ethernet, 6)};
    struct neighbours *nd = self->nd;
    uint64_t time = NOW / 1000000;
    uint32_t place;
    if (port) {{
        struct packet *answer = p;
        int overwritten = 0;
        p = nd_learn(nd, answer, time, &overwritten);
        KILL(answer);
        if (overwritten) TRACE("IP6NDSolicitor overwriting an entry", 35);
        if (!p) return;
    }}
    if (!(place = nd_find(nd, p->dst_ip6))) {{
        if (!(place = nd_enter(nd, p->dst_ip6))) {{
            nd->killed++;
            KILL(p);
            return;
        }}
        if (!nd->is_timed) {{
            nd->is_timed = 1;
            AT(1000000 * (time + {EACH}));
        }}
    }}
    int asks = nd->is_asked[place - 1], known = nd->is_known[place - 1];
    nd->is_asked[place - 1] = 0;
    if (!known) {{
        if (nd->waiting[place - 1]) {{
            nd->killed++;
            KILL(nd->waiting[place - 1]);
        }}
        nd->waiting[place - 1] = p;
        nd->seen[place - 1] = time;
    }}
    if (asks || !known) {{
        struct packet *q = NEW_PACKET({FRAME});
        nd_ask(q->data, p->dst_ip6, own_ip, own_ethernet);
        nd->asked++;
        if (known) {{
            uint8_t to[6];
            nd_ethernet(to, nd->ethernet[place - 1]);
            PUSH(p, 14);
            nd_header(p->data, to, own_ethernet);
        }}
        OUT({self.outputs - 1}, q);
        if (known) OUT(0, p);
        return;
    }}
    uint8_t to[6];
    nd_ethernet(to, nd->ethernet[place - 1]);
    PUSH(p, 14);
    nd_header(p->data, to, own_ethernet);
    OUT(0, p);
""",
            timer=f"""
    struct neighbours *nd = self->nd;
    for (uint32_t bucket = 0; bucket < {BUCKETS}; bucket++) {{
        uint32_t *link = &nd->buckets[bucket];
        while (*link) {{
            uint32_t place = *link;
            int64_t gap = NOW / 1000000 - nd->seen[place - 1];
            if (gap > {TOO_OLD}) {{
                *link = nd->chain[place - 1];
                if (nd->waiting[place - 1]) KILL(nd->waiting[place - 1]);
                nd->waiting[place - 1] = NULL;
                nd->chain[place - 1] = nd->unused;
                nd->unused = place;
                nd->entries--;
                continue;
            }}
            if (gap > {OLD} && nd->is_known[place - 1]) nd->is_asked[place - 1] = 1;
            link = &nd->chain[place - 1];
        }}
    }}
    nd->is_timed = nd->entries > 0;
    if (nd->entries) AT(1000000 * (NOW / 1000000 + {EACH}));
""",
            state=STATE,
        )
