"""That what takes the shim off the host's frames gives each of them as it came, with its shim, which stays, and says which have no more
than that: claims beside those of `sim.proof.arrivals`, of which they are part."""

from __future__ import annotations

from typing import Final

from elements.program.values import Value, bit_not, cat, const, eq, extend, mux, part, sub
from hdl.meta import SHIM_BYTES
from sim.proof.claims import Claims
from sim.proof.coming import COUNT
from sim.proof.frames import BYTES, MOST_BEATS, Frames, are_all, count, is_run
from sim.proof.segments import plus

_BITS: Final = 8 * SHIM_BYTES


class Shims:
    """Frames that come by ``wire`` go on by ``way``, a cycle later: whole beats behind the shim where that fills ``whole`` of them; else
    moved down by it, the end of one that does not fill its beat a cycle later still, ``flush``."""

    def __init__(self, claims: Claims, width: int, wire: Frames, way: Frames) -> None:
        self.claims, self.width, self.wire, self.way = claims, width, wire, way
        self.lanes: Final = width // 8
        self.wide: Final = width > _BITS
        self.whole: Final = SHIM_BYTES // self.lanes
        self.short: Final = claims.net("strip.short")
        self.index: Final = claims.net("strip.index", None)
        self.shim: Final = claims.net("way.shim", _BITS)
        self.late: Final = [way.ends, *([claims.net("strip.flush")] if self.wide else [])]
        """Where frames are that ended on the wire and not yet behind the strip."""

    def claim(self) -> None:
        """All but what `ends` claims."""
        self._stays()
        if self.wide:
            self._moved()
        else:
            self._whole()

    def _stays(self) -> None:
        """A frame's shim stays until the frame has come: as long as more of it comes, the strip is within the frame."""
        claims, wire, inside = self.claims, self.wire, max(1, self.whole) + (0 if self.wide else 1)
        more = self.way.beats_then.any()
        claims.always("the strip counts beats as far as it matters", self.index <= inside)
        counted = mux(wire.beats < inside, wire.beats, const(inside, COUNT))
        claims.always("the strip counts the beats of the frame on the wire", eq(extend(self.index, COUNT), counted))
        comes, before = claims.ghost("more of a frame comes", more), claims.ghost("the shim before", self.shim)
        claims.always("a shim stays while its frame comes", eq(self.shim, before), where=comes)
        within = self.index.equals(inside)
        if not self.wide:
            claims.always("the strip is within the frame that comes", within, where=more)
            return
        flush = claims.net("strip.flush")
        claims.always("the strip is within the frame that comes", within | flush, where=more)
        claims.always("the strip ends a frame, or is within one", bit_not(self.index.any()), where=flush)

    def ends(self, ended: list[Value]) -> list[Value]:
        """That what ends on the wire ends behind the strip, or is too short, and nothing else does. ``ended``: whether a frame did on the
        wire, a cycle ago, two, …. Gives whether one did behind the strip, a cycle ago, …"""
        claims, wire = self.claims, self.wire
        small = wire.bytes <= SHIM_BYTES
        claims.now("only a frame that ends is too short for a shim", wire.ends, where=self.short)
        claims.now("a frame is too short where it has no more than a shim", eq(self.short, small), where=wire.ends & wire.sound)
        passed = wire.ago("a frame with more than a shim", wire.ends & bit_not(self.short), len(ended))
        for n, (had_shim, was_end) in enumerate(zip(passed, ended, strict=True), 1):
            claims.always(f"what had more than a shim ended, {n} ago", was_end, where=had_shim)
        if not self.wide:
            claims.always("a frame ends behind the strip a cycle later", eq(self.way.ends, passed[0]))
            return passed[1:]
        flush = claims.net("strip.flush")
        flushed = wire.ago("an end with a beat of its own", flush, len(ended) - 1)
        behind = []
        for n, (own_beat, had_shim, longer) in enumerate(zip([flush, *flushed], passed, flushed, strict=False), 1):
            claims.always(f"what has a beat of its own had more than a shim, {n} ago", had_shim, where=own_beat)
            claims.always(f"two frames do not end behind the strip together, {n} ago", bit_not(had_shim & bit_not(own_beat)), where=longer)
            behind.append((had_shim & bit_not(own_beat)) | longer)
        claims.always("a frame ends behind the strip a cycle later, or two", eq(self.way.ends, behind[0]))
        return behind[1:]

    def _whole(self) -> None:
        claims, wire, way = self.claims, self.wire, self.way
        (goes,) = wire.ago("a beat behind the shim", wire.valid & (wire.beats >= self.whole), 1)
        (data,), (keep,) = wire.ago("the data", wire.data, 1), wire.ago("the lanes", wire.keep, 1)
        (holed,) = wire.ago("a hole in the shim", self._holed_shim(), 1)
        claims.always("beats behind the shim follow, and no others", eq(way.valid, goes))
        claims.always("words behind the shim are as they came", eq(way.data, data), where=goes)
        kept = mux(holed, const(0, self.lanes), keep)
        claims.always("bytes behind the shim are as they came", eq(way.keep, kept), where=goes)
        shim = self._shim_of(self.whole, self.width)
        claims.always("the shim is what stood in front of the frame", eq(self.shim, shim))
        behind = wire.beats > self.whole
        claims.always("a hole on the wire is one behind the strip", eq(way.framed_then, wire.framed), where=behind)
        claims.always("behind the strip the next frame has not begun", bit_not(way.beats_then.any()), where=bit_not(behind))
        self._counted(behind)
        self._judged([wire.ago("a sound end", wire.sound, 1)[0]], [wire.ago("the bytes", wire.bytes, 1)[0]], const(0, 1))

    def _holed_shim(self) -> Value:
        """Whether a beat before had a hole that was of the shim."""
        claims, wire = self.claims, self.wire
        holed = claims.ghost("a hole in the shim", const(0, 1))
        here = (wire.beats < self.whole) & bit_not(are_all(wire.keep))
        claims.becomes("a hole in the shim", mux(wire.valid, bit_not(wire.ends) & (holed | here), holed))
        claims.always("the strip remembers a hole in the shim", eq(claims.net("strip.holed"), holed))
        claims.always("a hole in the shim is one on the wire", bit_not(wire.framed), where=holed)
        front = wire.beats <= self.whole
        claims.always("in front of the frame a hole is one in the shim", eq(holed, bit_not(wire.framed)), where=front)
        return holed

    def _shim_of(self, beats: int, width: int) -> Value:
        """The shim of the frame on the wire, of which so many ``beats`` have ``width`` bits each."""
        pieces = []
        for number in range(beats):
            piece = self.claims.ghost(f"beat {number} of the shim", const(0, width))
            here = self.wire.valid & self.wire.beats.equals(number)
            self.claims.becomes(f"beat {number} of the shim", mux(here, part(self.wire.data, 0, width), piece))
            pieces.append(piece)
        return cat(*reversed(pieces)) if len(pieces) > 1 else pieces[0]

    def _counted(self, behind: Value) -> None:
        """Behind the strip there are as many beats less as the shim fills."""
        wire, way = self.wire, self.way
        shims = way.beats_then + max(1, self.whole)
        there = mux(shims <= MOST_BEATS, part(shims, 0, COUNT), const(MOST_BEATS, COUNT))
        self.claims.always("behind the strip come the frame's beats without the shim's", eq(there, wire.beats), where=behind)

    def _judged(self, sound: list[Value], there: list[Value], late: Value) -> None:
        """What ends behind the strip is sound where it was on the wire, and had a shim's bytes more there. ``sound`` and ``there``: what it
        was a cycle ago and, where it is ``late``, two."""
        way = self.way
        same = eq(way.sound, mux(late, sound[-1], sound[0]))
        self.claims.always("what ends behind the strip is sound where it was so on the wire", same, where=way.ends)
        # Of more beats than are counted nothing is said; no good frame has as many.
        few = way.beats < MOST_BEATS - SHIM_BYTES
        bytes_then = mux(late, there[-1], there[0])
        same = eq(plus(way.bytes, const(SHIM_BYTES, BYTES)), bytes_then)
        self.claims.always("behind the strip there are a shim's bytes less", same, where=way.ends & way.sound & few)

    def _moved(self) -> None:
        claims, wire, way, none = self.claims, self.wire, self.way, const(0, self.lanes)
        low = SHIM_BYTES
        (goes,) = wire.ago("a beat behind the first", wire.valid & wire.beats.any(), 1)
        flush = claims.net("strip.flush")
        own = wire.ago("an own beat for the end", flush, 1)[0]
        first_holed = bit_not(wire.beats.any()) & bit_not(are_all(part(wire.keep, 0, low)))
        seen = mux(first_holed, none, wire.keep)
        # The last beat that came, and the one before it.
        data, keep = claims.ghost("the last word", const(0, self.width)), claims.ghost("the last word's lanes", none)
        claims.becomes("the last word", mux(wire.valid, wire.data, data))
        claims.becomes("the last word's lanes", mux(wire.valid, seen, keep))
        claims.always("the strip holds the last word", eq(claims.net("strip.held", self.width), data))
        claims.always("the strip holds the last word's lanes", eq(claims.net("strip.held_keep", self.lanes), keep))
        (before,), (lanes_before,) = wire.ago("the last word", data, 1), wire.ago("the last word's lanes", keep, 1)
        claims.always("beats behind the first follow, and what is left of the last, and no others", eq(way.valid, goes | own))
        claims.always("they do not meet", bit_not(goes & own))
        high = self.width - 8 * low
        rest, rest_lanes = part(before, 8 * low, high), part(lanes_before, low, self.lanes - low)
        joined = cat(mux(own, const(0, 8 * low), part(data, 0, 8 * low)), rest)
        claims.always("words behind the shim are as they came", eq(way.data, joined), where=goes | own)
        now = part(keep, 0, 1) & bit_not(own)
        moved = mux(own, const(0, low), part(keep, 0, low))
        kept = cat(moved, mux(now | own, rest_lanes, const(0, self.lanes - low)))
        claims.always("bytes behind the shim are as they came", eq(way.keep, kept), where=goes | own)
        shim = self._shim_of(1, _BITS)
        (shim_before,) = wire.ago("the shim", shim, 1)
        claims.always("the strip keeps the shim that comes", eq(claims.net("strip.coming", _BITS), shim))
        claims.always("the shim is what stood in front of the frame", eq(self.shim, mux(own, shim_before, shim)), where=goes | own)
        claims.always("what comes has its shim", eq(self.shim, shim), where=way.beats_then.any())
        self._pending(part(keep, low, self.lanes - low), own)

    def _pending(self, rest: Value, own: Value) -> None:
        """How ends and holes come through, where lanes of the last beat, ``rest``, are still to leave. ``own``: they leave now, by
        themselves."""
        claims, wire, way, flush = self.claims, self.wire, self.way, self.claims.net("strip.flush")
        behind = wire.beats.any()
        seen = way.framed_then & are_all(rest)
        claims.always("a hole on the wire is one behind the strip, or in what is still to leave", eq(wire.framed, seen), where=behind)
        begun = bit_not(way.beats_then.any())
        claims.always("behind the strip the next frame has not begun", begun, where=bit_not(behind | flush))
        self._counted(behind)
        sound, there = wire.ago("a sound end", wire.sound, 2), wire.ago("the bytes", wire.bytes, 2)
        beats = wire.ago("the beats", wire.beats, 1)[0]
        claims.always("where an end is still to leave the beats in front of it have come", eq(way.beats_then, beats), where=flush)
        well = way.framed_then & is_run(rest)
        claims.always("an end that is still to leave is sound where it was so on the wire", eq(well, sound[0]), where=flush)
        all_there = eq(plus(extend(count(rest), BYTES), const(SHIM_BYTES, BYTES)), part(sub(there[0], self._whole_bytes(beats)), 0, BYTES))
        claims.always("an end that is still to leave has a shim's bytes less", all_there, where=flush & well)
        self._judged(sound, there, own)

    def _whole_bytes(self, beats: Value) -> Value:
        return part(extend(beats, BYTES) * const(self.lanes, 8), 0, BYTES)
