"""Frames as beats in arrays, for the vector runs of a Verilated design."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

Beats = NDArray[Any]


def payload_words(width: int) -> int:
    """32-bit words of a `Beat` of ``width`` data bits as the simulator sees it."""
    return -(-(width + width // 8 + 1) // 32)


def beat_value(chunk: bytes, width: int, *, last: bool) -> int:
    """A `Beat` as a number: data, keep and last, from the low bits up."""
    lanes = width // 8
    return int.from_bytes(chunk, "little") | ((1 << len(chunk)) - 1) << width | int(last) << (width + lanes)


def with_keep(beat: int, width: int, keep: int) -> int:
    """``beat`` with another ``keep``."""
    lanes = width // 8
    return beat & ~((1 << lanes) - 1 << width) | keep << width


def ends(beats: Iterable[int], width: int) -> int:
    """How many of ``beats`` are marked as the last of a frame."""
    return sum(beat >> width + width // 8 & 1 for beat in beats)


def stalls(chance: np.random.Generator, cycles: int) -> NDArray[np.uint8]:
    """When a source or a sink is there: in three random cycles of every four, so that what must fit can be counted."""
    there = np.ones(-(-cycles // 4) * 4, dtype=np.uint8)
    there[np.arange(0, len(there), 4) + chance.integers(0, 4, len(there) // 4)] = 0
    return there[:cycles]


def cycles_for(beats: int) -> int:
    """Cycles that ``beats`` need at most beside `stalls`."""
    return 4 * (-(-beats // 3) + 1)


def encode(
    frames: Sequence[tuple[int, bytes]], width: int, cycles: int, there: NDArray[np.uint8] | None = None
) -> tuple[NDArray[np.uint8], Beats]:
    """(valid, payload) arrays of ``cycles``: each frame starts at its cycle, or right behind the one before if that is later, and has beats
    only in cycles in which its source is ``there``. The sink must never make it wait. Errors: ``ValueError`` where they do not fit."""
    lanes, words = width // 8, payload_words(width)
    valid = np.zeros(cycles, dtype=np.uint8)
    raw = bytearray(4 * words * cycles)
    at = 0
    for start, frame in frames:
        at = max(at, start)
        for index in range(0, len(frame), lanes):
            while there is not None and at < cycles and not there[at]:
                at += 1
            if at >= cycles:
                raise ValueError(f"the frames need more than {cycles} cycles")
            value = beat_value(frame[index : index + lanes], width, last=index + lanes >= len(frame))
            raw[4 * words * at : 4 * words * (at + 1)] = value.to_bytes(4 * words, "little")
            valid[at] = 1
            at += 1
    return valid, np.frombuffer(bytes(raw), dtype=np.uint32).reshape(cycles, words)


class FrameReader:
    """Puts the beats of one output together; frames may go on from one run to the next."""

    def __init__(self, width: int) -> None:
        self.width = width
        self.part = b""

    def read(self, taken: NDArray[Any], payload: Beats) -> list[tuple[int, bytes]]:
        """(cycle of the last beat, frame) for every frame that ends; ``taken`` is valid and ready."""
        lanes = self.width // 8
        frames = []
        for cycle in np.flatnonzero(taken):
            value = int.from_bytes(np.ascontiguousarray(payload[cycle]).tobytes(), "little")
            keep = value >> self.width & ((1 << lanes) - 1)
            self.part += (value & ((1 << self.width) - 1)).to_bytes(lanes, "little")[: keep.bit_length()]
            if value >> (self.width + lanes) & 1:
                frames.append((int(cycle), self.part))
                self.part = b""
        return frames
