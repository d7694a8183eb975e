"""What two runs are compared by, on outputs that are made up: each difference is said in words, and no run without frames passes."""

from __future__ import annotations

from typing import cast

import pytest

from sim import isolation
from sim.isolation import APART, Access, Party, Scene, Seen, Stage, two_runs
from tests.sim.attacks import frame_of, tag

A, B = Party(0, 100), Party(1, 200)
OF_A, OF_B, OF_NOBODY = (frame_of(tag(vlan)) for vlan in (100, 200, 300))
SHIM_OF_A, SHIM_OF_B = (b"\x88\xb5\x01" + bytes((number,)) + bytes(20) for number in (0, 1))


class Played:
    """In the place of a stage: plays what was recorded, one run after the other."""

    def __init__(self, *runs: Seen) -> None:
        self.runs = list(runs)

    def play(self, _: Scene) -> Seen:
        return self.runs.pop(0)


def seen(*wire: bytes, host: tuple[bytes, ...] = (), counted: int = 0) -> Seen:
    return Seen({"tx0": tuple(enumerate(wire)), "tx_host": tuple(enumerate(host))}, {(1, "count"): counted, (1, "b.full_at"): counted})


def differences(*runs: Seen, strays: bool = False, but: str | None = None, timed: bool = False, lossy: bool = False) -> tuple[str, ...]:
    stage = cast(Stage, Played(*runs))
    return two_runs(stage, A, B, Scene({}), Scene({}), strays=strays, but=but, timed=timed, lossy=lossy).differences


def test_what_is_the_attacker_s_is_no_difference() -> None:
    assert differences(seen(OF_A, host=(SHIM_OF_A,)), seen(OF_B, OF_A, OF_B, host=(SHIM_OF_B, SHIM_OF_A))) == ()


@pytest.mark.parametrize(
    ("alone", "beside", "said"),
    [
        (seen(), seen(OF_A), "alone, none of the victim's frames leave: there is nothing to compare"),
        (seen(OF_A, OF_B), seen(OF_A, OF_B), f"alone, tx0 has a frame that is not the victim's: {OF_B[:24].hex()}"),
        (seen(OF_A), seen(OF_A, OF_A), "tx0: 1 frames alone and 2 beside, not the same from number 1 on"),
        (seen(OF_A, host=(SHIM_OF_A,)), seen(OF_A), "tx_host: 1 frames alone and 0 beside, not the same from number 0 on"),
        (seen(OF_A), seen(OF_A, OF_NOBODY), f"tx0 has a frame that is nobody's: {OF_NOBODY[:24].hex()}"),
        (seen(OF_A, counted=1), seen(OF_A, counted=2), "count is 1 alone and 2 beside"),
    ],
)
def test_a_difference_is_said_in_words(alone: Seen, beside: Seen, said: str) -> None:
    assert differences(alone, beside)[0] == said


def test_registers_that_keep_a_time_can_be_left_out() -> None:
    changed = seen(OF_A, counted=1), seen(OF_A, counted=2)
    assert differences(*changed) == ("count is 1 alone and 2 beside", "b.full_at is 1 alone and 2 beside")
    assert differences(*changed, but=".full_at") == ("count is 1 alone and 2 beside",)


def test_cycles_are_compared_where_they_are_asked_for() -> None:
    runs = seen(OF_A, OF_A), seen(OF_A, OF_B, OF_A)
    assert differences(*runs) == ()
    assert differences(*runs, timed=True) == ("tx0: frame number 1 ends in cycle 1 alone and 2 beside",)


def test_frames_that_show_nobody_are_those_that_each_has_alone() -> None:
    alone, attacker, other = seen(OF_A, OF_NOBODY), seen(OF_B, OF_NOBODY), frame_of(tag(301))
    assert differences(alone, seen(OF_NOBODY, OF_A, OF_B, OF_NOBODY), attacker, strays=True) == ()
    assert differences(alone, seen(OF_NOBODY, OF_A, OF_B, other), attacker, strays=True) == (
        f"tx0 has a frame that is nobody's: {other[:24].hex()}",
        f"tx0 lacks a frame that shows nobody: {OF_NOBODY[:24].hex()}",
    )


def test_of_an_attacker_that_loses_frames_others_may_show_nobody_but_the_victim_s_are_all_there_and_once() -> None:
    alone, attacker, other = seen(OF_A, OF_NOBODY), seen(OF_B, frame_of(tag(302))), frame_of(tag(301))

    def lossy(beside: Seen, attacker: Seen = attacker) -> tuple[str, ...]:
        return differences(alone, beside, attacker, strays=True, lossy=True)

    assert lossy(seen(OF_A, OF_NOBODY, other)) == ()
    assert lossy(seen(OF_A, OF_B, frame_of(tag(302)))) == (f"tx0 lacks a frame that shows nobody: {OF_NOBODY[:24].hex()}",)
    assert lossy(seen(OF_A, OF_NOBODY, OF_NOBODY)) == (f"tx0 has a frame that is nobody's: {OF_NOBODY[:24].hex()}",)
    # Where the attacker has nothing alone, nothing is its.
    assert lossy(seen(OF_A, OF_NOBODY, other), seen(host=(SHIM_OF_B,))) == (f"tx0 has a frame that is nobody's: {other[:24].hex()}",)


def test_reads_without_an_answer_are_a_difference() -> None:
    mine = Scene({}, accesses=[Access(0, 0), Access(APART, 8)])
    answers = ((3, 7), (APART + 3, 7))

    def said(alone: tuple[tuple[int, int], ...], beside: tuple[tuple[int, int], ...]) -> list[str]:
        return list(isolation.answered(Seen({}, {}, alone), Seen({}, {}, beside), mine, mine))

    assert said(answers, answers) == []
    assert said(answers, answers[:1]) == ["beside, 2 reads have 1 answers"]
    assert said((), answers) == ["alone, 2 reads have 0 answers"]
    assert said(answers, ((3, 7), (APART + 4, 7))) == [
        f"read number 1 is answered 0x7 in cycle {APART + 3} alone and 0x7 in cycle {APART + 4} beside"
    ]


def test_a_tenant_without_tag_and_mark_owns_nothing_on_a_wire() -> None:
    assert not Party(0).owns("tx0", OF_A)
    assert Party(0, None, b"\xcc\x00").owns("tx0", OF_A)
    assert Party(0).owns("tx_host", SHIM_OF_A)


@pytest.mark.parametrize("cycles", [(0, APART - 1), (9, 0), (20_000 - APART,)])
def test_accesses_that_the_bus_cannot_answer_are_refused(cycles: tuple[int, ...]) -> None:
    scene = Scene({}, accesses=[Access(cycle, 0) for cycle in cycles])
    with pytest.raises(ValueError, match=rf"^an access at cycle {cycles[-1]} is before \d+, or has no answer in 20000 cycles$"):
        isolation.driven_accesses(scene)
