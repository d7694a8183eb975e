"""The proof of noninterference holds for the tenants, and fails for pipelines in which one tenant reaches another."""

from pathlib import Path

import pytest

from hdl.pipeline import Pipeline
from mlclick.design import Source, Split
from mlclick.flow import merge_tenants, rates_of, split
from mlclick.mutants.bench import small_design
from mlclick.mutants.mutant import Mutant, planted
from mlclick.mutants.run import MUTANTS
from sim.proof.noninterference import Result
from sim.proof.pipeline import prove_pipeline

TENANTS = Path(__file__).parents[2] / "tenants"
BUDGET = 8


def proofs(design: Split) -> dict[int, Result]:
    """Of the design's pipeline, by the victim's number."""
    return prove_pipeline(Pipeline(design.composition, len(design.merged.master.tenants), BUDGET))


def by_name(name: str) -> Mutant:
    return next(mutant for mutant in MUTANTS if mutant.name == name)


@pytest.mark.slow
def test_no_tenant_of_the_examples_influences_another_in_the_pipeline() -> None:
    merged = merge_tenants(Source(("a", "b"), TENANTS))
    design = split(merged, rates_of(merged, None))
    results = proofs(design)
    for tenant, result in results.items():
        assert result.proved, f"{tenant}: {result.failures[:3]}"
        assert result.obligations > 1000
        assert result.stages > 10


@pytest.fixture(scope="module")
def sound() -> dict[int, Result]:
    return proofs(small_design())


def test_the_proof_holds_for_the_small_design(sound: dict[int, Result]) -> None:
    for tenant, result in sound.items():
        assert result.proved, f"{tenant}: {result.failures[:3]}"


@pytest.mark.parametrize(
    ("mutant", "why"),
    [
        (by_name("state updated for every tenant"), "where the stage holds another tenant's packet: differs by"),
        (by_name("state read of tenant 0"), "where the stage holds anything: differs by state"),
    ],
    ids=lambda each: each.name if isinstance(each, Mutant) else "",
)
def test_the_proof_fails_where_one_tenant_reaches_another(sound: dict[int, Result], mutant: Mutant, why: str) -> None:
    assert all(result.proved for result in sound.values())
    with planted(mutant):
        results = proofs(small_design())
    assert not all(result.proved for result in results.values())
    assert any(why in failure for result in results.values() for failure in result.failures)
