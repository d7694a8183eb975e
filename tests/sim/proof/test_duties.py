"""What one proof presumes is shown by another only where that says the same, of no more."""

from __future__ import annotations

import pytest

from elements.program.values import TRUE, const, eq
from hdl.datapath import Datapath
from hdl.meta import Meta
from hdl.segment_store import SegmentStore
from mlclick.mutants.mutant import Mutant, planted
from sim.proof import duties
from sim.proof.claims import Claims
from sim.proof.design import Design
from sim.proof.duties import Duty, joined, unmet
from sim.proof.noninterference import Result
from sim.proof.readers import prove_readers
from sim.proof.said import Said
from sim.proof.stores import prove_store
from tests.sim.proof.by_hand import Bench
from tests.sim.proof.small_datapath import small_datapath

A, B, C, D = map(Said, "abcd")


def test_what_one_of_several_readers_does_not_keep_is_not_shown() -> None:
    store = Result(1, presumed=(A, B, C))
    assert unmet([store], [Result(1, kept=(A, B)), Result(1, kept=(B, C))]) == [A, C]
    assert unmet([store], []) == [A, B, C]


def test_what_two_proofs_of_one_thing_keep_for_each_other_is_not_presumed() -> None:
    both = joined(Result(1, presumed=(A, B), kept=(C,)), Result(2, ["wrong"], presumed=(C, D), kept=(A,)))
    assert both == Result(3, ["wrong"], presumed=(B, D), kept=(C, A))


@pytest.mark.parametrize(("shown", "met"), [(1599, True), (1600, True), (1601, False)])
def test_what_is_shown_of_more_does_not_show_what_is_presumed_of_less(shown: int, met: bool) -> None:
    presumed = duties.KNOWN.said(1600)
    found = unmet([Result(1, presumed=(presumed,))], [Result(1, kept=(duties.KNOWN.said(shown),))])
    assert list(map(str, found)) == ([] if met else ["a note that is shown says 1 to 1600 bytes"])


def test_a_bound_without_a_place_in_words_is_an_error() -> None:
    with pytest.raises(ValueError, match=r"^'packets wait' has no place for the bounds \[3\]$"):
        Duty("packets wait", lambda number, most: number < most).said(TRUE, 3)


def small(old: str = "", new: str = "") -> Datapath:
    """A small data path in turns of shares, of a generator in which something else stands in the place of something."""
    if not old:
        return small_datapath(strict=False)
    with planted(Mutant("another bound", "", "hdl.datapath", "Datapath", "__init__", old, new)):
        return small_datapath(strict=False)


@pytest.fixture(scope="module")
def readers() -> dict[str, Result]:
    return prove_readers(small())


def test_an_arbiter_for_shorter_frames_than_come_is_said_to_presume_it(readers: dict[str, Result]) -> None:
    datapath = small()
    most = datapath.arbiter.max_frame
    store = SegmentStore(64, len(datapath.weights), 8, 2, Meta().size)
    stores = [prove_store(store, Meta()["length"].offset, most, late=True)]
    shorter = prove_readers(small("turns, growth, self.returned)", "turns, growth, self.returned - 1)"), only="arbiter")["arbiter"]
    assert [*map(str, unmet([readers["arbiter"]], stores))] == ["there is no reset"]
    assert (stores[0].failures, shorter.failures) == ([], [])
    assert [*map(str, unmet([shorter], stores))] == ["there is no reset", f"a note that is shown says 1 to {most - 1} bytes"]


def claims() -> Claims:
    """Of a register ``kept`` that remembers an input ``header`` of 4 bits."""
    bench = Bench()
    bench.register("kept", bench.header)
    return Claims(Design(bench.netlist()))


@pytest.mark.parametrize(("level", "found"), [(0, []), (1, ["it is small does not follow"]), (2, ["it is small does not follow"])])
def test_of_the_same_cycle_a_duty_rests_on_lower_ones_alone(level: int, found: list[str]) -> None:
    made = claims()
    header = made.net("header", 4)
    made.expects(Duty("it is very small", lambda word: word < 3, level), TRUE, header)
    made.keeps(Duty("it is small", lambda word: word < 4, 1), TRUE, header)
    assert made.proved().failures == found


def test_of_the_cycles_before_a_duty_may_rest_on_all() -> None:
    made = claims()
    made.expects(Duty("it is small", lambda word: word < 4, 7), TRUE, made.net("header", 4))
    made.always("what is kept is small", made.register("kept") < 4)
    made.keeps(Duty("what was small is no 5", lambda word: word < 5, 0), TRUE, made.register("kept"))
    assert made.proved().failures == []


def test_what_is_shown_of_the_state_behind_a_look_is_used_for_no_duty_of_its_cycle() -> None:
    others = {name: duty.level for name, duty in vars(duties).items() if isinstance(duty, Duty) and name != "SAID"}
    assert others["THERE"] == max(others.values()) < duties.SAID.level


def test_a_duty_of_several_is_kept_where_each_keeps_it() -> None:
    made = claims()
    duty = Duty("it is itself", eq)
    for number in (1, 2):
        made.keeps(duty, TRUE, made.net("header", 4), made.net("header", 4) if number == 1 else const(0, 4), of=f"number {number}")
    result = made.proved()
    assert (result.failures, result.kept) == (["it is itself (number 2) does not follow"], ())
