"""That what is good of what comes to a way in is put word for word, that its note says the bytes that came, and that just those frames are
malformed that break a rule: claims beside those of `sim.proof.arrivals`, of which they are part.

What is in words is shown of any one place of a frame, and so of each.
"""

from __future__ import annotations

from elements.program.values import Value, bit_not, const, eq, extend, mux, part
from hdl.ingress import SHORTEST, Ingress
from hdl.meta import Meta
from sim.proof.coming import COUNT, Coming
from sim.proof.frames import BYTES, Frames
from sim.proof.segments import plus


class Words:
    """Is told by ``on_wire`` where there is more of a packet to be put than what is left, and by ``rest`` where beats of a good frame that
    ended are ``left`` to be put, all of it where it is ``alone``."""

    def __init__(self, ingress: Ingress, frame: Frames, coming: Coming, *, on_wire: Value, rest: Value, left: Value, alone: Value) -> None:
        self.claims, self.ingress, self.frame, self.coming = frame.claims, ingress, frame, coming
        self.on_wire, self.rest, self.left, self.alone = on_wire, rest, left, alone

    def claim(self) -> None:
        """All of it."""
        self._framing()
        self._words()
        self._length()

    def _framing(self) -> None:
        claims, frame, longest = self.claims, self.frame, self.ingress.max_frame
        bad, length = claims.net("way.bad"), extend(claims.net("way.length", None), BYTES)
        claims.always(
            "something is wrong with a frame where a beat has a hole or it is too long",
            eq(bad, bit_not(frame.framed & (frame.came <= longest))),
        )
        claims.always("bytes of a frame are counted as they come", eq(length, frame.came), where=bit_not(bad))
        legal = frame.sound & (frame.bytes <= longest)
        if self.ingress.host_edges is None:
            legal = legal & (frame.bytes >= SHORTEST)
        else:
            said = extend(part(claims.net("way.meta", Meta().size), Meta()["length"].offset, 16), BYTES)
            legal = legal & said.any() & (said <= frame.bytes)
        claims.now("a frame is malformed just where a rule is broken", eq(claims.net("way.malformed"), bit_not(legal)), where=frame.ends)

    def _ended(self, ago: list[Value]) -> Value:
        """What it was when the frame ended of which beats are left."""
        found = ago[0]
        for n in range(1, self.ingress.held):
            found = mux(self.left.equals(self.ingress.held - n), ago[n], found)
        return found

    def _words(self) -> None:
        claims, frame, came, held = self.claims, self.frame, self.coming, self.ingress.held
        place, none = claims.any_word("a place in a frame", COUNT), const(0, self.ingress.width)
        word = claims.ghost("the word that came there", none)
        word_then = mux(frame.valid & eq(frame.beats, place), frame.data, word)
        claims.becomes("the word that came there", word_then)
        ago = frame.ago("the word that came there", word_then, held + 1)
        put = claims.ghost("the word that was put there", none)
        at = mux(came.put["first"], const(0, COUNT), came.asked)
        put_then = mux(came.comes & came.put["write"] & eq(at, place), came.put["data"], put)
        claims.becomes("the word that was put there", put_then)
        claims.always(
            "of the frame on the wire what was put is what came", eq(put_then, word), where=self.on_wire & (place < came.asked_then)
        )
        nothing_wrong = bit_not(claims.net("way.bad"))
        for n in range(held):
            waits = nothing_wrong & (frame.beats > n) & eq(frame.beats, plus(place, const(n + 1, COUNT)))
            claims.always(f"what is held came, {n}", eq(claims.net(f"way.waiting{n}", self.ingress.width), word), where=waits)
        if held:
            begun = mux(self.alone, const(0, COUNT), came.asked_then)
            claims.always(
                "of a frame that ended what was put is what came", eq(put_then, self._ended(ago)), where=self.rest & (place < begun)
            )
            for n in range(held):
                here = self.rest & eq(plus(begun, const(n, COUNT)), place) & (n < self.left)
                rest = claims.net(f"way.rest{n}", self.ingress.width)
                claims.always(f"of a frame that ended what is left is what came, {n}", eq(rest, self._ended(ago)), where=here)
        claims.always("a good frame is put word for word", eq(put_then, ago[-1]), where=came.ends & (place < came.count))

    def _length(self) -> None:
        claims, came = self.claims, self.coming
        ago = self.frame.ago("the bytes that came", self.frame.bytes, self.ingress.held + 1)
        host = self.ingress.host_edges is not None

        def told(length: Value, there: Value) -> Value:
            said = extend(length, BYTES)
            return said <= there if host else eq(said, there)

        if self.ingress.held:
            ended = part(claims.net("way.ended", Meta().size), Meta()["length"].offset, 16)
            claims.always("of a frame that ended as many bytes are said as came", told(ended, self._ended(ago)), where=self.rest)
        much = "no more bytes than came" if host else "as many bytes as came"
        claims.always(f"the note of a good frame says {much}", told(came.length, ago[-1]), where=came.ends)
