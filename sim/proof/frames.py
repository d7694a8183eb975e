"""Frames on a stream, beat by beat, as ghosts remember them for a proof."""

from __future__ import annotations

from typing import Final

from elements.program.values import FALSE, Value, bit_not, const, eq, extend, mux, part
from sim.proof.claims import Claims
from sim.proof.coming import COUNT
from sim.proof.segments import plus

BYTES: Final = COUNT + 8
"""Bits in which the bytes of a frame are counted."""
MOST_BEATS: Final = (1 << COUNT) - 1
"""More beats of a frame are not counted."""


class Frames:
    """The frames that come by ``stream``, which never waits, in beats of ``width`` bits.

    Of the beat at hand: ``valid``, ``data``, ``keep``, whether it ``ends`` its frame, and, where it does, whether that keeps to rules R3
    and R4 of streams (``sound``) and how many ``bytes`` it has. Ghosts: of the frame's beats before, ``beats``, as far as they are counted,
    all of them ``framed`` as R3 asks, and ``came``, the bytes in as many whole ones; each ``…_then`` is the ghost in the next cycle.
    """

    def __init__(self, claims: Claims, stream: str, width: int) -> None:
        lanes, none = width // 8, const(0, COUNT)
        valid, payload = claims.net(f"{stream}__valid"), claims.net(f"{stream}__payload", width + lanes + 1)
        data, keep, last = part(payload, 0, width), part(payload, width, lanes), part(payload, width + lanes, 1)
        self.claims: Final = claims
        self.stream: Final = stream
        self.valid, self.data, self.keep = valid, data, keep
        self.ends: Final = valid & last
        self.beats: Final = claims.ghost(f"beats that came by {stream}", none)
        more = plus(self.beats, eq(self.beats, const(MOST_BEATS, COUNT)) ^ const(1, 1))
        self.beats_then: Final = mux(valid, mux(last, none, more), self.beats)
        claims.becomes(f"beats that came by {stream}", self.beats_then)
        holed = claims.ghost(f"a beat of {stream} had a hole", FALSE)
        holed_then = mux(valid, bit_not(last) & (holed | bit_not(are_all(keep))), holed)
        claims.becomes(f"a beat of {stream} had a hole", holed_then)
        self.framed, self.framed_then = bit_not(holed), bit_not(holed_then)
        claims.always(f"no hole of {stream} is in front of a frame", self.framed, where=bit_not(self.beats.any()))
        self.sound: Final = self.framed & is_run(keep)
        self.came: Final = part(extend(self.beats, BYTES) * const(lanes, 8), 0, BYTES)
        self.bytes: Final = plus(self.came, count(keep))

    def ago(self, name: str, word: Value, cycles: int) -> list[Value]:
        """What it was a cycle ago, two, …"""
        words = []
        for n in range(1, cycles + 1):
            word = self.claims.ghost(f"{name} of {self.stream}, {n} ago", word)
            words.append(word)
        return words


def are_all(keep: Value) -> Value:
    """Whether there are all lanes."""
    return eq(keep, const((1 << keep.width) - 1, keep.width))


def is_run(keep: Value) -> Value:
    """Whether lanes are some from the first on, and no others."""
    return keep.any() & bit_not((keep & part(keep + 1, 0, keep.width)).any())


def count(keep: Value) -> Value:
    """How many lanes there are (8 bits)."""
    found = const(0, 8)
    for lane in range(keep.width):
        found = plus(found, part(keep, lane, 1))
    return found
