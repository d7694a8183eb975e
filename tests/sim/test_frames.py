"""Frames as beats in arrays: what stalls is still whole, in order, and fits where it was counted to fit."""

import numpy as np
import pytest

from sim.frames import FrameReader, cycles_for, encode, stalls

FRAMES = [bytes(range(1, size)) for size in (2, 8, 9, 10, 60, 129)]
BEATS = sum(-(-len(frame) // 8) for frame in FRAMES)


@pytest.mark.parametrize("seed", range(20))
def test_frames_between_stalls_are_read_back_and_fit(seed: int) -> None:
    cycles = cycles_for(BEATS)
    there = stalls(np.random.default_rng(seed), cycles)
    assert 0 < (there == 0).sum() <= -(-cycles // 4)
    valid, payload = encode([(0, frame) for frame in FRAMES], 64, cycles, there)
    assert not (valid & ~there.astype(bool)).any()
    assert int(valid.sum()) == BEATS
    assert [frame for _, frame in FrameReader(64).read(valid, payload)] == FRAMES


def test_without_stalls_frames_are_back_to_back_from_their_start() -> None:
    valid, payload = encode([(3, FRAMES[4]), (0, FRAMES[1])], 64, 20)
    assert np.flatnonzero(valid).tolist() == list(range(3, 12))
    assert [cycle for cycle, _ in FrameReader(64).read(valid, payload)] == [10, 11]


def test_what_does_not_fit_is_refused() -> None:
    with pytest.raises(ValueError, match="the frames need more than 10 cycles"):
        encode([(5, FRAMES[4])], 64, 10)
    with pytest.raises(ValueError, match="the frames need more than 10 cycles"):
        encode([(0, FRAMES[4])], 64, 10, np.array([0, 1] * 5, dtype=np.uint8))
