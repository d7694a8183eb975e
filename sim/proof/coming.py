"""What comes to a store, as whoever presumes something of it and whoever shows it take it: the same words for both."""

from __future__ import annotations

from typing import Final

from elements.program.values import FALSE, Value, bit_not, const, extend, mux, part
from hdl.segment_store import Put
from sim.proof.claims import Claims

COUNT: Final = 18
"""Bits in which the beats of a packet are counted."""


def beats_of(length: Value, lanes: int) -> Value:
    """The beats of so many bytes (16 bits), in `COUNT` bits."""
    shift = (lanes - 1).bit_length()
    up = length + (lanes - 1)
    return extend(part(up, shift, up.width - shift), COUNT)


class Coming:
    """The beats that are put into the store whose nets begin with ``store``, in a netlist of which ``claims`` are made. Its notes have the
    packet's length in 16 bits from ``length_at`` on, and its words so many ``lanes``.

    ``put``: the fields of the beat that ``comes``, but for its ``note``, which says ``length`` bytes, those of so many ``beats``; ``ends``:
    it is the last one of what is good. Ghosts: whether the beat is within a packet, ``middle``, ``whose`` that is, and ``asked``, how
    many of its beats were to be kept; ``count`` has the one that comes too. Each ``…_then`` is the ghost as it is in the next cycle.
    """

    def __init__(self, claims: Claims, store: str, note_bits: int, length_at: int, lanes: int) -> None:
        shape = Put(8 * lanes, note_bits)
        put = claims.net(f"{store}put", shape.size)
        fields = ("first", "last", "write", "good", "tenant", "data")
        self.put: Final = {name: part(put, shape[name].offset, shape[name].width) for name in fields}
        self.comes: Final = claims.net(f"{store}put_valid")
        self.note: Final = part(put, shape["note"].offset, note_bits)
        self.length: Final = part(self.note, length_at, 16)
        self.beats: Final = beats_of(self.length, lanes)
        self.ends: Final = self.comes & self.put["last"] & self.put["good"]
        self.middle: Final = claims.ghost("within a packet", FALSE)
        self.whose: Final = claims.ghost("whose packet that is", const(0, 8))
        self.asked: Final = claims.ghost("beats to keep", const(0, COUNT))
        self.count: Final = part(mux(self.put["first"], const(0, COUNT), self.asked) + self.put["write"], 0, COUNT)
        self.middle_then: Final = mux(self.comes, bit_not(self.put["last"]), self.middle)
        self.whose_then: Final = mux(self.comes, self.put["tenant"], self.whose)
        self.asked_then: Final = mux(self.comes, self.count, self.asked)
        claims.becomes("within a packet", self.middle_then)
        claims.becomes("whose packet that is", self.whose_then)
        claims.becomes("beats to keep", self.asked_then)
