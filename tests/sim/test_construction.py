"""What is said to hold by construction is read off the netlists: each such finding fails where the construction is another."""

from __future__ import annotations

import pytest

from hdl.identity import Rule
from hdl.ingress import Ingress
from mlclick.mutants import MUTANTS, Mutant, planted
from sim.construction import LATENCY, NO_DEFAULT, TENANT, by_construction, misjudges
from sim.evidence import Finding
from sim.proof.noninterference import Result
from sim.proof.pipeline import prove_pipeline
from tests.hdl.test_watch import core


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
    [
        (OTHER, TENANT, "output out_tenant, where the stage holds a packet of the victim: the packet of tenant 0 leaves as another's"),
        (SHIM, TENANT, "output shim, where the stage holds another tenant's packet: the packet of tenant 1 leaves as another's"),
        (by_name("default tenant"), NO_DEFAULT, "the ingress of port 0 commits a frame that is nobody's"),
        (by_name("identity cut to eight bits"), NO_DEFAULT, "the ingress of port 0 commits a frame that is nobody's"),
        (ENABLE, LATENCY, "valid_s1 depends on itself and is no tenant's state"),
        (EARLY, LATENCY, "stage 1 has no valid: no register that follows that of the stage before"),
    ],
    ids=lambda each: each.name if isinstance(each, Mutant) else "",
)
def test_each_fails_where_it_is_not_so(mutant: Mutant, name: str, why: str) -> None:
    with planted(mutant):
        found = findings()[name]
    assert not found.holds
    assert found.detail.startswith(why)


def test_a_frame_with_another_s_number_is_found() -> None:
    rules = (Rule(0, 100, None, None), Rule(1, None, 0x020000000A00, None))
    wrong = Mutant("swapped", "", "hdl.identity", "Identity", "elaborate", "self.tenant.eq(rule.tenant)", "self.tenant.eq(1 ^ rule.tenant)")
    host = Mutant("host", "", "hdl.ingress", "Ingress", "_meta", 'meta.tenant.eq(number["tenant"])', 'meta.tenant.eq(1 ^ number["tenant"])')
    assert misjudges(Ingress(64, 0, 64, 1600, rules)) == ""
    with planted(wrong):
        assert misjudges(Ingress(64, 0, 64, 1600, rules)) == "the ingress of port 0 commits a frame with another number than its owner's"
    with planted(host):
        said = misjudges(Ingress(64, 2, 64, 1600, (), {0: 2, 1: 1}))
    assert said == "the ingress of the host commits a frame with another number than its owner's"


def test_the_host_s_ingress_takes_only_what_names_a_crossing_of_its_tenant() -> None:
    ingress = Ingress(64, 2, 64, 1600, (), {0: 2, 3: 1})
    assert misjudges(ingress) == ""
    with planted(by_name("crossing's tenant unchecked")):
        assert misjudges(ingress) == "the ingress of the host commits a frame that is nobody's"


@pytest.mark.parametrize("rule", [Rule(1, 100, None, None), Rule(1, None, 0x020000000A00, None), Rule(1, 100, 0x020000000A00, 0)])
@pytest.mark.parametrize("width", [64, 256])
def test_every_kind_of_identity_is_understood(rule: Rule, width: int) -> None:
    ingress = Ingress(width, 0, 64, 1600, (rule, Rule(0, 7, None, 1)))
    assert misjudges(ingress) == ""
    with planted(by_name("default tenant")):
        assert misjudges(ingress) != ""


def test_a_port_can_be_all_of_an_identity() -> None:
    assert misjudges(Ingress(64, 0, 64, 1600, (Rule(1, None, None, 0),))) == ""


def test_an_ingress_without_a_rule_takes_nothing() -> None:
    ingress = Ingress(64, 0, 64, 1600, (Rule(0, 7, None, 1),))
    assert misjudges(ingress) == ""
    with planted(by_name("default tenant")):
        assert misjudges(ingress) == "the ingress of port 0 commits a frame that is nobody's"


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
