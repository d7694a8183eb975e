"""The proof of noninterference holds for the tenants, and fails for pipelines in which one tenant reaches another."""

from pathlib import Path

import pytest

from hdl.pipeline import Pipeline
from mlclick.design import Source, Split
from mlclick.flow import merge_tenants, rates_of, split
from mlclick.mutants import MUTANTS, planted, small_design
from sim.proof.noninterference import Result
from sim.proof.pipeline import prove_pipeline

TENANTS = Path(__file__).parents[2] / "tenants"
BUDGET = 8


def proofs(design: Split) -> dict[int, Result]:
    """Of the design's pipeline, by the victim's number."""
    return prove_pipeline(Pipeline(design.composition, len(design.merged.master.tenants), BUDGET))


@pytest.mark.slow
def test_no_tenant_of_the_examples_influences_another_in_the_pipeline() -> None:
    merged = merge_tenants(Source(("a", "b"), TENANTS))
    design = split(merged, rates_of(merged, None))
    results = proofs(design)
    for tenant, result in results.items():
        assert result.proved, f"{tenant}: {result.failures[:3]}"
        assert result.obligations > 1000
        assert result.stages > 10


@pytest.mark.parametrize("name", ["state updated for every tenant", "state read of tenant 0"])
def test_the_proof_fails_where_one_tenant_reaches_another(name: str) -> None:
    mutant = next(m for m in MUTANTS if m.name == name)
    assert all(result.proved for result in proofs(small_design()).values())
    with planted(mutant):
        results = proofs(small_design())
    assert not all(result.proved for result in results.values())
