"""That nobody is kept waiting for more than the bound is proved of the netlist, and not of one that breaks it."""

from __future__ import annotations

import pytest

from mlclick.mutants.mutant import Mutant, planted
from sim.proof.service import prove_service


@pytest.mark.parametrize("weights", [(1, 1), (1, 2), (2, 2, 2)])
def test_the_bound_holds_whatever_the_others_do(weights: tuple[int, ...]) -> None:
    results = prove_service(weights, 1600)
    assert [(result.failures, result.proved) for result in results.values()] == [([], True)] * len(weights)


DEFECTS = {
    "credit is not taken off": ("(granted_tenant == t), self.length, 0)", "(granted_tenant == t), 0, 0)"),
    "who has credit gains on": ("gain = ~able.any()", "gain = able.any() | ~able.any()"),
}


@pytest.mark.parametrize("defect", DEFECTS.values(), ids=DEFECTS)
def test_a_scheduler_that_breaks_it_is_not_proved(defect: tuple[str, str]) -> None:
    with planted(Mutant("defect", "", "hdl.share_turns", "ShareTurns", "elaborate", *defect)):
        results = prove_service((1, 1), 1600)
    assert not any(result.proved for result in results.values())
