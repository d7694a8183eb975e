"""What is said to hold by construction is read off the netlists: each such finding fails where the construction is another."""

from __future__ import annotations

from dataclasses import replace

import pytest

from hdl.tools.verilog import to_verilog
from mlclick.mutants.mutant import Mutant, planted
from mlclick.mutants.run import MUTANTS
from sim.construction import LATENCY, NO_DEFAULT, TENANT, WAYS, by_construction, ways_are_shared
from sim.evidence import Finding
from sim.proof.netlist import read_netlist
from sim.proof.noninterference import Result
from sim.proof.pipeline import prove_pipeline
from tests.hdl.test_watch import core
from tests.in_short import in_short


def in_pipeline(method: str, old: str, new: str) -> Mutant:
    return Mutant(f"{old} becomes {new}", "", "hdl.pipeline", "Pipeline", method, old, new)


def by_name(name: str) -> Mutant:
    return next(mutant for mutant in MUTANTS if mutant.name == name)


def findings() -> dict[str, Finding]:
    """Of a small core as the generator makes it now, by name."""
    made = core()
    return {finding.name: finding for finding in by_construction(made, prove_pipeline(made.datapath.pipeline))}


def test_all_holds_of_what_the_generator_makes() -> None:
    found = findings()
    assert list(found) == [TENANT, NO_DEFAULT, LATENCY]
    assert all(finding.holds and finding.how == "construction" for finding in found.values()), found


ENABLE = in_pipeline(
    "_valid_chain", "            m.d.sync += valid", "            with m.If(self.valids[-1]):\n                m.d.sync += valid"
)
EARLY = in_pipeline("_outputs", "self.out_valid.eq(self.valids[self.latency])", "self.out_valid.eq(self.valids[self.latency - 1])")
OTHER = in_pipeline("_outputs", "self.out_tenant.eq(final(meta(", "self.out_tenant.eq(1 ^ final(meta(")
SHIM = in_pipeline("_outputs", '            final(meta("tenant")),', '            final(meta("tenant")) ^ self.out_tenant,')


@pytest.mark.parametrize(
    ("mutant", "name", "why"),
    in_short(
        [
            (OTHER, TENANT, "output out_tenant, where the stage holds a packet of the victim: the packet of tenant 0 leaves as another's"),
            (SHIM, TENANT, "output shim, where the stage holds another tenant's packet: the packet of tenant 1 leaves as another's"),
            (by_name("default tenant"), NO_DEFAULT, "the ingress of port 0 commits a frame that is nobody's"),
            (by_name("identity cut to eight bits"), NO_DEFAULT, "the ingress of port 0 commits a frame that is nobody's"),
            (ENABLE, LATENCY, "valid_s1 depends on itself and is no tenant's state"),
            (EARLY, LATENCY, "stage 1 has no valid: no register that follows that of the stage before"),
        ]
    ),
    ids=lambda each: each.name if isinstance(each, Mutant) else "",
)
def test_each_fails_where_it_is_not_so(mutant: Mutant, name: str, why: str) -> None:
    with planted(mutant):
        found = findings()[name]
    assert not found.holds
    assert found.detail.startswith(why)


@pytest.mark.parametrize("proofs", [{}, {0: Result()}, {0: Result(failures=["x is in no stage"])}])
def test_a_proof_that_was_not_made_shows_nothing(proofs: dict[int, Result]) -> None:
    found = {finding.name: finding for finding in by_construction(core(), proofs)}
    assert not found[TENANT].holds
    assert not found[LATENCY].holds
    assert found[TENANT].detail == ("x is in no stage" if proofs and proofs[0].failures else "nothing was proved")


def test_outputs_of_another_stage_than_the_pipeline_s_last_are_no_constant_latency() -> None:
    made = core()
    latency = made.datapath.pipeline.latency
    found = {finding.name: finding for finding in by_construction(made, {0: Result(obligations=9, stages=latency - 1)})}
    assert found[TENANT].holds
    assert found[LATENCY].detail == f"the outputs are taken at stage {latency - 1} of {latency}"


def test_ways_between_tenants_are_named_and_a_register_of_nobody_is_a_failure() -> None:
    made = core()
    found = read_netlist(to_verilog(made, "core"), "core")
    ways = ways_are_shared(made, found)
    assert (ways.name, ways.how, ways.holds) == (WAYS, "construction", True), ways.detail
    assert "the arbiter: one packet at a time" in ways.detail
    lost = ways_are_shared(made, replace(found, owners={}))
    assert not lost.holds
    assert "has no owner and is part of no named shared resource" in lost.detail
