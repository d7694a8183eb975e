"""Planted defects are caught; `make mutants` runs all of them, this test the quick ones."""

import pytest

from mlclick.catch_defects import caught_by, small_design
from mlclick.mutants import MUTANTS, Mutant, planted

QUICK = ("default tenant", "crossing's tenant unchecked", "frame one byte short")


@pytest.mark.slow
def test_the_sound_design_is_not_caught() -> None:
    assert caught_by(small_design()) is None


@pytest.mark.slow
@pytest.mark.parametrize("name", QUICK)
def test_a_planted_defect_is_caught(name: str) -> None:
    mutant = next(mutant for mutant in MUTANTS if mutant.name == name)
    with planted(mutant):
        assert caught_by(small_design()) == mutant.check


def test_there_are_at_least_eight_and_each_changes_something() -> None:
    assert len({mutant.name for mutant in MUTANTS}) == len(MUTANTS) >= 8
    for mutant in MUTANTS:
        with planted(mutant):
            pass


@pytest.mark.parametrize(("old", "why"), [("no such text", "has nothing to change"), ("from amaranth.hdl", "changes nothing of elaborate")])
def test_a_mutant_that_changes_nothing_is_refused(old: str, why: str) -> None:
    gone = Mutant("gone", "strays", "hdl.arbiter", "PacketArbiter", "elaborate", old, f"{old} ")
    with pytest.raises(ValueError, match=why), planted(gone):
        pass
