"""That a store keeps to its segments, and that each packet that it stores is whole, is shown once and is read once, in order: proved of the
netlist, for every tenant at once.

Every access is in the segment of the tenant that it is for. What is good is either stored, with all its words, or lost, and the store says
which; nothing is written but behind what is stored and not read. The tenant's pointers move as those of `sim.proof.segments` do, where the
rest is shown: that packets lie one behind another, so that what is read for one is what came with it.

What is presumed of whoever stores is `COMES`, and of whoever reads `READS`. Memories are functions of their address; what is read there is
what was last written.
"""

from __future__ import annotations

from typing import Final

from elements.program.values import FALSE, Value, bit_and, bit_not, cat, const, eq, extend, mux, part, sub
from hdl.datapath import Datapath
from hdl.meta import Meta
from hdl.segment_store import Put, SegmentStore
from hdl.tools.verilog import to_verilog
from sim.proof.claims import Claims, implies, one_of
from sim.proof.cut_stores import Written, cut_stores
from sim.proof.design import Design
from sim.proof.netlist import read_netlist
from sim.proof.noninterference import Result, deeply
from sim.proof.segments import plus, prove_segment

COMES: Final = "beats of a packet come together, in order, and the last one's note says as many as came to be kept"
READS: Final = "what is popped is waiting, and words are read only for what was popped, at most as many as its note says"
_LONG: Final = 18
"""Bits in which the beats of a packet are counted."""


def prove_stores(datapath: Datapath) -> dict[str, Result]:
    """Of the ways in and out, by the name of the first of those that have like stores."""
    stores = [(f"ingress {port}", ingress.store, Meta()["length"].offset) for port, ingress in enumerate(datapath.ingresses)]
    stores += [(f"egress {port}", egress.store, egress.note["length"].offset) for port, egress in enumerate(datapath.egress_ports)]
    found: dict[tuple[int, ...], tuple[str, Result]] = {}
    for name, store, length_at in stores:
        kind = (store.place_bits, store.packet_bits, store.note_bits, length_at)
        if kind not in found:
            found[kind] = name, prove_store(store, length_at)
    return dict(found.values())


def prove_store(store: SegmentStore, length_at: int) -> Result:
    """Of a store like ``store``, whose notes have the packet's length in 16 bits from ``length_at`` on."""
    alike = SegmentStore(store.width, store.tenants, 1 << store.place_bits, 1 << store.packet_bits, store.note_bits)
    pointers = prove_segment(store.place_bits, store.packet_bits)
    found = deeply(lambda: _Store(alike, length_at).proved())
    return Result(found.obligations + pointers.obligations, [*found.failures, *pointers.failures])


def beats_of(length: Value, lanes: int) -> Value:
    """The beats of so many bytes (16 bits), in `_LONG` bits."""
    shift = (lanes - 1).bit_length()
    up = length + (lanes - 1)
    return extend(part(up, shift, up.width - shift), _LONG)


class _Store:
    def __init__(self, store: SegmentStore, length_at: int) -> None:
        self.store = store
        self.lanes = store.width // 8
        self.length_at = length_at
        whole = read_netlist(to_verilog(store, "store"), "store")
        self.cells = {cell.name: cell for cell in whole.cells}
        cut, written = cut_stores(whole)
        self.written = {each.memory: each for each in written}
        self.claims = Claims(Design(cut))
        self.tenant = self.claims.any_of("the tenant", store.tenants)
        self.bits = (store.tenants - 1).bit_length()
        shape = Put(store.width, store.note_bits)
        put = self.claims.net("put", shape.size)
        self.put = {name: part(put, shape[name].offset, shape[name].width) for name in ("first", "last", "write", "good", "tenant")}
        self.note = part(put, shape["note"].offset, store.note_bits)
        self.comes = self.claims.net("put_valid")
        self.claims.presume("there is no reset", bit_not(self.claims.net("rst")))

    def proved(self) -> Result:
        """All of it."""
        self._segments()
        self._comes()
        self._packets()
        return self.claims.proved()

    # What there is.

    def own(self, name: str, width: int) -> Value:
        """The tenant's register of this name."""
        return one_of(self.tenant, [self.claims.net(f"{name}_t{t}", width) for t in range(self.store.tenants)])

    def mine(self, number: Value) -> Value:
        """Whether a number is the tenant's."""
        return eq(number, self.tenant)

    def _asked(self, what: str) -> tuple[Value, Value]:
        """Whether it is asked for, and for whom."""
        return self.claims.net(f"read__{what}"), self.claims.net(f"read__{what}_tenant", 8)

    def _write(self, memory: str) -> tuple[Value, Value, Value]:
        """Enable, address and data."""
        each: Written = self.written[memory]
        word = self.claims.word
        return word(each.enable), word(each.address), word(each.data)

    def _place(self, pointer: Value, bits: int) -> Value:
        """The address of a place in the tenant's segment, of which there are two to the power of ``bits``."""
        pieces = [part(number, 0, width) for number, width in ((self.tenant, self.bits), (pointer, bits)) if width]
        return cat(*pieces) if pieces else const(0, 1)

    # What is claimed.

    def _segments(self) -> None:
        """Every access is in the segment of the tenant that it is for, and that there is."""
        store, claims = self.store, self.claims
        start, following, freed, stored, popped = self._pointers()
        places, slots = store.place_bits, store.packet_bits
        behind = mux(self.put["first"], start, following)
        for memory, pointer, bits in (("words", behind, places), ("notes", stored, slots)):
            enable, address, _ = self._write(memory)
            for_it = self.comes & (self.put["tenant"] < store.tenants)
            claims.now(f"{memory} are written for a tenant's packet", implies(enable, for_it))
            here = enable & self.mine(self.put["tenant"])
            claims.now(f"{memory} are written in the tenant's segment", implies(here, eq(address, self._place(pointer, bits))))
        for memory, what, pointer, bits in (("words", "get", freed, places), ("notes", "look", popped, slots)):
            asked, whose = self._asked(what)
            claims.presume(f"{what} is for a tenant", implies(asked, whose < store.tenants))
            address = claims.word(self.cells[memory].connections["RD_ADDR"])
            here = asked & self.mine(whose)
            claims.now(f"{memory} are read in the tenant's segment", implies(here, eq(address, self._place(pointer, bits))))
        asked, whose = self._asked("pop")
        claims.presume("pop is for a tenant", implies(asked, whose < store.tenants))

    def _pointers(self) -> tuple[Value, Value, Value, Value, Value]:
        places, slots = self.store.place_bits + 1, self.store.packet_bits + 1
        start, following, freed = (self.own(name, places) for name in ("start", "following", "freed"))
        return start, following, freed, self.own("stored", slots), self.own("popped", slots)

    def _comes(self) -> None:
        """How packets come, and that each that is good is stored or lost, and not both; stored only where no beat of it is missing."""
        claims, put = self.claims, self.put
        middle, whose = claims.ghost("within a packet", FALSE), claims.ghost("whose packet that is", const(0, 8))
        claims.becomes("within a packet", mux(self.comes, bit_not(put["last"]), middle))
        claims.becomes("whose packet that is", mux(self.comes, put["tenant"], whose))
        claims.presume(f"{COMES} (first)", implies(self.comes, eq(put["first"], bit_not(middle))))
        claims.presume(f"{COMES} (whose)", implies(self.comes & middle, eq(put["tenant"], whose)))
        asked, missing = claims.ghost("beats to keep", const(0, _LONG)), claims.ghost("a beat is missing", FALSE)
        self.count = part(mux(put["first"], const(0, _LONG), asked) + put["write"], 0, _LONG)
        claims.becomes("beats to keep", mux(self.comes, self.count, asked))
        written, _, _ = self._write("words")
        lacks = mux(put["first"], FALSE, missing) | (put["write"] & bit_not(written))
        claims.becomes("a beat is missing", mux(self.comes, lacks, missing))
        ends = self.comes & put["last"] & put["good"]
        claims.presume(f"{COMES} (beats)", implies(ends, eq(self.count, self._beats(self.note)) & self.count.any()))
        claims.presume("a packet has fewer beats than a number counts", implies(middle, asked < (1 << 16)))
        stored, lost = claims.net("stored"), claims.net("lost")
        claims.now("what is good is stored or lost", eq(ends & (put["tenant"] < self.store.tenants), stored | lost))
        claims.now("what is stored is not lost", bit_not(stored & lost))
        claims.now("what is stored is whole", implies(stored & self.mine(put["tenant"]), bit_not(lacks)))
        noted, _, data = self._write("notes")
        claims.now("what is stored is noted", eq(noted, stored))
        claims.now("a note is the packet's", implies(noted, eq(data, self.note)))
        start, following, freed, _, _ = self._pointers()
        full = self.own("full", 1)
        mid = middle & self.mine(whose)
        claims.always("a beat is missing where there was no room", implies(mid, eq(missing, full)))
        within = mid & bit_not(full)
        claims.always("what came is behind what is stored", implies(within, eq(following, plus(start, asked))))
        claims.always("there is room for what came", implies(within, self._far(start, freed) + asked <= self._depth))

    def _beats(self, note: Value) -> Value:
        return beats_of(part(note, self.length_at, 16), self.lanes)

    def _far(self, pointer: Value, freed: Value) -> Value:
        """How many words a pointer is ahead of what was read."""
        return extend(part(sub(pointer, freed), 0, self.store.place_bits + 1), _LONG)

    @property
    def _depth(self) -> int:
        return 1 << self.store.place_bits

    def _packets(self) -> None:
        """The tenant's pointers move as those of a segment do, and what is stored has room."""
        claims, slots = self.claims, 1 << self.store.packet_bits
        start, following, freed, stored, popped = self._pointers()
        is_stored = claims.net("stored") & self.mine(self.put["tenant"])
        taken = mux(is_stored, self.count, const(0, _LONG))
        steps = {"start": taken, "freed": self._takes("get"), "stored": is_stored, "popped": self._takes("pop")}
        for (name, step), pointer in zip(steps.items(), (start, freed, stored, popped), strict=True):
            alike = claims.ghost(f"where {name} is", const(0, pointer.width))
            claims.becomes(f"where {name} is", plus(alike, step))
            claims.always(f"{name} moves by what is done", eq(pointer, alike))
        held, occupied = part(sub(stored, popped), 0, popped.width), self._far(start, freed)
        claims.always("there is room for the packets that are stored", held <= slots)
        claims.always("there is room for the words that are stored", occupied <= self._depth)
        room = (held < slots) & self.count.any() & (self.count + occupied <= self._depth)
        claims.now("what is stored has words, and room", implies(is_stored, room))
        noted, _, data = self._write("notes")
        claims.now("a note says the packet's words", implies(noted & is_stored, eq(self._beats(data), self.count)))
        enable, _, _ = self._write("words")
        mine = enable & self.mine(self.put["tenant"])
        ahead = self._far(mux(self.put["first"], start, following), freed)
        claims.now("nothing is written over that is still to be read", implies(mine, (ahead >= occupied) & (ahead < self._depth)))
        claims.presume(f"{READS} (get)", implies(self._takes("get"), occupied.any()))
        self._read(popped, held)

    def _takes(self, what: str) -> Value:
        """Whether the tenant's is asked for."""
        asked, whose = self._asked(what)
        return bit_and(asked, self.mine(whose))

    def _read(self, popped: Value, held: Value) -> None:
        """What the reader is shown and told."""
        claims, look = self.claims, self._takes("look")
        seen = self.own("seen", popped.width)
        waiting = one_of(self.tenant, [part(claims.net("read__waiting", self.store.tenants), t, 1) for t in range(self.store.tenants)])
        claims.now("a packet is waiting where one is shown", eq(waiting, bit_not(eq(seen, popped))))
        claims.always("what is shown is stored", part(sub(seen, popped), 0, popped.width) <= held)
        claims.presume(f"{READS} (pop)", implies(self._takes("pop"), waiting))
        notes = self.cells["notes"].connections
        found, oldest = claims.word(notes["RD_DATA"]), claims.input("the words of the oldest", _LONG)
        there = eq(claims.word(notes["RD_ADDR"]), self._place(popped, self.store.packet_bits))
        claims.presume("a note is what was written there", implies(there, eq(self._beats(found), oldest)))
        told, expected = claims.ghost("the oldest was looked at", FALSE), claims.ghost("what it was said to have", const(0, _LONG))
        claims.becomes("the oldest was looked at", mux(claims.net("read__look"), look, told))
        claims.becomes("what it was said to have", mux(look, oldest, expected))
        note = claims.net("read__note", self.store.note_bits)
        claims.always("the oldest one's note says its words", implies(told, eq(self._beats(note), expected)))
