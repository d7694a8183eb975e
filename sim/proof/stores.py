"""That a store keeps to its segments, and that each packet that it stores is whole, is shown once and is read once, in order, word for word
and with its note as it came: proved of the netlist, for every tenant at once.

Every access is in the segment of the tenant that it is for. What is good is either stored, with all its words, or lost, and the store says
which; nothing is written but behind what is stored and not read. The tenant's pointers move as those of `sim.proof.segments` do, where the
rest is shown: that packets lie one behind another, so that what is read for one is what came with it.

What is in words and notes is shown of any one place of a segment, and so of each: what came for it last is what it holds, from when it is
written until it is read, and what is then read.

What is presumed of whoever stores and of whoever reads is in `sim.proof.duties`. Memories give what was last written at an address, and are
not read where they are written in the same cycle, which is shown.
"""

from __future__ import annotations

from typing import Final

from elements.program.values import FALSE, TRUE, Value, bit_and, bit_not, cat, const, eq, extend, mux, part, sub
from hdl.datapath import Datapath
from hdl.meta import Meta
from hdl.segment_store import Put, SegmentStore
from hdl.tools.verilog import to_verilog
from sim.proof import duties
from sim.proof.claims import Claims, implies, one_of
from sim.proof.cut_stores import Written, cut_stores
from sim.proof.design import Design
from sim.proof.duties import joined
from sim.proof.netlist import read_netlist
from sim.proof.noninterference import Result, deeply
from sim.proof.segments import plus, prove_segment

_LONG: Final = 18
"""Bits in which the beats of a packet are counted."""


def prove_stores(datapath: Datapath) -> dict[str, Result]:
    """Of the ways in and out, by the name of the first of those that have like stores."""
    late = not datapath.parameters.strict
    stores = [(f"ingress {n}", each.store, Meta()["length"].offset, each.max_frame) for n, each in enumerate(datapath.ingresses)]
    stores += [(f"egress {n}", each.store, each.note["length"].offset, each.longest) for n, each in enumerate(datapath.egress_ports)]
    found: dict[tuple[int | bool, ...], tuple[str, Result]] = {}
    for name, store, length_at, longest in stores:
        kind = (name.startswith("egress"), store.place_bits, store.packet_bits, store.note_bits, length_at, longest)
        if kind not in found:
            found[kind] = name, prove_store(store, length_at, longest, late=late)
    return dict(found.values())


def prove_store(store: SegmentStore, length_at: int, longest: int, *, late: bool) -> Result:
    """Of a store like ``store``, whose notes have the packet's length, at most ``longest`` bytes, in 16 bits from ``length_at`` on. It is
    read as `prove_segment` says."""
    alike = SegmentStore(store.width, store.tenants, 1 << store.place_bits, 1 << store.packet_bits, store.note_bits)
    pointers = prove_segment(store.place_bits, store.packet_bits, late=late)
    return joined(deeply(lambda: _Store(alike, length_at, longest).proved()), pointers)


def beats_of(length: Value, lanes: int) -> Value:
    """The beats of so many bytes (16 bits), in `_LONG` bits."""
    shift = (lanes - 1).bit_length()
    up = length + (lanes - 1)
    return extend(part(up, shift, up.width - shift), _LONG)


class _Store:
    def __init__(self, store: SegmentStore, length_at: int, longest: int) -> None:
        self.store = store
        self.lanes = store.width // 8
        self.length_at = length_at
        self.longest = longest
        whole = read_netlist(to_verilog(store, "store"), "store")
        self.cells = {cell.name: cell for cell in whole.cells}
        cut, written = cut_stores(whole)
        self.written = {each.memory: each for each in written}
        self.claims = Claims(Design(cut))
        self.tenant = self.claims.any_of("the tenant", store.tenants)
        self.bits = (store.tenants - 1).bit_length()
        shape = Put(store.width, store.note_bits)
        put = self.claims.net("put", shape.size)
        self.put = {name: part(put, shape[name].offset, shape[name].width) for name in ("first", "last", "write", "good", "tenant", "data")}
        self.note = part(put, shape["note"].offset, store.note_bits)
        self.comes = self.claims.net("put_valid")
        self.claims.presume("there is no reset", bit_not(self.claims.net("rst")))

    def proved(self) -> Result:
        """All of it."""
        self._segments()
        self._comes()
        self._packets()
        self._shown()
        self._words()
        self._notes()
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

    def _takes(self, what: str) -> Value:
        """Whether the tenant's is asked for."""
        asked, whose = self._asked(what)
        return bit_and(asked, self.mine(whose))

    def _write(self, memory: str) -> tuple[Value, Value, Value]:
        """Enable, address and data."""
        each: Written = self.written[memory]
        word = self.claims.word
        return word(each.enable), word(each.address), word(each.data)

    def _read(self, memory: str) -> tuple[Value, Value]:
        """Address, and what the memory gives."""
        ports = self.cells[memory].connections
        return self.claims.word(ports["RD_ADDR"]), self.claims.word(ports["RD_DATA"])

    def _place(self, pointer: Value, bits: int) -> Value:
        """The address of a place in the tenant's segment, of which there are two to the power of ``bits``."""
        pieces = [part(number, 0, width) for number, width in ((self.tenant, self.bits), (pointer, bits)) if width]
        return cat(*pieces) if pieces else const(0, 1)

    def _pointers(self) -> tuple[Value, Value, Value, Value, Value]:
        places, slots = self.store.place_bits + 1, self.store.packet_bits + 1
        start, following, freed = (self.own(name, places) for name in ("start", "following", "freed"))
        return start, following, freed, self.own("stored", slots), self.own("popped", slots)

    def _beats(self, note: Value) -> Value:
        return beats_of(self._length(note), self.lanes)

    def _length(self, note: Value) -> Value:
        return part(note, self.length_at, 16)

    def _far(self, pointer: Value, freed: Value) -> Value:
        """How many words a pointer is ahead of what was read."""
        return extend(part(sub(pointer, freed), 0, self.store.place_bits + 1), _LONG)

    @property
    def _depth(self) -> int:
        return 1 << self.store.place_bits

    # What is claimed.

    def _segments(self) -> None:
        """Every access is in the segment of the tenant that it is for, and that there is."""
        store, claims = self.store, self.claims
        start, following, freed, stored, popped = self._pointers()
        places, slots = store.place_bits, store.packet_bits
        self.behind = mux(self.put["first"], start, following)
        for memory, pointer, bits in (("words", self.behind, places), ("notes", stored, slots)):
            enable, address, _ = self._write(memory)
            claims.now(f"{memory} are written for a tenant's packet", self.comes & (self.put["tenant"] < store.tenants), where=enable)
            here = enable & self.mine(self.put["tenant"])
            claims.now(f"{memory} are written in the tenant's segment", eq(address, self._place(pointer, bits)), where=here)
        for memory, what, pointer, bits in (("words", "get", freed, places), ("notes", "look", popped, slots)):
            address, _ = self._read(memory)
            in_segment = eq(address, self._place(pointer, bits))
            claims.now(f"{memory} are read in the tenant's segment", in_segment, where=self._takes(what))
        for what, duty in (("get", duties.GET), ("look", duties.LOOK), ("pop", duties.POP)):
            asked, whose = self._asked(what)
            claims.expects(duty, asked, whose, store.tenants)

    def _comes(self) -> None:
        """How packets come, and that each that is good is stored or lost, and not both; stored only where no beat of it is missing."""
        claims, put = self.claims, self.put
        middle, whose = claims.ghost("within a packet", FALSE), claims.ghost("whose packet that is", const(0, 8))
        claims.becomes("within a packet", mux(self.comes, bit_not(put["last"]), middle))
        claims.becomes("whose packet that is", mux(self.comes, put["tenant"], whose))
        claims.expects(duties.FIRST, self.comes, put["first"], bit_not(middle))
        claims.expects(duties.OF_ONE, self.comes & middle, put["tenant"], whose)
        asked, missing = claims.ghost("beats to keep", const(0, _LONG)), claims.ghost("a beat is missing", FALSE)
        self.count = part(mux(put["first"], const(0, _LONG), asked) + put["write"], 0, _LONG)
        claims.becomes("beats to keep", mux(self.comes, self.count, asked))
        written, _, _ = self._write("words")
        lacks = mux(put["first"], FALSE, missing) | (put["write"] & bit_not(written))
        claims.becomes("a beat is missing", mux(self.comes, lacks, missing))
        self.whole = bit_not(lacks)
        refused = self.comes & self.mine(put["tenant"]) & lacks & mux(put["first"], TRUE, bit_not(missing))
        full_up = self._far(self.behind, self.own("freed", self.store.place_bits + 1)) >= self._depth
        claims.now("a beat is lost only where its tenant's segment is full", full_up, where=refused)
        ends = self.comes & put["last"] & put["good"]
        claims.expects(duties.COUNTED, ends, self.count, self._beats(self.note))
        claims.expects(duties.SHORT, ends, self._length(self.note), self.longest)
        claims.expects(duties.FEW, middle, asked)
        stored, lost = claims.net("stored"), claims.net("lost")
        claims.now("what is good is stored or lost", eq(ends & (put["tenant"] < self.store.tenants), stored | lost))
        claims.now("what is stored is not lost", bit_not(stored & lost))
        claims.now("what is stored is whole", self.whole, where=stored & self.mine(put["tenant"]))
        noted, _, data = self._write("notes")
        claims.now("what is stored is noted", eq(noted, stored))
        claims.now("a note is the packet's", eq(data, self.note), where=noted)
        start, following, freed, _, _ = self._pointers()
        full = self.own("full", 1)
        mid = middle & self.mine(whose)
        claims.always("a beat is missing where there was no room", eq(missing, full), where=mid)
        within = mid & bit_not(full)
        claims.always("what came is behind what is stored", eq(following, plus(start, asked)), where=within)
        claims.always("there is room for what came", self._far(start, freed) + asked <= self._depth, where=within)
        self.ends = mux(within, following, start)

    def _packets(self) -> None:
        """The tenant's pointers move as those of a segment do, and what is stored has room."""
        claims, slots = self.claims, 1 << self.store.packet_bits
        start, _, freed, stored, popped = self._pointers()
        self.is_stored = claims.net("stored") & self.mine(self.put["tenant"])
        taken = mux(self.is_stored, self.count, const(0, _LONG))
        steps = {"start": taken, "freed": self._takes("get"), "stored": self.is_stored, "popped": self._takes("pop")}
        for (name, step), pointer in zip(steps.items(), (start, freed, stored, popped), strict=True):
            alike = claims.ghost(f"where {name} is", const(0, pointer.width))
            claims.becomes(f"where {name} is", plus(alike, step))
            claims.always(f"{name} moves by what is done", eq(pointer, alike))
        self.held, occupied = part(sub(stored, popped), 0, popped.width), self._far(start, freed)
        claims.always("there is room for the packets that are stored", self.held <= slots)
        claims.always("there is room for the words that are stored", occupied <= self._depth)
        refused = claims.net("lost") & self.mine(self.put["tenant"]) & self.whole
        claims.now("a whole packet is lost only where its tenant has as many as there may be", self.held >= slots, where=refused)
        claims.keeps(duties.FITS, self.is_stored, self.count, start, freed, stored, popped)
        noted, _, data = self._write("notes")
        claims.now("a note says the packet's words", eq(self._beats(data), self.count), where=noted & self.is_stored)
        claims.expects(duties.THERE, self._takes("get"), start, freed)
        claims.keeps(duties.STORED, self._takes("pop"), stored, popped)

    def _shown(self) -> None:
        """Who is told that a packet waits."""
        claims = self.claims
        _, _, _, _, popped = self._pointers()
        seen = self.own("seen", popped.width)
        self.waiting = one_of(self.tenant, [part(claims.net("read__waiting", self.store.tenants), t, 1) for t in range(self.store.tenants)])
        claims.now("a packet is waiting where one is shown", eq(self.waiting, bit_not(eq(seen, popped))))
        claims.always("what is shown is stored", part(sub(seen, popped), 0, popped.width) <= self.held)
        claims.expects(duties.WAITING, self._takes("pop"), self.waiting)

    def _words(self) -> None:
        """What is in the tenant's words."""
        claims, places = self.claims, self.store.place_bits
        _, _, freed, _, _ = self._pointers()
        place = claims.any_word("a place", places + 1)
        enable, address, data = self._write("words")
        where, _ = self._read("words")
        mine = enable & self.mine(self.put["tenant"])
        occupied, ahead = self._far(self.own("start", places + 1), freed), self._far(self.behind, freed)
        unread = (ahead >= occupied) & (ahead < self._depth)
        claims.now("nothing is written over that is still to be read", unread, where=mine)
        claims.now("words are written as they come", eq(data, self.put["data"]), where=enable)
        claims.now("no word is read where one is written", bit_not(enable & eq(address, where)), where=self._takes("get"))
        live = self._far(place, freed) < self._far(self.ends, freed)
        came = self._kept("words", "a word", self._place(place, places), self.put["data"], mine & eq(self.behind, place), live)
        self._given("a word that is read is the one that came", "read__data", "get", self._takes("get") & eq(freed, place), came)

    def _notes(self) -> None:
        """What is in the tenant's notes."""
        claims, slots = self.claims, self.store.packet_bits
        _, _, _, stored, popped = self._pointers()
        number = claims.any_word("a packet's number", slots + 1)
        enable, address, _ = self._write("notes")
        where, _ = self._read("notes")
        looks = self._takes("look") & self.waiting
        claims.now("no note is read where one is written", bit_not(enable & eq(address, where)), where=looks)
        live = part(sub(number, popped), 0, slots + 1) < self.held
        here = self.is_stored & eq(stored, number)
        came = self._kept("notes", "a note", self._place(number, slots), self.note, here, live)
        words = claims.ghost("the words of the packet of the note", const(0, _LONG))
        claims.becomes("the words of the packet of the note", mux(here, self.count, words))
        claims.always("a note says the words of its packet", eq(self._beats(came), words), where=live)
        fits = self._length(came).any() & (self._length(came) <= self.longest)
        claims.always("a note says no more than there may be", fits, where=live)
        told = self._given("a note that is shown is the one that came", "read__note", "look", looks & eq(popped, number), came)
        note, shown = claims.net("read__note", self.store.note_bits), claims.ghost("the words that were shown", const(0, _LONG))
        claims.becomes("the words that were shown", mux(looks & eq(popped, number), words, shown))
        claims.keeps(duties.SAID, told, self._beats(note), shown, state=True)
        claims.keeps(duties.KNOWN, told, self._length(note), self.longest, state=True)

    def _kept(self, memory: str, what: str, address: Value, comes: Value, here: Value, live: Value) -> Value:
        """That ``memory`` has at the ``address`` what last came for it, ``here``, as long as that is ``live``. Gives what came."""
        claims, none = self.claims, const(0, comes.width)
        enable, written, data = self._write(memory)
        read, found = self._read(memory)
        holds, came = claims.ghost(f"{what} in memory", none), claims.ghost(f"{what} that came", none)
        claims.becomes(f"{what} in memory", mux(enable & eq(written, address), data, holds))
        claims.becomes(f"{what} that came", mux(here, comes, came))
        claims.takes(f"{what} in memory is read there", implies(eq(read, address), eq(found, holds)))
        claims.always(f"{what} in memory is the one that came", eq(holds, came), where=live)
        return came

    def _given(self, name: str, net: str, what: str, asks: Value, came: Value) -> Value:
        """That a ``net`` has what ``came``, from the cycle after the tenant ``asks`` for it by ``what`` until anybody does again. Gives
        whether that is so now."""
        claims = self.claims
        told, expected = claims.ghost(f"{net} is of the place", FALSE), claims.ghost(f"{net} as it came", const(0, came.width))
        claims.becomes(f"{net} is of the place", mux(claims.net(f"read__{what}"), asks, told))
        claims.becomes(f"{net} as it came", mux(asks, came, expected))
        claims.always(name, eq(claims.net(net, came.width), expected), where=told)
        return told
