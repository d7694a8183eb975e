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
    with planted(next(mutant for mutant in MUTANTS if mutant.name == name)):
        assert caught_by(small_design()) is not None


def test_there_are_at_least_eight_and_each_changes_something() -> None:
    assert len({mutant.name for mutant in MUTANTS}) == len(MUTANTS) >= 8
    for mutant in MUTANTS:
        with planted(mutant):
            pass


def test_a_mutant_with_nothing_to_change_is_refused() -> None:
    gone = Mutant("gone", "hdl.arbiter", "PacketArbiter", "elaborate", "no such text", "")
    with pytest.raises(ValueError, match="has nothing to change"), planted(gone):
        pass
