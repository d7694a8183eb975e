"""Of runs that differ the first two packets are kept, in the order of time; a waveform that cannot be made is told and hides nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from sim.counterexample import between_runs, first_difference, with_waveform
from sim.evidence import Counterexample
from sim.isolation import Party, Seen, TwoRuns
from sim.verilated import AssertionFailed
from sim.verilator import VerilatorError
from tests.sim.attacks import frame_of, tag

A = Party(0, 100)
GOOD, BAD, THEIRS = frame_of(tag(100)), frame_of(tag(100)) + b"!", frame_of(tag(200))
AGAINST = Counterexample("tx0, frame 0", "00", "01")


def seen(**outputs: tuple[tuple[int, bytes], ...]) -> Seen:
    return Seen(outputs, {})


def test_the_first_difference_of_an_output() -> None:
    assert first_difference("tx0", [(5, GOOD)], [(9, GOOD)]) is None
    assert first_difference("tx0", [(5, GOOD), (6, GOOD)], [(5, GOOD), (8, BAD)]) == (
        6,
        Counterexample("tx0, frame 1", GOOD.hex(), BAD.hex()),
    )
    assert first_difference("tx0", [(5, GOOD)], []) == (5, Counterexample("tx0, frame 0", GOOD.hex(), None))
    assert first_difference("tx0", [], [(7, BAD)]) == (7, Counterexample("tx0, frame 0", None, BAD.hex()))


def test_of_all_outputs_the_earliest_difference_counts_and_the_attacker_s_frames_do_not() -> None:
    alone = seen(tx0=((10, GOOD), (900, GOOD)), tx1=((30, GOOD),))
    beside = seen(tx0=((10, GOOD), (900, BAD)), tx1=((20, THEIRS), (40, BAD)))
    assert between_runs(TwoRuns(alone, beside, ("tx0: …",)), A) == (30, Counterexample("tx1, frame 0", GOOD.hex(), BAD.hex()))


def test_where_frames_are_equal_what_else_differs_is_said() -> None:
    same = seen(tx0=((10, GOOD),))
    assert between_runs(TwoRuns(same, same, ("count is 1 alone and 2 beside",)), A) == (
        None,
        Counterexample("count is 1 alone and 2 beside", None, None),
    )


def record(path: Path) -> None:
    path.write_text("a waveform")


def test_a_waveform_lies_in_the_folder_under_its_name(tmp_path: Path) -> None:
    found = with_waveform(AGAINST, tmp_path / "new", "a-beside-b", record)
    assert found == Counterexample("tx0, frame 0", "00", "01", "a-beside-b.vcd")
    assert (tmp_path / "new" / found.waveform).read_text() == "a waveform"
    assert with_waveform(AGAINST, None, "x", record).waveform == "none: no folder for it was given"


@pytest.mark.parametrize(
    ("error", "said"),
    [(AssertionFailed("x breaks M1"), "w.vcd"), (VerilatorError("no C++ compiler found"), "none: no C++ compiler found")],
)
def test_what_ends_a_recording_does_not_end_the_check(error: Exception, said: str, tmp_path: Path) -> None:
    def fail(path: Path) -> None:
        raise error

    assert with_waveform(AGAINST, tmp_path, "w", fail).waveform == said
