"""Frames to beats and back: as the slow encoder has them, and broken as they are said to be."""

from __future__ import annotations

import random

import numpy as np
import pytest

from sim.frames import FrameReader, encode
from sim.fuzz.scenario import FAULTS, LONGEST, Arrival, Fault, closed, let_in
from sim.fuzz.wire import Reader, to_beats

WIDTHS = (64, 128, 256, 512)


def some_frames(count: int) -> list[bytes]:
    rng = random.Random(7)
    return [rng.randbytes(rng.choice((1, 7, 8, 9, 14, 16, 31, 32, 63, 64, 65, 200, 1500))) for _ in range(count)]


@pytest.mark.parametrize("width", WIDTHS)
def test_beats_are_those_of_the_other_encoder(width: int) -> None:
    frames = some_frames(40)
    beats = to_beats([Arrival(0, frame) for frame in frames], width)
    valid, payload = encode([(0, frame) for frame in frames], width, len(beats))
    assert valid.all()
    assert (beats == payload).all()


@pytest.mark.parametrize("width", WIDTHS)
def test_frames_come_back_whole_from_stretches_that_cut_them(width: int) -> None:
    frames = some_frames(60)
    beats = to_beats([Arrival(0, frame) for frame in frames], width)
    reader, other, found, wanted = Reader(width), FrameReader(width), [], []
    rng = np.random.default_rng(3)
    start = 0
    while start < len(beats):
        size = int(rng.integers(0, 9))
        # Beats between cycles in which nothing is taken, and the rest of a frame in the next stretch.
        taken = (rng.random(2 * size) < 0.5).astype(np.uint8)
        payload = np.zeros((2 * size, beats.shape[1]), dtype=np.uint32)
        places = np.flatnonzero(taken)[: len(beats) - start]
        taken[:] = 0
        taken[places] = 1
        payload[places] = beats[start : start + len(places)]
        found += reader.read(taken, payload)
        wanted += [frame for _, frame in other.read(taken, payload)]
        start += len(places)
    assert found == wanted == frames


def malformed(beats: list[tuple[int, bool]], lanes: int) -> tuple[int, int]:
    """(frames that keep to the rules, frames that do not) of beats (keep, last), by the rules' own words."""
    good = bad = length = 0
    wrong = False
    for keep, last in beats:
        full = keep == (1 << lanes) - 1
        wrong |= (keep == 0 or keep & (keep + 1) != 0) if last else not full
        length += keep.bit_count()
        if last:
            sound = not wrong and 14 <= length <= LONGEST
            good, bad, wrong, length = good + sound, bad + (not sound), False, 0
    return good, bad


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("fault", ["", *FAULTS])
def test_a_broken_frame_breaks_the_rules_and_no_other_does(width: int, fault: Fault) -> None:
    lanes = width // 8
    for size in (0, 1, 13, 14, 15, lanes, lanes + 1, 3 * lanes, 3 * lanes - 1, LONGEST, LONGEST + 1):
        arrivals = [Arrival(0, bytes(60)), Arrival(0, bytes(size), fault), Arrival(0, bytes(61)), Arrival(0, bytes(62))]
        beats = []
        for row in to_beats(arrivals, width):
            value = int.from_bytes(np.ascontiguousarray(row).tobytes(), "little")
            beats.append((value >> width & ((1 << lanes) - 1), bool(value >> (width + lanes) & 1)))
        places, broken = let_in(arrivals)
        assert malformed(beats, lanes) == (len(places), broken), size
        # One without an end takes the next with it.
        assert places == ([0, 3] if fault == "endless" else [0, 2, 3] if fault or not 14 <= size <= LONGEST else [0, 1, 2, 3])


def test_no_port_is_left_without_an_end() -> None:
    endless = [Arrival(0, b"a" * 20), Arrival(1, b"b" * 20, "endless"), Arrival(0, b"c" * 20, "endless"), Arrival(0, b"d" * 20, "endless")]
    assert closed(endless) == endless[:1]
    assert closed([*endless, Arrival(0, b"e" * 20)]) == [endless[0], endless[2], endless[3], Arrival(0, b"e" * 20)]
