"""That the shell is told a frame's own length is proved of the netlist, and not of one in which that is not so."""

from __future__ import annotations

import pytest

from boards.netfpga.prove_lengths import prove_lengths
from mlclick.mutants.mutant import Mutant, planted
from sim.proof.noninterference import Result
from tests.in_short import in_short


def defect(old: str, new: str) -> Mutant:
    return Mutant(new, "", "boards.netfpga.send_lengths", "SendLengths", "elaborate", old, new)


def test_the_length_that_the_shell_is_told_is_the_frame_s() -> None:
    result = prove_lengths(256)
    assert result.failures == []
    assert [*map(str, result.presumed)] == [
        "there is no reset",
        "what comes has zeros past its end",
        "fewer than 140737488355328 frames come",
    ]


@pytest.mark.parametrize(
    ("mutant", "what"),
    in_short(
        [
            (defect("lengths.w_data.eq(held + count)", "lengths.w_data.eq(held)"), "a frame's length is the one in beats"),
            (defect("held.eq(Mux(sink.p.last, 0, held + count))", "held.eq(held + count)"), "beats: what comes stands behind the newest"),
            (defect("lengths.w_en.eq(put & sink.p.last)", "lengths.w_en.eq(put)"), "a length is written with a last beat"),
            (defect("lengths.r_en.eq(took & source.p.beat.last)", "lengths.r_en.eq(took)"), "R7: the length stays the same"),
            (defect("beats.r_en.eq(took)", "beats.r_en.eq(source.ready)"), "beats: the oldest stands behind what is given"),
            (
                defect("source.p.length.eq(lengths.r_data)", "source.p.length.eq(lengths.r_data + 1)"),
                "R8: a frame has the length that is said",
            ),
            (defect("source.p.beat.eq(beats.r_data)", "source.p.beat.eq(beats.r_data | 1)"), "R9: what leaves has zeros past its end"),
            (defect("first.eq(source.p.beat.last)", "first.eq(1)"), "the first beat, and no other, is said to be one"),
            (defect("lengths.r_rdy),", "lengths.r_rdy & sink.valid),"), "R1: what is offered is so until it is taken"),
        ]
    ),
    ids=lambda each: each.name if isinstance(each, Mutant) else "",
)
def test_each_defect_is_refused_by_what_it_breaks(mutant: Mutant, what: str) -> None:
    with planted(mutant):
        result: Result = prove_lengths(64, 9)
    assert f"{what} does not follow" in result.failures, result.failures
