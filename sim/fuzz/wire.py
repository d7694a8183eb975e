"""Frames as beats and back, whole volleys at once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.frames import payload_words
from sim.fuzz.scenario import Arrival

Array = NDArray[Any]


def to_beats(arrivals: Sequence[Arrival], width: int) -> Array:
    """The beats of ``arrivals``, one behind the other: ``[beats, words]`` of uint32, each as the simulator sees a `Beat`."""
    lanes = width // 8
    sizes = np.array([len(arrival.frame) for arrival in arrivals], dtype=np.int64)
    counts = np.maximum(1, -(-sizes // lanes))
    ends = np.cumsum(counts)
    padded = b"".join(arrival.frame.ljust(int(count) * lanes, b"\0") for arrival, count in zip(arrivals, counts, strict=True))
    total = int(ends[-1]) if len(ends) else 0
    keep = np.ones((total, lanes), dtype=np.uint8)
    last = np.zeros(total, dtype=np.uint8)
    if total:
        last[ends - 1] = 1
        keep[ends - 1] = np.arange(lanes) < (sizes - lanes * (counts - 1))[:, None]
    inserted: list[int] = []
    for place, arrival in enumerate(arrivals):
        if arrival.fault:
            _break(arrival, int(ends[place] - counts[place]), int(ends[place] - 1), keep, last, inserted)
    data = np.frombuffer(padded, dtype=np.uint8).reshape(total, lanes)
    beats = _packed(data, keep, last, width)
    # A beat more where the frame goes on behind what broke it.
    return np.insert(beats, inserted, _packed(data[:1], np.ones((1, lanes), np.uint8), np.ones(1, np.uint8), width), axis=0)


def _break(arrival: Arrival, first: int, final: int, keep: Array, last: Array, inserted: list[int]) -> None:
    if arrival.fault == "endless":
        last[final] = 0
        keep[final, -1] = 0
    elif arrival.fault == "empty":
        keep[final] = 0
    elif arrival.fault == "hole":
        keep[final, 0], keep[final, 1] = 0, 1
    else:
        keep[first, -1] = 0
        if first == final:
            last[final] = 0
            inserted.append(final + 1)


def _packed(data: Array, keep: Array, last: Array, width: int) -> Array:
    """Beats of data, keep and last, from the low bits up, in words of 32 bits."""
    lanes = width // 8
    raw = np.zeros((len(data), 4 * payload_words(width)), dtype=np.uint8)
    raw[:, :lanes] = data
    flags = np.packbits(np.concatenate((keep, last[:, None]), axis=1), axis=1, bitorder="little")
    raw[:, lanes : lanes + flags.shape[1]] = flags
    return raw.view("<u4")


class Reader:
    """Frames of one output; they may go on from one stretch of cycles to the next."""

    def __init__(self, width: int) -> None:
        self.width = width
        self._rest: Array = np.zeros((0, payload_words(width)), dtype=np.uint32)

    def read(self, taken: Array, payload: Array) -> list[bytes]:
        """The frames that end in this stretch; ``taken``: valid and ready, ``payload``: the beats."""
        lanes = self.width // 8
        beats = np.concatenate((self._rest, payload[taken != 0]))
        if not len(beats):
            return []
        raw = np.ascontiguousarray(beats).view(np.uint8).reshape(len(beats), -1)
        flags = np.unpackbits(raw[:, lanes : lanes + lanes // 8 + 1], axis=1, bitorder="little")
        ends = np.flatnonzero(flags[:, lanes])
        self._rest = beats[ends[-1] + 1 :] if len(ends) else beats
        kept = flags[ends, :lanes].sum(axis=1)
        data = np.ascontiguousarray(raw[:, :lanes]).tobytes()
        frames, start = [], 0
        for end, count in zip(ends.tolist(), kept.tolist(), strict=True):
            frames.append(data[start * lanes : end * lanes + count])
            start = end + 1
        return frames
