"""Numbers of a TCP stream that are shifted because somebody changed the length of what was in it, in the reference.

Each direction of a flow has a base, and behind it at most `MOST_SHIFTS` places, the oldest first, from each of which on numbers are shifted
by something else. Where there would be more, the oldest becomes the base, which is felt by what is sent again from far before.
"""

from __future__ import annotations

from typing import Final

from elements.definition.handlers import StateView
from elements.rewriter.flows import MOST_SHIFTS, FlowTable

WORD: Final = 0xFFFF_FFFF
FAR: Final = 1 << 30
"""Numbers this far behind are forgotten."""


def comes_after(one: int, other: int) -> bool:
    """Whether a sequence number is ``other`` or behind it."""
    return not (one - other) & 0x8000_0000


class ShiftedFlows(FlowTable):
    """A table that remembers shifts; ``way`` is a flow's entry less one."""

    def shift(self, state: StateView, way: int, place: int, by: int) -> None:
        """From ``place`` in the original stream on, ``by`` more bytes than before are sent."""
        before = self._places_of(state, way)
        if before and not comes_after(place, before[-1][0]):
            return
        if before and before[-1][0] == place:
            before.pop()
        base = state.get(self.shift_base, way)
        total = (before[-1][1] if before else base) + by & WORD
        while before and comes_after(place, before[0][0] + FAR & WORD):
            base = before.pop(0)[1]
        if len(before) == MOST_SHIFTS:
            base = before.pop(0)[1]
        before.append((place, total))
        state.set(self.shift_base, base, way)
        state.set(self.shift_count, len(before), way)
        for number, (start, amount) in enumerate(before):
            state.set(self.shift_from, start, way * MOST_SHIFTS + number)
            state.set(self.shift_by, amount, way * MOST_SHIFTS + number)

    def shifted_now(self, state: StateView, way: int) -> int:
        """What the newest numbers are shifted by."""
        before = self._places_of(state, way)
        return before[-1][1] if before else state.get(self.shift_base, way)

    def is_shifted(self, state: StateView, way: int) -> bool:
        """Whether any numbers are."""
        return bool(state.get(self.shift_count, way) or state.get(self.shift_base, way))

    def forget_shifts(self, state: StateView, way: int, number: int) -> None:
        """A packet with this sequence number was there: what is far behind it is forgotten."""
        before = self._places_of(state, way)
        if before and comes_after(number, before[-1][0] + FAR & WORD):
            state.set(self.shift_base, before[-1][1], way)
            state.set(self.shift_count, 0, way)

    def shifted(self, state: StateView, way: int, number: int) -> int:
        """What becomes of a sequence number."""
        for start, amount in reversed(self._places_of(state, way)):
            if comes_after(number, start):
                return number + amount & WORD
        return number + state.get(self.shift_base, way) & WORD

    def unshifted(self, state: StateView, way: int, number: int) -> int:
        """What was a sequence number that is acknowledged."""
        for start, amount in reversed(self._places_of(state, way)):
            if comes_after(number - amount & WORD, start):
                return number - amount & WORD
        return number - state.get(self.shift_base, way) & WORD

    def _places_of(self, state: StateView, way: int) -> list[tuple[int, int]]:
        first = way * MOST_SHIFTS
        return [
            (state.get(self.shift_from, i), state.get(self.shift_by, i)) for i in range(first, first + state.get(self.shift_count, way))
        ]

    def shift_packet(self, state: StateView, buffer: bytearray, transport: int, length: int, way: int) -> int:
        """Shift the numbers of a TCP packet, whose header is whole, that goes ``way``; what the checksum's sum grows by."""
        if not self.is_shifted(state, way) and not self.is_shifted(state, way ^ 1):
            return 0
        sequence, acknowledged = (int.from_bytes(buffer[transport + at : transport + at + 4], "big") for at in (4, 8))
        change = 0
        self.forget_shifts(state, way, sequence)
        if self.is_shifted(state, way):
            change += _put(buffer, transport, 4, self.shifted(state, way, sequence))
        if self.is_shifted(state, way ^ 1):
            change += _put(buffer, transport, 8, self.unshifted(state, way ^ 1, acknowledged))
            header = 4 * (buffer[transport + 12] >> 4)
            if header > 32 or (header == 32 and buffer[transport + 20 : transport + 24] != b"\x01\x01\x08\x0a"):
                change += self._shift_selective(state, buffer, transport, header, way ^ 1)
        return change

    def _shift_selective(self, state: StateView, buffer: bytearray, transport: int, end: int, way: int) -> int:
        """The same of numbers that are acknowledged selectively (RFC 2018)."""
        at, change = 20, 0
        while at < end:
            kind = buffer[transport + at]
            if kind == 1:
                at += 1
                continue
            size = buffer[transport + at + 1] if at + 1 < end else 0
            if kind == 0 or size < 2 or (kind == 5 and (at + size > end or size % 8 != 2)):
                break
            if kind == 5:
                for edge in range(at + 2, at + size, 4):
                    old = int.from_bytes(buffer[transport + edge : transport + edge + 4], "big")
                    change += _put(buffer, transport, edge, self.unshifted(state, way, old))
            at += size
        return change


def _put(buffer: bytearray, transport: int, at: int, number: int) -> int:
    """Write 32 bits ``at`` bytes behind the header's start; what the checksum's sum grows by."""
    place, new, change = transport + at, number.to_bytes(4, "big"), 0
    for i in range(4):
        change += ((buffer[place + i] ^ 0xFF) + new[i]) << (8 if (at + i) % 2 == 0 else 0)
    buffer[place : place + 4] = new
    return change
