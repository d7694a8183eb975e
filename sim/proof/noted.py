"""That what the arbiter and the ways out send are packets as their notes say, by the numbers of `hdl.stream_rules`: proved of their
netlists, in both modes.

A packet has as many bytes as its note says (R8), and so no more than there may be (R5); what is said beside its beats, by the arbiter in
metadata and by a way out in tenant and shim, is the same on all of them, and, but for the tenant, what its note says (R7); lanes that keep
leaves out are zero (R9). Of the arbiter's stream, which is at no port, R3, R4 and R10 too. In turns of time the arbiter cuts off what it
still sends where a slot ends: it is shown that nothing is.

What `sim.proof.ports` needs for R5 is what leaves here: what has left of a packet and what is left of it are no more than its note says.
Presumed is of a note only that it says bytes, and no more than there may be. Resets may come in any cycle here; where a store shows what a
note says, there is none.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from elements.program.values import FALSE, TRUE, Value, bit_not, cat, const, eq, extend, mux, part, sub
from hdl.arbiter import TenantArbiter
from hdl.datapath import Datapath
from hdl.egress import EgressPort
from hdl.meta import Meta
from sim.proof import duties
from sim.proof.claims import Claims, every, one_of
from sim.proof.coming import beats_of
from sim.proof.cut_stores import cut_stores
from sim.proof.design import Design
from sim.proof.netlist import Netlist
from sim.proof.noninterference import Result, deeply
from sim.proof.reading import arbiter_netlist, egress_netlist, reader_names
from sim.proof.spread_memories import spread_memories, word_name

_BUFFER: Final = "grants.storage"
_GRANTS: Final = 4


@dataclass(frozen=True)
class _Sender:
    """``width`` of its stream in bits, and the ``longest`` packet in bytes. The nets of each store begin as ``stores`` say; notes there
    have the length from bit ``length_at`` on; whose note is known is in the net ``known_store``, where there are several. In turns of
    shares (``buffered``) a note waits in a buffer, ``in_front`` bits from the start of a word. What is said of a packet is in the nets
    ``beside``, the lowest first, or, where there are none, in the payload, behind its beat; it is ``alike`` the note from a bit of it on
    and from one of the note on, for so many bits. ``cut``: the net of what is left of a slot, at whose end what is sent is cut off."""

    width: int
    longest: int
    stores: tuple[str, ...]
    length_at: int
    known_store: str
    buffered: bool
    in_front: int
    beside: tuple[str, ...]
    alike: tuple[tuple[int, int, int], ...]
    cut: str


def prove_noted(datapath: Datapath) -> dict[str, Result]:
    """Of the arbiter and of each way out; those that are alike are proved once, and have the names of `reader_names`."""
    found = {"arbiter": noted_by_arbiter(datapath.arbiter)}
    for name, egress in zip(reader_names(datapath)[1:], datapath.egress_ports, strict=True):
        if name not in found:
            found[name] = noted_by_egress(egress)
    return found


def noted_by_arbiter(arbiter: TenantArbiter) -> Result:
    """Of one like this."""
    return _prove(arbiter_netlist(arbiter), _of_arbiter(arbiter))


def noted_by_egress(egress: EgressPort) -> Result:
    """Of one like this."""
    return _prove(egress_netlist(egress), _of_egress(egress))


def _prove(netlist: Netlist, sender: _Sender) -> Result:
    return deeply(lambda: _Noted(netlist, sender).claims.proved())


def _of_arbiter(arbiter: TenantArbiter) -> _Sender:
    stores, shares = tuple(f"store{port}" for port in range(arbiter.ports)), arbiter.turns.slot is None
    known, bits = "ahead_port" if shares else "looked_port", (arbiter.ports - 1).bit_length()
    # Whose it is says the segment, and not the note.
    meta = Meta()
    begin, end = meta["tenant"].offset, meta["tenant"].offset + meta["tenant"].width
    alike = (0, 0, begin), (end, end, meta.size - end)
    at, cut = meta["length"].offset, "" if shares else "turns.left"
    return _Sender(arbiter.width, arbiter.max_frame, stores, at, known, shares, bits, (), alike, cut)


def _of_egress(egress: EgressPort) -> _Sender:
    shares, shim = egress.turns.slot is None, egress.note["shim"]
    at, alike = egress.note["length"].offset, ((8, shim.offset, shim.width),) if egress.with_shim else ()
    return _Sender(egress.width, egress.longest, ("store.read",), at, "", shares, 8, ("tenant", "shim"), alike, "")


def sent_before(claims: Claims, of: str, taken: Value, left: Value, lanes: int) -> Value:
    """A ghost: the bytes that have left of a packet before the beat at hand, which is ``taken`` (1 bit) where ``left`` bytes are left of
    the packet (16 bits, the beat's own among them)."""
    name = f"bytes that have left of the packet {of}"
    before = claims.ghost(name, const(0, 16))
    after = mux(left <= lanes, const(0, 16), part(before + lanes, 0, 16))
    claims.becomes(name, mux(claims.net("rst"), const(0, 16), mux(taken, after, before)))
    return before


def kept(keep: Value) -> Value:
    """How many lanes are (8 bits)."""
    lanes = [extend(part(keep, lane, 1), 8) for lane in range(keep.width)]
    while len(lanes) > 1:
        lanes = [part(a + b, 0, 8) for a, b in zip(lanes[::2], [*lanes[1::2], const(0, 8)], strict=False)]
    return lanes[0]


def is_run(keep: Value) -> Value:
    """Whether lanes are some from the first on, and no others."""
    return keep.any() & bit_not((keep & part(keep + 1, 0, keep.width)).any())


def empty_lanes(data: Value, keep: Value) -> Value:
    """Whether the lanes that are not kept are zero."""
    spread = cat(*(mux(part(keep, lane, 1), const(255, 8), const(0, 8)) for lane in reversed(range(keep.width))))
    return bit_not((data & bit_not(spread)).any())


class _Noted:
    def __init__(self, netlist: Netlist, sender: _Sender) -> None:
        cut, _ = cut_stores(spread_memories(netlist, [_BUFFER]) if sender.buffered else netlist)
        self.claims = claims = Claims(Design(cut))
        self.sender, self.lanes = sender, sender.width // 8
        self.reset, self.valid = claims.net("rst"), claims.net("source__valid")
        self.ready = claims.net("source__ready") if "source__ready" in claims.nets else TRUE
        self.more, self.left, self.now = claims.net("more"), claims.net("left", 16), claims.net("left_now", 16)
        payload = claims.net("source__payload", None)
        self.data, self.keep = part(payload, 0, sender.width), part(payload, sender.width, self.lanes)
        self.last = part(payload, sender.width + self.lanes, 1)
        behind = sender.width + self.lanes + 1
        said = [claims.net(name, None) for name in reversed(sender.beside)] or [part(payload, behind, payload.width - behind)]
        self.beside = cat(*said)
        start, note = self._starts()
        self.note = claims.ghost("the note of the packet that is sent", const(0, note.width))
        claims.becomes("the note of the packet that is sent", mux(start, note, self.note))
        self.length = part(self.note, sender.length_at, 16)
        self.before = sent_before(claims, "that is sent", self.valid & self.ready, self.now, self.lanes)
        self._counted()
        self._rules()

    def _within(self, length: Value) -> Value:
        return length.any() & (length <= self.sender.longest)

    def _starts(self) -> tuple[Value, Value]:
        """When a packet begins, and its note."""
        claims, sender = self.claims, self.sender
        granted = claims.net("turns.granted" if sender.buffered else "turns.grant")
        number = extend(claims.net(sender.known_store, None), 8) if sender.known_store else const(0, 8)
        note = one_of(number, [claims.net(f"{store}__note", None) for store in sender.stores])
        claims.expects(duties.KNOWN, granted, part(note, sender.length_at, 16), sender.longest)
        self._looked(granted, number)
        return (claims.net("grants.r_en"), self._buffered(granted, note)) if sender.buffered else (granted, note)

    def _looked(self, granted: Value, number: Value) -> None:
        """A note of which `duties.KNOWN` is presumed is that of a packet that was waiting when it was looked at last."""
        claims, looks = self.claims, []
        for store in self.sender.stores:
            waiting, whose = claims.net(f"{store}__waiting", None), claims.net(f"{store}__look_tenant", 8)
            there = one_of(whose, [part(waiting, t, 1) for t in range(waiting.width)]) & (whose < waiting.width)
            name = f"{store} was last asked for the note of a packet that waits"
            looks.append(claims.ghost(name, FALSE))
            claims.becomes(name, mux(self.reset, FALSE, mux(claims.net(f"{store}__look"), there, looks[-1])))
        shown = one_of(number, looks) & (number < len(looks))
        tenants = claims.net(f"{self.sender.stores[0]}__waiting", None).width
        if self.sender.known_store:
            for t in range(tenants):
                there = extend(claims.net(f"first_port_t{t}", None), 8) < len(looks)
                claims.always(f"tenant {t} begins with a store that there is", there)
        if self.sender.buffered and tenants > 1:
            claims.always("a turn is somebody's", extend(claims.net("turns.turn", None), 8) < tenants)
        if not self.sender.buffered:
            claims.always("a slot is somebody's", claims.net("turns.owner", 8) < tenants)
            claims.always("what was looked at waited", shown, where=claims.net("turns.looked"))
        claims.always("what is granted was looked at, and waited", shown, where=granted)

    def _buffered(self, granted: Value, shown: Value) -> Value:
        """Each grant in the buffer has the note that the store showed, but for the tenant, and says bytes; gives that of the oldest."""
        claims, sender = self.claims, self.sender
        level, consume, produce = (claims.net(f"grants.{name}", bits) for name, bits in (("level", 3), ("consume", 2), ("produce", 2)))
        claims.always("the buffer's ends are as far apart as it is full", eq(part(level, 0, 2), part(sub(produce, consume), 0, 2)))
        claims.always("there is room for a grant", level + granted <= _GRANTS)
        same = [(sender.length_at, 16), *((in_note, bits) for _, in_note, bits in sender.alike)]
        notes = []
        for n in range(_GRANTS):
            name = f"the note that the store showed of grant {n}"
            notes.append(claims.ghost(name, const(0, shown.width)))
            claims.becomes(name, mux(granted & eq(produce, const(n, 2)), shown, notes[n]))
            live = extend(part(sub(const(n, 2), consume), 0, 2), 3) < level
            claims.always(f"grant {n} says bytes", self._within(part(notes[n], sender.length_at, 16)), where=live)
            buffered = part(claims.register(word_name(_BUFFER, n)), sender.in_front, shown.width)
            facts = [eq(part(buffered, at, bits), part(notes[n], at, bits)) for at, bits in same]
            claims.always(f"grant {n} has the note that the store showed", every(facts), where=live)
        return one_of(consume, notes)

    def _counted(self) -> None:
        """What has left and what is left are what the note says."""
        claims, valid, more, lanes = self.claims, self.valid, self.more, self.lanes
        follows = valid & (self.now > lanes) & eq(self.left, part(sub(self.now, const(lanes, 16)), 0, 16))
        claims.always("what is still to be asked for is behind the beat at hand", follows, where=more)
        claims.always("a beat behind which nothing is asked for is the last", self.now <= lanes, where=valid & bit_not(more))
        claims.always("nothing has left of a packet that has not begun", bit_not(self.before.any()), where=bit_not(valid))
        claims.always("what is sent has bytes, and no more than there may be", self._within(self.length), where=valid)
        claims.always("what has left and what is left are the packet", eq(self.before + self.now, extend(self.length, 17)), where=valid)
        if self.sender.cut:
            rest = beats_of(self.left, lanes) <= extend(claims.net(self.sender.cut, None), 18)
            claims.always("what is still to be asked for fits in its slot", rest, where=more)
        if self.sender.beside:
            claims.keeps(duties.LEFT, valid, self.now, state=True)
            claims.keeps(duties.TOGETHER, valid, self.before, self.now, self.sender.longest, state=True)

    def _rules(self) -> None:
        """By their numbers."""
        claims, valid, last = self.claims, self.valid, self.last
        total = self.before + extend(kept(self.keep), 16)
        if not self.sender.beside:
            fresh = claims.ghost("fresh", self.reset, 1)
            claims.always("R10: nothing is sent in the first cycle after reset", bit_not(valid), where=fresh)
            claims.always(
                "R3: every beat but the last is full", eq(self.keep, const((1 << self.lanes) - 1, self.lanes)), where=valid & bit_not(last)
            )
            claims.always("R4: the last beat is filled from its first byte on", is_run(self.keep), where=valid & last)
        claims.always("R5: a packet is no longer than it may be", total <= self.sender.longest, where=valid)
        within = claims.ghost("within a packet", mux(self.reset, FALSE, valid & bit_not(self.ready & last)))
        was = claims.ghost("what was said of it", self.beside)
        claims.always("R7: what is said of a packet stays as it is", eq(self.beside, was), where=within)
        claims.always("a packet that has begun goes on", valid, where=within)
        for at, in_note, bits in self.sender.alike:
            said = eq(part(self.beside, at, bits), part(self.note, in_note, bits))
            claims.always(f"R7: what is said of a packet is what its note says, from bit {in_note} on", said, where=valid)
        claims.always("R8: a packet has the bytes that its note says", eq(total, extend(self.length, 17)), where=valid & last)
        claims.always("R8: a packet has no more bytes than its note says", total <= self.length, where=valid)
        claims.always("R9: lanes past the end are zero", empty_lanes(self.data, self.keep), where=valid)
