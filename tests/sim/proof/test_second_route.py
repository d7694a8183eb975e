"""Another solver, which is given two free copies of the data path, agrees with the proof: where it holds, and on what does not follow."""

from __future__ import annotations

import pytest

from mlclick.mutants.mutant import planted
from sim.proof.datapath import datapath_netlist, state_problem
from sim.proof.noninterference import deeply
from sim.proof.relation import check
from sim.proof.second_route import check_again
from tests.sim.proof.small_datapath import PAST_THE_SEGMENT, small_datapath

pytestmark = pytest.mark.slow


def both() -> tuple[set[str], set[str]]:
    """What does not follow by the first and by the second route; what a condition is called differs, and is left out."""
    datapath = small_datapath(shifts=(0,))
    problem, failures = state_problem(datapath, datapath_netlist(datapath))
    assert not failures
    first, second = check(problem).failures[0], check_again(problem)
    return named(first), named(second)


def named(failures: list[str]) -> set[str]:
    return {text for text in failures if "in both copies" not in text}


@pytest.mark.heavy
def test_both_routes_prove_the_sound_design() -> None:
    """What the suite has of it is all that holds beside a defect, in the test behind this one."""
    assert deeply(both) == (set(), set())


def test_both_routes_refuse_the_same_of_a_defect() -> None:
    with planted(PAST_THE_SEGMENT):
        first, second = deeply(both)
    assert first == second
    assert first
