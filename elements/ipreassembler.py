"""IPReassembler([HIMEM])

Puts IP fragments together again (RFC 791, 3.2); packets that are no fragments pass.

A packet whose fragments are all there leaves by output 0, with what was in front of the IP header of its first fragment. One that is not
whole 30 seconds after its first fragment came, or that is among the oldest where there is no room, leaves by output 1 as far as it came,
zero where it did not, or is dropped where that output is not in use. (Click lets those go sooner whose first bytes have not come.) Where
fragments overlap the later ones count. Fragments of wrong length are dropped, and those for which there is no room when 16 packets have
been given up for it. The IP header must be marked.

Arguments:
    HIMEM: bytes of memory that fragments may take; 262144 if not given. A packet takes 512 and, for its data as far as it has been seen to
        reach, the next power of two, at least 256, with a 64th of that. (Click counts 40 bytes and that reach for a packet, and lets the
        oldest go until a quarter is free.)

Handlers:
    drops (read): fragments for which there was no room. (Click does not have it.)
    dump (read): fragments that came, packets that were put together and that failed, and fragments of wrong length. (In Click, what is
        kept, too.)

Examples:
    IPReassembler
    IPReassembler(HIMEM 1000)
"""

from elements.checksums.sums import SUMS, checksum
from elements.definition.arguments import keyword
from elements.definition.csource import CSource
from elements.definition.element import Move, StateVariable
from elements.definition.handlers import StateView, reads
from elements.definition.parsers import unsigned32
from elements.definition.ports import Ports
from elements.fragments.parts import MOST_LEAVE, PATIENCE, SECOND, Parts, bucket_bits, carried, header_of, key_of, room_of
from elements.fragments.parts_c import PARTS, TYPES
from elements.hashing.salted import SALTED
from elements.passing.each_packet import Replacing
from elements.program.program import State
from elements.reference.machine import Machine
from elements.reference.packet import Packet


class IPReassembler(Replacing):
    ports = Ports("1/1-2", "a/ah")
    is_short = False
    drops_are_lost = True
    most = keyword("HIMEM", unsigned32, 256 * 1024)
    seen = StateVariable(64)
    good = StateVariable(64)
    failed = StateVariable(64)
    bad = StateVariable(64)
    refused = StateVariable(64)

    def setup(self) -> None:
        self.parts: dict[bytes, Parts] = {}
        """In the order in which their first fragments came."""
        self.used = 0

    def move(self, output: int) -> Move:
        return Move()

    def most_bytes(self, output: int, arriving: tuple[int, ...]) -> int:
        return 0xFFFF

    def _count(self, machine: Machine, variable: State) -> None:
        state = machine.stores[self.name]
        state.set(variable, state.get(variable) + 1)

    def act(self, machine: Machine, packet: Packet) -> Packet | None:
        ip, buffer = packet.network, packet.buffer
        if ip is None or ip < packet.start or packet.end - ip < 20 or not int.from_bytes(buffer[ip + 6 : ip + 8], "big") & 0x3FFF:
            return packet
        self._count(machine, self.seen)
        if packet.time < SECOND:
            packet.time = machine.now
        gone = self._expired(packet.time // SECOND)
        whole = self._take(machine, packet, ip, gone)
        # They go on when all has been done here: they may come back.
        for parts in gone:
            machine.push_out(self.name, 1, parts.packet())
        return whole

    def _expired(self, now: int) -> list[Parts]:
        gone = []
        for parts in list(self.parts.values())[:MOST_LEAVE]:
            if parts.since >= now - PATIENCE:
                break
            gone.append(self._leave(parts))
        return gone

    def _leave(self, parts: Parts) -> Parts:
        del self.parts[key_of(parts.carrier)]
        self.used -= parts.cost(0, parts.network)
        return parts

    def _take(self, machine: Machine, packet: Packet, ip: int, gone: list[Parts]) -> Packet | None:
        buffer = packet.buffer
        size, more = 4 * (buffer[ip] & 15), bool(buffer[ip + 6] & 0x20)
        start = 8 * (int.from_bytes(buffer[ip + 6 : ip + 8], "big") & 0x1FFF)
        end = start + int.from_bytes(buffer[ip + 2 : ip + 4], "big") - size
        wrong = size < 20 or end > 0xFFFF or end <= start or (end & 7 and more)
        if wrong or packet.end - ip - size < end - start:
            self._count(machine, self.bad)
            return None
        data = bytes(buffer[ip + size : ip + size + end - start])
        known = self.parts.get(key_of(packet))
        if known is not None and not known.more and end > len(known.data):
            return None
        carrier = carried(packet) if start == 0 else header_of(packet)
        parts = known or Parts(carrier, buffer[ip + 6] & 0xC0, True, packet.time // SECOND, bytearray(), set())
        network = ip - packet.start if start == 0 else parts.network
        more_used = parts.cost(end, network) - (parts.cost(0, parts.network) if known else 0)
        if not self._make_room(machine, more_used, known, gone):
            self._count(machine, self.refused)
            return None
        self.used += more_used
        self.parts[key_of(packet)] = parts
        parts.carrier = carrier if start == 0 else parts.carrier
        parts.more = parts.more and more
        parts.add(start, data)
        return self._whole(machine, parts, packet.time) if parts.whole() else None

    def _make_room(self, machine: Machine, wanted: int, known: Parts | None, gone: list[Parts]) -> bool:
        room = room_of(self.most)
        for parts in [each for each in self.parts.values() if each is not known][: MOST_LEAVE - len(gone)]:
            if self.used + wanted <= room:
                break
            self._count(machine, self.failed)
            gone.append(self._leave(parts))
        return self.used + wanted <= room

    def _whole(self, machine: Machine, parts: Parts, time: int) -> Packet:
        self._count(machine, self.good)
        made = self._leave(parts).packet()
        made.time, at = time, made.network or 0
        made.buffer[at + 2 : at + 4] = ((made.end - at) & 0xFFFF).to_bytes(2, "big")
        made.buffer[at + 10 : at + 12] = b"\0\0"
        header = made.buffer[at : at + 4 * (made.buffer[at] & 15)]
        made.buffer[at + 10 : at + 12] = checksum(header).to_bytes(2, "big")
        return made

    def c_each(self) -> str:
        return """
    if (parts_is_fragment(p)) {
        struct packet *gone[PARTS_LEAVE];
        int count = 0;
        p = fragments_take(&m->base, &self->table, p, gone, &count);
        for (int i = 0; i < count; i++) OUT(1, gone[i]);
    }
"""

    def c_rest(self) -> CSource:
        return CSource(
            types=TYPES,
            fields="struct fragments table;",
            shared=(SALTED,),
            helpers=SUMS + PARTS,
            initialize=f"    fragments_open(&self->table, {bucket_bits(self.most)}, {room_of(self.most)}ULL);\n",
            finish="    fragments_close(&m->base, &self->table);\n",
            state=tuple((name, f"self->table.{name}") for name in ("seen", "good", "failed", "bad", "refused")),
        )

    @reads("drops")
    def drops(self, state: StateView) -> str:
        return str(state.get(self.refused))

    @reads("dump")
    def dump(self, state: StateView) -> str:
        counts = [state.get(variable) for variable in (self.seen, self.good, self.failed, self.bad)]
        names = ("frags seen total:    ", "good reassemblies:   ", "failed reassemblies: ", "bad fragments seen:  ")
        return "".join(f"{name}{count}\n" for name, count in zip(names, counts, strict=True))
