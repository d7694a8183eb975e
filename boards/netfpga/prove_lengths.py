"""That the lengths which the shell is told are those of the frames: R1, R2 and R7 to R10 of `hdl.stream`, proved of the netlist of
`SendLengths`.

Beats wait in one queue and lengths in another. What is remembered of a beat when it comes, the bytes of its frame in front of it and the
frame's number, fits to the beat in front of it; so the oldest beat's is what was counted of those that left. A frame's length is written
with its last beat, under the same number, and leaves with it. It is shown of any one place of each queue and any one frame, and so of all.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from boards.netfpga.send_lengths import DEPTH, SendLengths
from elements.program.values import FALSE, TRUE, Value, bit_not, const, eq, extend, mux, part
from hdl.tools.verilog import to_verilog
from sim.proof.claims import Claims, implies
from sim.proof.cut_stores import cut_stores
from sim.proof.design import Design
from sim.proof.netlist import read_netlist
from sim.proof.noninterference import Result, deeply
from sim.proof.noted import empty_lanes, kept
from sim.proof.segments import plus

_NUMBER: Final = 48
"""Bits of a frame's number."""


def prove_lengths(width: int, depth: int = DEPTH) -> Result:
    """Of streams of so many bits, and of queues of so many beats."""
    return deeply(lambda: _Lengths(SendLengths(width, depth)).claims.proved())


@dataclass(frozen=True)
class _At:
    """A place in the stream: how many frames end in front of it, and the bytes of its own that do (16 bits)."""

    frames: Value
    bytes: Value

    def same(self, other: _At) -> Value:
        """Whether two are."""
        return eq(self.frames, other.frames) & eq(self.bytes, other.bytes)


class _Queue:
    """A queue of so many ``places``, and its nets. ``at`` which place in the stream the next word comes, and the next is given; ``behind``
    tells where what stands behind a word is, by where that is."""

    def __init__(
        self, claims: Claims, name: str, places: int, memory: tuple[Value, Value], behind: Callable[[_At, Value], _At], at: tuple[_At, _At]
    ) -> None:
        self.claims, self.name, self.places, self.behind = claims, name, places, behind
        self.address, self.found = memory
        self.arrives, self.given = at
        self.consume, self.produce, self.level = (
            extend(claims.net(f"{name}.{net}", None), 8) for net in ("consume", "w_port__addr", "inner_level")
        )
        self.put, self.came = claims.net(f"{name}.w_port__en"), claims.net(f"{name}.w_data", None)
        self.takes, self.there, self.out = (claims.net(f"{name}.{net}", None) for net in ("r_port__en", "r_rdy", "r_data"))
        end = self.consume + self.level
        claims.always(f"{name} has its ends in it", (self.consume < places) & (self.level <= places))
        claims.always(f"{name} ends where it is filled", eq(self.produce, part(mux(end < places, end, end - places), 0, 8)))
        place = claims.any_of(f"a place of {name}", places)
        after = mux(place < places - 1, part(place + 1, 0, 8), const(0, 8))
        all_three = ("before", self.before(place)), ("here", place), ("after", after)
        in_front, self.word, follows = (_Word(self, which, where) for which, where in all_three)
        claims.takes(f"{name}, the one before: as of each", in_front.first & in_front.last & in_front.followed(self.word) & in_front.read)
        self._keeps()
        claims.always(f"{name}: the oldest stands behind what is given", self.word.first)
        claims.always(f"{name}: what comes stands behind the newest", self.word.last)
        claims.always(f"{name}: a word is followed by the next", self.word.followed(follows))
        told = claims.ghost(f"what {name} gives is of the place", FALSE)
        claims.becomes(f"what {name} gives is of the place", mux(self.takes, eq(self.consume, place), told))
        self.told = told & self.there

    def before(self, place: Value) -> Value:
        """The place in front of one."""
        return mux(place.any(), part(place - 1, 0, 8), const(self.places - 1, 8))

    def _keeps(self) -> None:
        """The place has what came for it."""
        claims, word, name = self.claims, self.word, self.name
        written = self.put & eq(self.produce, word.place)
        holds = claims.ghost(f"what {name} has", const(0, word.came.width))
        claims.becomes(f"what {name} has", mux(written, claims.net(f"{name}.w_port__data", None), holds))
        claims.takes(f"what {name} has is read", implies(eq(self.address, word.place), eq(self.found, holds)))
        claims.always(f"{name} has what came", eq(holds, word.came), where=word.live)

    @property
    def front(self) -> _At:
        """Where its first place is."""
        behind = self.behind(self.given, self.out)
        return _At(mux(self.there, behind.frames, self.given.frames), mux(self.there, behind.bytes, self.given.bytes))


class _Word:
    """What ``came`` last for a place, and where in the stream that is."""

    def __init__(self, queue: _Queue, name: str, place: Value) -> None:
        claims, self.queue, self.place = queue.claims, queue, place
        came = queue.put & eq(queue.produce, place)

        def remember(what: str, value: Value) -> Value:
            ghost = claims.ghost(f"{what}, {name} in {queue.name}", const(0, value.width))
            claims.becomes(f"{what}, {name} in {queue.name}", mux(came, value, ghost))
            return ghost

        self.came = remember("the word", queue.came)
        self.at = _At(remember("frames in front", queue.arrives.frames), remember("bytes in front", queue.arrives.bytes))
        self.age = part(mux(place < queue.consume, place + queue.places, extend(place, 9)) - queue.consume, 0, 8)
        self.live = self.age < queue.level

    @property
    def first(self) -> Value:
        """Where it is the oldest, it stands behind what is given."""
        return implies(self.live & bit_not(self.age.any()), self.at.same(self.queue.front))

    @property
    def last(self) -> Value:
        """Where it is the newest, or the one that was taken last and there is none, what comes stands behind it."""
        queue = self.queue
        newest = self.live & eq(self.age + 1, extend(queue.level, 9))
        none = bit_not(queue.level.any()) & eq(queue.before(queue.consume), self.place)
        behind = queue.behind(self.at, self.came)
        return implies(newest, queue.arrives.same(behind)) & implies(none, queue.arrives.same(queue.front))

    @property
    def read(self) -> Value:
        """Where it is read, that is what came."""
        return implies(self.live & eq(self.queue.address, self.place), eq(self.queue.found, self.came))

    def followed(self, after: _Word) -> Value:
        """The next stands behind it."""
        return implies(self.live & (self.age + 1 < self.queue.level), after.at.same(self.queue.behind(self.at, self.came)))


class _Lengths:
    def __init__(self, send: SendLengths) -> None:
        self.width, self.lanes = width, lanes = send.width, send.width // 8
        whole = read_netlist(to_verilog(send, "send"), "send")
        cut, _ = cut_stores(whole)
        self.claims = claims = Claims(Design(cut))
        cells = {cell.name: cell.connections for cell in whole.cells}
        claims.presume("there is no reset", bit_not(claims.net("rst")))
        sink = claims.net("sink__payload", None)
        claims.presume("what comes has zeros past its end", self._zeros(sink))
        self.valid, self.ready = claims.net("source__valid"), claims.net("source__ready")
        self.payload = claims.net("source__payload", None)
        self.beat = part(self.payload, 0, width + lanes + 1)
        self.taken = self.valid & self.ready
        came, left = claims.ghost("frames that came", const(0, _NUMBER)), claims.ghost("frames that left", const(0, _NUMBER))
        before = claims.ghost("bytes that left", const(0, 16))
        puts, ends = claims.net("beats.w_port__en"), claims.net("lengths.w_port__en")
        claims.becomes("frames that came", plus(came, puts & self._last(sink)))
        most = 1 << (_NUMBER - 1)
        claims.presume(f"fewer than {most} frames come", came < most)
        claims.becomes("frames that left", plus(left, self.taken & self._last(self.beat)))
        claims.becomes("bytes that left", mux(self.taken, self._behind(_At(left, before), self.beat).bytes, before))
        arrives, given, none = _At(came, claims.net("held", 16)), _At(left, before), const(0, 16)

        def memory(name: str) -> tuple[Value, Value]:
            ports = cells[f"{name}.storage"]
            return claims.word(ports["RD_ADDR"]), claims.word(ports["RD_DATA"])

        self.beats = _Queue(claims, "beats", send.depth - 1, memory("beats"), self._behind, (arrives, given))
        ended = (_At(came, none), _At(left, none))
        self.lengths = _Queue(claims, "lengths", send.depth - 1, memory("lengths"), lambda at, _: _At(plus(at.frames, TRUE), none), ended)
        claims.now("a length is written with a last beat", eq(ends, puts & self._last(sink)))
        self._frame(came, ends)
        self._rules(given)

    def _last(self, beat: Value) -> Value:
        return part(beat, self.width + self.lanes, 1)

    def _total(self, at: _At, beat: Value) -> Value:
        return plus(at.bytes, extend(kept(part(beat, self.width, self.lanes)), 16))

    def _behind(self, at: _At, beat: Value) -> _At:
        last = self._last(beat)
        return _At(plus(at.frames, last), mux(last, const(0, 16), self._total(at, beat)))

    def _zeros(self, beat: Value) -> Value:
        return empty_lanes(part(beat, 0, self.width), part(beat, self.width, self.lanes))

    def _frame(self, came: Value, ends: Value) -> None:
        """The length of any one frame is that of its beats."""
        claims, beats, lengths = self.claims, self.beats, self.lengths
        number, length = claims.any_word("a frame", _NUMBER), claims.ghost("its length", const(0, 16))
        claims.becomes("its length", mux(ends & eq(came, number), lengths.came, length))
        for queue, is_last, says in (
            (beats, self._last, self._total),
            (lengths, lambda _: TRUE, lambda _, word: word),
        ):
            for what, where, at, word in (
                ("in", queue.word.live, queue.word.at, queue.word.came),
                ("given by", queue.told, queue.given, queue.out),
            ):
                ended = where & is_last(word)
                claims.always(f"a frame of which the end is {what} {queue.name} came", at.frames < came, where=ended)
                its = eq(says(at, word), length)
                claims.always(f"a frame's length is the one {what} {queue.name}", its, where=ended & eq(at.frames, number))
        self.number = number

    def _rules(self, at: _At) -> None:
        """By their numbers, of what leaves."""
        claims, last, length = self.claims, self._last(self.beat), part(self.payload, self.beat.width, 16)
        beats, lengths = self.beats, self.lengths
        for what, where, beat in (("in", beats.word.live, beats.word.came), ("given by", beats.told, beats.out)):
            claims.always(f"what is {what} beats has zeros past its end", self._zeros(beat), where=where)
        told = self.valid & beats.told & lengths.told
        waiting, was = claims.ghost("waiting", self.valid & bit_not(self.ready)), claims.ghost("what was offered", self.payload)
        claims.always("R1: what is offered is so until it is taken", self.valid, where=waiting)
        claims.always("R2: what is offered stays as it is until it is taken", eq(self.payload, was), where=waiting)
        within = claims.ghost("within a frame", FALSE)
        claims.becomes("within a frame", mux(self.taken, bit_not(last), within))
        claims.always("the first beat, and no other, is said to be one", eq(claims.net("first"), bit_not(within)))
        kept_length = claims.ghost("the length that was said", const(0, 16))
        claims.becomes("the length that was said", mux(self.taken, length, kept_length))
        claims.always("R7: the length stays the same", lengths.there & eq(length, kept_length), where=within)
        right = eq(self._total(at, self.beat), length)
        claims.always("R8: a frame has the length that is said", right, where=told & last & eq(at.frames, self.number))
        claims.always("R9: what leaves has zeros past its end", self._zeros(self.beat), where=told)
        fresh = claims.ghost("fresh", FALSE, 1)
        claims.always("R10: nothing is offered in the first cycle", bit_not(self.valid), where=fresh)
