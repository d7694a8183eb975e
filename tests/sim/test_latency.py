"""Latencies are counted from the frame that was sent to the frame that left, in both runs of the same scene."""

from __future__ import annotations

from dataclasses import replace

import pytest

from sim.evidence import Latencies, Mode
from sim.isolation import Party, Scene, Seen, TwoRuns
from sim.latency import Took, histograms, latencies, within
from tests.sim.attacks import frame_of, tag

A = Party(0, 100)
FIRST, SECOND, THEIRS = frame_of(tag(100)), frame_of(tag(100)) + b"2", frame_of(tag(200))
SCENE = Scene({0: [(0, FIRST), (1_000, SECOND)]}, cycles=2_000)


def seen(**outputs: tuple[tuple[int, bytes], ...]) -> Seen:
    return Seen(outputs, {})


def runs(alone: Seen, beside: Seen) -> TwoRuns:
    return TwoRuns(alone, beside, ())


def test_each_frame_is_taken_from_the_last_one_sent_before() -> None:
    alone = seen(tx0=((60, FIRST),), tx1=((1_080, SECOND),))
    beside = seen(tx0=((62, THEIRS), (75, FIRST)), tx1=((1_080, SECOND),))
    assert latencies(SCENE, runs(alone, beside), A, 23) == [("tx0", 60, 75), ("tx1", 80, 80)]


def test_a_frame_that_began_too_late_is_not_the_one_that_leaves() -> None:
    alone = seen(tx0=((1_010, FIRST),))
    assert latencies(SCENE, runs(alone, alone), A, 23) == [("tx0", 1_010, 1_010)]
    assert latencies(SCENE, runs(alone, alone), A, 10) == [("tx0", 10, 10)]


def test_outputs_with_other_frames_have_no_latencies() -> None:
    assert latencies(SCENE, runs(seen(tx0=((60, FIRST),)), seen(tx0=((60, SECOND),))), A, 23) == []
    assert histograms([], "shared", None) is None


def test_histograms_count_frames_by_latency_and_keep_the_largest_change() -> None:
    found = histograms([Took("tx0", 60, 75), Took("tx1", 80, 80), Took("tx0", 60, 40)], "strict", None)
    assert found == Latencies("strict", None, ((60, 2), (80, 1)), ((40, 1), (75, 1), (80, 1)), -20)


def test_with_bounds_they_keep_the_frame_that_comes_nearest_to_that_of_its_output() -> None:
    bounds = {"tx0": 20, "tx1": 500}
    took = [Took("tx0", 60, 75), Took("tx1", 80, 300), Took("tx0", 9_000, 10), Took("tx1", 60, 60)]
    found = histograms(took, "shared", bounds, "a flood")
    assert found == Latencies("shared", 20, ((60, 2), (80, 1), (9_000, 1)), ((10, 1), (60, 1), (75, 1), (300, 1)), 15, "a flood")
    assert within(found) == ""
    # One that is early makes up for none that is late, nor does one of an output with more time.
    found = histograms([*took, Took("tx0", 60, 81)], "shared", bounds)
    assert found is not None
    assert within(found) == "a frame takes 21 cycles more beside, where the bound is 20"


@pytest.mark.parametrize(
    ("mode", "bound", "most", "wrong"),
    [
        ("strict", None, 0, ""),
        ("strict", None, -2, "a frame takes 2 cycles less beside"),
        ("strict", 9, 3, "a frame takes 3 cycles more beside"),
        ("shared", 9, 9, ""),
        ("shared", 9, 10, "a frame takes 10 cycles more beside, where the bound is 9"),
        ("shared", 9, -50, ""),
        ("shared", None, 5_000, ""),
    ],
)
def test_what_a_mode_promises(mode: Mode, bound: int | None, most: int, wrong: str) -> None:
    assert within(replace(Latencies("strict", None, (), (), 0), mode=mode, bound=bound, most=most)) == wrong
