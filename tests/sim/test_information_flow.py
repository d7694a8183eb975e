"""Information flows between tenants by the named shared resources only (T38); and each way that must not be is found where it is made."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import pytest

from hdl.core import Core
from hdl.datapath import DatapathParameters
from hdl.tools.verilog import to_verilog
from mlclick.flow import build_core, rates_of, split
from mlclick.mutants.mutant import Mutant, planted
from sim.information_flow import RESOURCES, find_places, information_flow
from sim.proof.netlist import Cell, Netlist, read_netlist
from tests.sim.tenant_sets import METERED_POLICY, MODES, examples, in_each_mode, in_mode, written

pytestmark = pytest.mark.slow


def core(mode: str) -> Core:
    """Two tenants that count what they forward."""
    texts = dict.fromkeys("ab", "FromDevice(eth0) -> Counter -> Queue -> ToDevice(eth0);")
    merged = written(in_mode(mode) + METERED_POLICY, texts)
    return build_core(split(merged, rates_of(merged, None), {}), DatapathParameters(64, 1, ingress_depth=256, egress_depth=256))


@cache
def netlist(mode: str) -> Netlist:
    return read_netlist(to_verilog(core(mode), "core"), "core")


@in_each_mode
def test_t38_no_way_leads_from_a_tenant_to_another_but_through_what_is_named(mode: str) -> None:
    """Every way in the netlist from what a tenant owns to what another owns leads through shared resources that are named, with what they
    are for; the schedule depends on nobody, and nothing that passes packets depends on what the operator counts."""
    found = information_flow(netlist(mode), 2)
    assert found.failures == ()
    assert set(found.through) == {(0, 1), (1, 0)}
    turns = "turns of shares: who is next depends on who is waiting"
    for names in found.through.values():
        assert set(names) <= {words for _, words in RESOURCES}
        assert "the pipeline: one packet a stage, and state at a tenant's own places" in names
        assert (turns in names) == (mode == "shared")


@pytest.mark.parametrize("mode", MODES)
def test_every_register_and_memory_has_one_owner_or_is_part_of_what_is_named(mode: str) -> None:
    places = find_places(netlist(mode))
    owners = {place: places.owner(place) for place in places.made_of}
    assert all(owners.values())
    for number in (0, 1):
        assert len([place for place, owner in owners.items() if owner == f"tenant {number}"]) > 20
    assert any(owner == "schedule" for owner in owners.values()) or mode == "shared"


@pytest.mark.parametrize("mode", MODES)
def test_ways_of_tenants_with_policers_tables_and_crossings_are_named_too(mode: str) -> None:
    """Whether a policer's word is written depends on that word, so that within a memory of state words meet with no register between."""
    made = examples(mode).core
    found = information_flow(read_netlist(to_verilog(made, "core"), "core"), made.tenants)
    assert found.failures == ()
    assert set(found.through) == {(0, 1), (1, 0)}


def register(design: Netlist, name: str) -> Cell:
    return next(cell for cell in design.cells if cell.kind == "dff" and cell.connections["Q"] == design.names[name])


def made_of(name: str, source: str) -> Netlist:
    """The netlist in turns of time, with the register ``name`` fed by ``source``."""
    design = netlist("strict")
    wrong = register(design, name)
    fed = (*register(design, source).connections["Q"][:1], *wrong.connections["D"][1:])
    changed = replace(wrong, connections={**wrong.connections, "D": fed})
    return replace(design, cells=tuple(changed if cell is wrong else cell for cell in design.cells))


@pytest.mark.parametrize(
    ("name", "source", "said"),
    [
        ("datapath.arbiter.turns.left", "datapath.ingress0.store.stored_t1", "is of the schedule, and made of"),
        ("datapath.arbiter.turns.turn", "datapath.quiet", "is of the schedule, and made of"),
        ("datapath.editor.out__valid", "datapath.quiet", "which is the operator's"),
        ("datapath.ingress0.store.stored_t1", "port0_overflow", "which is the operator's"),
        ("datapath.pipeline.state0.fresh_t1_0", "datapath.ingress0.store.stored_t0", "and nothing that is shared lies between"),
        # Another memory's word is not the one that decides.
        ("datapath.pipeline.state0.fresh_t1_0", "datapath.pipeline.state1.fresh_t0_0", "and nothing that is shared lies between"),
    ],
)
def test_a_way_that_must_not_be_is_found(name: str, source: str, said: str) -> None:
    failures = information_flow(made_of(name, source), 2).failures
    assert failures
    assert all(said in failure for failure in failures)
    assert any(name.rpartition(".")[2] in failure and source.rpartition(".")[2] in failure for failure in failures)


def test_a_register_that_nobody_owns_is_found() -> None:
    design = netlist("strict")
    nameless = {name: owner for name, owner in design.owners.items() if not name.endswith("turns.looked")}
    failures = information_flow(replace(design, owners=nameless), 2).failures
    assert [failure.partition(" has no owner")[0].rpartition(".")[2] for failure in failures if "has no owner" in failure]


def test_a_slot_that_ends_early_where_its_owner_has_nothing_is_found() -> None:
    """A work-conserving arbiter that is said to be in turns of time: its schedule depends on who is waiting."""
    early = Mutant("early", "", "hdl.time_slots", "TimeSlots", "elaborate", "ends = left == 0", "ends = (left == 0) | ~self.waiting.any()")
    with planted(early):
        failures = information_flow(read_netlist(to_verilog(core("strict"), "core"), "core"), 2).failures
    assert any("turns.owner is of the schedule, and made of" in failure and "tenant" in failure for failure in failures)


def test_a_loop_without_a_register_is_refused() -> None:
    loop = tuple(Cell(f"n{a}", "not", {}, {"A": (a,), "Y": (b,)}) for a, b in ((1, 2), (2, 1)))
    with pytest.raises(ValueError, match=r"^n\d is on a loop without a register$"):
        find_places(Netlist({"out": (False, (1,))}, loop, {}))
