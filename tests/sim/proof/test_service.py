"""That nobody is kept waiting for more than the bound is proved of the netlist, and not of one that breaks it."""

from __future__ import annotations

import pytest

from mlclick.mutants.mutant import Mutant, planted
from sim.proof.service import prove_service


@pytest.mark.parametrize("weights", [(1,), (1, 1), (1, 2), (2, 2, 2), (1,) * 8, (1, 2, 3, 1, 2)])
def test_the_bound_holds_whatever_the_others_do(weights: tuple[int, ...]) -> None:
    results = prove_service(weights, 1600)
    assert [(result.failures, result.proved) for result in results.values()] == [([], True)] * len(weights)


def test_what_it_presumes_is_said() -> None:
    for result in prove_service((1, 2), 1600).values():
        assert list(map(str, result.presumed)) == ["there is no reset", "what is granted is charged as 1 to 1600 bytes"]


def test_each_pair_of_weights_is_proved_once() -> None:
    """So that eight tenants take four times what two take, and not 28 times."""
    two, eight = (prove_service((1,) * tenants, 1600)[0].obligations for tenants in (2, 8))
    assert eight < 4 * two


DEFECTS = {
    "credit is not taken off": ("(granted_tenant == t), self.length, 0)", "(granted_tenant == t), 0, 0)", "the credit of tenant 1 is that"),
    "who has credit gains on": ("gain = ~able.any()", "gain = able.any() | ~able.any()", "the credit of tenant 1 is that"),
    "who is away keeps its credit": ("Mux(more > 0, 0, more)", "Mux(more > 0, credit[t], more)", "the credit of tenant 1 is that"),
    "all who wait are served": (
        "Mux(gain, soon, able)",
        "Mux(gain, soon, waiting)",
        "a tenant of weight 1 is granted something only where it waits, with credit (tenant 1)",
    ),
    "the next one is charged": ("granted_tenant.eq(chosen)", "granted_tenant.eq(chosen + 1)", "what tenant 1 is granted is charged to it"),
    "turns beyond the last": ("Mux(chosen == tenants - 1, 0, chosen + 1)", "chosen + 1", "a turn is somebody's"),
}


@pytest.mark.parametrize("defect", DEFECTS.values(), ids=DEFECTS)
def test_a_scheduler_that_breaks_it_is_not_proved(defect: tuple[str, str, str]) -> None:
    old, new, broken = defect
    with planted(Mutant("defect", "", "hdl.share_turns", "ShareTurns", "elaborate", old, new)):
        results = prove_service((1, 1, 1), 1600)
    assert not any(result.proved for result in results.values())
    assert any(failure.startswith(broken) for failure in results[0].failures), results[0].failures


def test_a_bound_that_is_too_small_is_not_proved() -> None:
    """A credit grows by whole quanta: up to one less than is said may not be seen."""
    smaller = Mutant(
        "too small", "", "hdl.bounds", "", "bytes_to", "weights[number]) + 2 * longest", "weights[number]) + 2 * longest - 400"
    )
    with planted(smaller):
        results = prove_service((1, 1), 1600)
    assert results[0].failures == ["beside a tenant of weight 1: the other gets no more than its bound does not follow"]
