"""Nobody's frame is let in, and none with another's number: each defect in whom an ingress lets in is found, and named."""

from __future__ import annotations

import pytest

from hdl.identity import Rule
from hdl.ingress import Ingress
from mlclick.mutants.mutant import Mutant, planted
from mlclick.mutants.run import MUTANTS
from sim.admission import FORGETS, NOBODY, OTHER, UNJUDGED, misjudges
from tests.in_short import in_short

MAC = 0x020000000A00
RULES = (Rule(0, 100, None, None), Rule(1, None, MAC, None))
EDGES = {0: 2, 3: 1}
DEFAULT = next(mutant for mutant in MUTANTS if mutant.name == "default tenant")
UNCHECKED = next(mutant for mutant in MUTANTS if mutant.name == "crossing's tenant unchecked")


def port(width: int = 64, rules: tuple[Rule, ...] = RULES) -> str:
    """What is wrong with a port's ingress, as the generator makes it now."""
    return misjudges(Ingress(width, 0, 64, 1600, rules, tenants=2))


def host(width: int = 64) -> str:
    """What is wrong with the host's."""
    return misjudges(Ingress(width, 2, 64, 1600, (), EDGES, tenants=4))


@pytest.mark.parametrize("rule", [Rule(1, 100, None, None), Rule(1, None, MAC, None), Rule(1, 100, MAC, 0)])
@pytest.mark.parametrize("width", [64, 128, 256])
def test_every_kind_of_identity_is_understood(rule: Rule, width: int) -> None:
    rules = (rule, Rule(0, 7, None, 1))
    assert port(width, rules) == ""
    with planted(DEFAULT):
        assert port(width, rules) == f"the ingress of port 0 {NOBODY}"


def test_a_port_can_be_all_of_an_identity() -> None:
    assert port(rules=(Rule(1, None, None, 0),)) == ""


def test_an_ingress_without_a_rule_takes_nothing() -> None:
    rules = (Rule(0, 7, None, 1),)
    assert port(rules=rules) == ""
    with planted(DEFAULT):
        assert port(rules=rules) == f"the ingress of port 0 {NOBODY}"


def test_one_tenant_alone_has_the_one_segment() -> None:
    assert misjudges(Ingress(64, 0, 64, 1600, (Rule(0, 100, None, None),), tenants=1)) == ""


@pytest.mark.parametrize("width", [64, 256])
def test_the_host_s_ingress_takes_only_what_names_a_crossing_of_its_tenant(width: int) -> None:
    assert host(width) == ""
    with planted(UNCHECKED):
        assert host(width) == f"the ingress of the host {NOBODY}"


def test_a_number_of_which_there_is_no_segment_is_found() -> None:
    said = misjudges(Ingress(64, 0, 64, 1600, (Rule(2, 100, None, None),), tenants=2))
    assert said == f"the ingress of port 0 {OTHER}"


def in_ingress(method: str, old: str, new: str) -> Mutant:
    return Mutant(f"{old} becomes {new}", "", "hdl.ingress", "Ingress", method, old, new)


SWAPPED = Mutant("swapped", "", "hdl.identity", "Identity", "elaborate", "self.tenant.eq(rule.tenant)", "self.tenant.eq(1 ^ rule.tenant)")
SEGMENT = Mutant("segment", "", "hdl.segment_store", "SegmentStore", "elaborate", "start[mine].eq(after), stored[mine]", "stored[1 ^ mine]")
NOTE = Mutant("note", "", "hdl.segment_store", "SegmentStore", "elaborate", "keep.data.eq(beat.note)", "keep.data.eq(beat.note >> 1)")
DEFECTS = [
    (SWAPPED, OTHER),
    (in_ingress("_owner", "settles, meta.tenant, was_owner", "settles, 1 ^ meta.tenant, was_owner"), OTHER),
    # Whose it is follows what a later beat seems to say.
    (in_ingress("_owner", "was_owner.eq(owner)", "was_owner.eq(self.sink.payload.data)"), FORGETS),
    # A beat early: with the first bytes of the frame before it.
    (in_ingress("_owner", "settles = index <= self.held", "settles = index <= self.held - 1"), OTHER),
    (in_ingress("_owner", "settles = index <= self.held", "settles = index <= self.held + 1"), ""),
    (in_ingress("_header", "m.d.sync += held.eq(header)", "m.d.sync += held.eq(header << 1)"), FORGETS),
    (in_ingress("_after_holding", "ended_good.eq(good)", "ended_good.eq(owned)"), NOBODY),
    (in_ingress("_after_holding", "ended_owner.eq(owner)", "ended_owner.eq(1 - owner)"), OTHER),
    (in_ingress("_after_holding", "put.tenant.eq(ended_owner)", "put.tenant.eq(ended_owner & owner)"), UNJUDGED),
    (in_ingress("_after_holding", "put.good.eq(ended_good)", "put.good.eq(ended_good | good)"), UNJUDGED),
    # A frame that ends before the held beats of the one before are stored takes their place.
    (in_ingress("_after_holding", "left.eq(left - 1)", "left.eq(Mux(left > 1, left - 1, 1))"), NOBODY),
    (SEGMENT, UNJUDGED),
    (NOTE, UNJUDGED),
]


@pytest.mark.parametrize(("mutant", "what"), in_short(DEFECTS), ids=lambda each: each.name if isinstance(each, Mutant) else "")
def test_each_defect_is_named(mutant: Mutant, what: str) -> None:
    with planted(mutant):
        assert port() == (f"the ingress of port 0 {what}" if what else "")


def test_another_s_number_in_a_shim_is_found() -> None:
    with planted(in_ingress("_meta", 'meta.tenant.eq(number["tenant"])', 'meta.tenant.eq(1 ^ number["tenant"])')):
        assert host() == f"the ingress of the host {OTHER}"


NO_REGISTER = in_ingress("elaborate", "m.d.sync += [known_valid", "m.d.comb += [known_valid")
UNUSED = in_ingress("_after_holding", "put.good.eq(ended_good)", "put.good.eq(1)")


@pytest.mark.parametrize(("mutant", "name"), [(NO_REGISTER, "known_put.tenant"), (UNUSED, "ended_good")], ids=["wire", "unused"])
def test_what_is_no_register_is_refused(mutant: Mutant, name: str) -> None:
    with planted(mutant), pytest.raises(ValueError, match=rf"^{name} is no register$"):
        port()
