"""The proof of noninterference holds for the tenants, and fails for pipelines in which one tenant reaches another."""

from pathlib import Path

import pytest

from hdl.datapath import DatapathParameters
from mlclick.design import Source
from mlclick.flow import build_datapath, merge_tenants, port_count, rates_of, split
from mlclick.mutants import MUTANTS, planted, small_design
from sim.proof.pipeline import prove_pipeline

TENANTS = Path(__file__).parents[2] / "tenants"


@pytest.mark.slow
def test_no_tenant_of_the_examples_influences_another_in_the_pipeline() -> None:
    merged = merge_tenants(Source(("a", "b"), TENANTS))
    design = split(merged, rates_of(merged, None))
    results = prove_pipeline(build_datapath(design, DatapathParameters(64, port_count(merged))).datapath.pipeline)
    for tenant, result in results.items():
        assert result.proved, f"{tenant}: {result.failures[:3]}"
        assert result.obligations > 1000
        assert result.stages > 10


@pytest.mark.parametrize("name", ["state updated for every tenant", "state read of tenant 0"])
def test_the_proof_fails_where_one_tenant_reaches_another(name: str) -> None:
    mutant = next(m for m in MUTANTS if m.name == name)
    parameters = DatapathParameters(64, 2)
    assert all(result.proved for result in prove_pipeline(build_datapath(small_design(), parameters).datapath.pipeline).values())
    with planted(mutant):
        results = prove_pipeline(build_datapath(small_design(), parameters).datapath.pipeline)
    assert not all(result.proved for result in results.values())
