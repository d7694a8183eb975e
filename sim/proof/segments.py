"""That the packets of a segment lie one behind another, whatever is stored, popped and read: of the pointers alone, as `sim.proof.stores`
shows that a store moves them.

The packets that are stored and not popped follow one another, and in front of them are the words that are owed to whoever popped. So what
is read for a packet is what came with it, to the last word, and no word is read twice or passed over.

What is presumed of the store and of whoever reads it is in `sim.proof.duties`.

What is shown is shown of any one packet, by its number in the segment, and so of each: in a step it follows from what was so of that one,
of the one in front of it and of the oldest.
"""

from __future__ import annotations

from functools import cache
from typing import Final

from elements.program.values import FALSE, TRUE, Value, bit_not, const, eq, mux, part, sub
from sim.proof import duties
from sim.proof.claims import Claims, implies
from sim.proof.noninterference import Result, deeply


@cache
def prove_segment(place_bits: int, packet_bits: int, *, late: bool) -> Result:
    """Of a segment of so many words and packets (powers of two). Presumed is, of each cycle: a packet that is stored has words, there is
    room for them and for one more packet; what is popped is there, and its note was looked at last, or, with ``late``, in that cycle; and a
    word is read only where one is owed. The words of a packet are owed from the cycle in which it is popped on, or, with ``late``, from the
    next, in which its note is known."""
    return deeply(lambda: _Segment(place_bits, packet_bits, late=late).claims.proved())


class _Packet:
    """What is remembered of the packet with a ``number``: the place where it ``begins``, its ``words``, and those from it to the end."""

    def __init__(self, segment: _Segment, name: str, number: Value) -> None:
        ghost = segment.claims.ghost
        self.segment: Final = segment
        self.name: Final = name
        self.number: Final = number
        self.begins = ghost(f"where {name} begins", const(0, segment.start.width))
        self.words, self.rest = (ghost(f"the words {what} {name}", const(0, segment.bits)) for what in ("of", "from"))

    def moves(self) -> None:
        """What a cycle does."""
        of, claims = self.segment, self.segment.claims
        here = of.is_stored & of.same(of.stored, self.number)
        claims.becomes(f"where {self.name} begins", mux(here, of.start, self.begins))
        claims.becomes(f"the words of {self.name}", mux(here, of.came, self.words))
        claims.becomes(f"the words from {self.name}", mux(here, of.came, plus(self.rest, of.gained)))

    @property
    def age(self) -> Value:
        """How many packets are in front of it."""
        bits = self.segment.packet_bits
        return part(sub(self.number, part(self.segment.popped, 0, bits)), 0, bits) if bits else const(0, 1)

    @property
    def first(self) -> Value:
        """Where it is the oldest, it begins where those do that are not popped."""
        oldest = self.live & bit_not(self.age.any())
        return implies(oldest, eq(self.begins, self.segment.front) & eq(self.rest, self.segment.left))

    def followed(self, after: _Packet) -> Value:
        """By the next one, or by nothing."""
        end = plus(self.begins, self.words)
        nothing = eq(end, self.segment.start) & eq(self.rest, self.words)
        next_one = eq(end, after.begins) & eq(self.rest, plus(self.words, after.rest))
        return implies(self.live, mux(eq(self.age + 1, self.segment.held), nothing, next_one))

    @property
    def fits(self) -> Value:
        """It has words, and its place among those that are not popped."""
        left = self.segment.left
        return implies(self.live, self.words.any() & (self.words <= self.rest) & (self.rest <= left) & (left <= self.segment.depth))

    @property
    def live(self) -> Value:
        """Whether it is stored and not popped."""
        return self.age < self.segment.held


class _Segment:
    """Places are counted round, in one bit more than a place has; words are not, in ``bits``."""

    def __init__(self, place_bits: int, packet_bits: int, *, late: bool) -> None:
        self.late: Final = late
        self.depth: Final = 1 << place_bits
        self.packet_bits: Final = packet_bits
        self.bits: Final = place_bits + 3
        self.claims = claims = Claims()
        does = "a packet is stored", "one is popped", "one is looked at", "another tenant's is looked at", "a word is read"
        self.is_stored, self.pop, self.look, self.other, self.get = (claims.input(what, 1) for what in does)
        self.came, self.oldest = claims.input("its words", self.bits), claims.input("the words of the oldest", self.bits)
        places, packets, words = const(0, place_bits + 1), const(0, packet_bits + 1), const(0, self.bits)
        self.start, self.freed, self.front = (claims.ghost(name, places) for name in ("start", "freed", "where the oldest begins"))
        self.stored, self.popped = claims.ghost("stored", packets), claims.ghost("popped", packets)
        self.left, self.told_of = claims.ghost("words that are not popped", words), claims.ghost("words that are owed", words)
        self.taken = mux(self.pop, self.oldest, words)
        if not late:
            self.shown = claims.ghost("the note is of the oldest", FALSE)
            claims.becomes("the note is of the oldest", duties.shown(self.shown, self.look | self.other, self.look, self.pop))
        self.told = claims.ghost("words that are known a cycle late", self.taken) if late else self.taken
        self.owed = plus(self.told_of, self.told) if late else self.told_of
        self.held = part(sub(self.stored, self.popped), 0, packet_bits + 1)
        self.gained = mux(self.is_stored, self.came, const(0, self.bits))
        number = part(claims.any_of("a packet's number", 1 << packet_bits), 0, max(1, packet_bits))
        one = const(1, number.width)
        before, self.packet, after = (
            _Packet(self, name, at)
            for name, at in (("the one before", minus(number, one)), ("the packet", number), ("the one after", plus(number, one)))
        )
        self._moves(before, self.packet, after)
        self._presumed()
        self._whole()
        self._packet(before, after)

    def same(self, pointer: Value, number: Value) -> Value:
        """Whether a pointer is at a packet's number."""
        return eq(part(pointer, 0, self.packet_bits), number) if self.packet_bits else TRUE

    def _moves(self, *packets: _Packet) -> None:
        """What a cycle does."""
        claims, taken = self.claims, self.taken
        claims.becomes("stored", plus(self.stored, self.is_stored))
        claims.becomes("popped", plus(self.popped, self.pop))
        claims.becomes("start", plus(self.start, self.gained))
        claims.becomes("freed", plus(self.freed, self.get))
        claims.becomes("where the oldest begins", plus(self.front, taken))
        claims.becomes("words that are not popped", minus(plus(self.left, self.gained), taken))
        claims.becomes("words that are owed", minus(plus(self.told_of, self.told), self.get))
        known = self.look if self.late else self.pop & self.shown
        for packet in packets:
            packet.moves()
            claims.expects(duties.SAID, known & self.same(self.popped, packet.number), self.oldest, packet.words, of=packet.name)

    def _presumed(self) -> None:
        claims = self.claims
        claims.expects(duties.FITS, self.is_stored, self.came, self.start, self.freed, self.stored, self.popped)
        claims.expects(duties.STORED, self.pop, self.stored, self.popped)
        claims.expects(duties.OWED, self.get, self.told_of if self.late else plus(self.told_of, self.told))
        claims.keeps(duties.THERE, self.get, self.start, self.freed)
        if self.late:
            claims.expects(duties.LOOKED, TRUE, self.pop, self.look)
        else:
            claims.expects(duties.LATELY, self.pop, self.shown)

    def _whole(self) -> None:
        """Of all packets together."""
        claims = self.claims
        words = self.told_of + self.told + self.left if self.late else self.owed + self.left
        claims.always("there is room for the packets that are stored", self.held <= (1 << self.packet_bits))
        claims.always("there is room for the words that are stored", words <= self.depth)
        claims.always("what is not popped ends where the next begins", eq(self.start, plus(self.front, self.left)))
        claims.always("what is owed is read next", eq(self.front, plus(self.freed, self.owed)))
        empty = bit_not(self.left.any()) & eq(self.front, self.start)
        claims.always("where no packet is left, nothing is", empty, where=bit_not(self.held.any()))

    def _packet(self, before: _Packet, after: _Packet) -> None:
        """Of the packet; of the one before it and of the oldest the same was so."""
        claims, packet = self.claims, self.packet
        claims.takes("the one before: as of each", before.first & before.followed(packet) & before.fits)
        last = eq(self.oldest, self.left) & eq(plus(self.front, self.oldest), self.start)
        oldest = self.oldest.any() & (self.oldest <= self.left) & implies(self.held.equals(1), last)
        claims.takes("the oldest: as of each", implies(self.held.any(), oldest))
        claims.always("the oldest is where what is not popped begins", packet.first, where=packet.live & bit_not(packet.age.any()))
        claims.always("a packet is followed by the next, or by nothing", packet.followed(after), where=packet.live)
        # Each rests on the one in front of it, down to the oldest.
        given = implies(packet.age.any(), before.followed(packet) & before.fits) & packet.first & packet.followed(after)
        claims.always("a packet has its place", packet.fits, where=packet.live, given=given)


def plus(a: Value, b: Value) -> Value:
    """Their sum in the width of ``a``."""
    return part(a + b, 0, a.width)


def minus(a: Value, b: Value) -> Value:
    """Their difference in the width of ``a``."""
    return part(sub(a, b), 0, a.width)
