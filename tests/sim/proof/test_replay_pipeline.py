"""What the proof of a pipeline refuses is seen when the states that make the difference are put into the simulated netlist."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from amaranth.hdl import Module, Mux, Signal, Value
from amaranth.lib.memory import Memory

from hdl.tools.verilog import to_verilog
from sim.proof.netlist import read_netlist
from sim.proof.noninterference import Unequal, deeply, prove_victims
from sim.proof.ownership import Ownership
from sim.proof.replay_pipeline import Begun, ReplayPipeline
from sim.proof.replayed import Replayed
from sim.shim import Probe
from tests.sim.waveform import waveform


class Small:
    """A pipeline of one stage for two tenants; ``states``: whose each register or word is."""

    def __init__(self) -> None:
        self.m = Module()
        self.valid, self.tenant, self.header = Signal(name="valid"), Signal(name="tenant"), Signal(4, name="header")
        self.states: dict[str, int] = {}
        self.memories: tuple[str, ...] = ()

    def counter(self, tenant: int, write: Value) -> Signal:
        """State of ``tenant``, which keeps the header where ``write`` is set."""
        count = Signal(4, name=f"count_t{tenant}", reset_less=True)
        self.states[f"count_t{tenant}"] = tenant
        with self.m.If(write):
            self.m.d.sync += count.eq(self.header)
        return count

    def verilog(self, leaves: Value) -> str:
        """With what ``leaves`` of a packet, a cycle later."""
        valid, tenant = Signal(name="valid_s1"), Signal(name="tenant_s1", reset_less=True)
        data, out = Signal(4, name="data_s1", reset_less=True), Signal(4, name="bytes_that_leave")
        out_valid, out_tenant = Signal(name="out_valid"), Signal(name="out_tenant")
        self.m.d.sync += [valid.eq(self.valid), tenant.eq(self.tenant), data.eq(leaves)]
        self.m.d.comb += [out_valid.eq(valid), out_tenant.eq(tenant), out.eq(data)]
        return to_verilog(self.m, "top", [self.valid, self.tenant, self.header, out_valid, out_tenant, out])

    def ownership(self) -> Ownership:
        return Ownership(self.states, ("header",), ("clk", "rst"), {}, self.memories)


def shared_count(small: Small) -> Value:
    """Tenant 0's state is every tenant's to write."""
    count = small.counter(0, small.valid)
    return Mux(small.tenant, small.header, count)


def shared_memory(small: Small) -> Value:
    """Tenant 0's word is every tenant's to write."""
    small.m.submodules.state = words = Memory(shape=4, depth=2, init=[])
    write, read = words.write_port(), words.read_port(domain="comb")
    small.memories, small.states = ("state",), {"state[0]": 0, "state[1]": 1}
    small.m.d.comb += [write.addr.eq(small.header[0]), write.data.eq(small.header), write.en.eq(small.valid)]
    small.m.d.comb += read.addr.eq(small.tenant)
    return read.data


def meets_others(small: Small) -> Value:
    """A packet leaves with what stood in tenant 1's state."""
    return small.header ^ small.counter(1, small.valid & small.tenant)


def proved(make: Callable[[Small], Value], probe: Probe = "none") -> tuple[ReplayPipeline, list[str]]:
    """What is unequal for tenant 0, to be played, and all that fails."""
    small = Small()
    netlist = read_netlist(small.verilog(make(small)), "top")
    results = prove_victims(netlist, small.ownership(), range(2), 2)
    return deeply(lambda: ReplayPipeline(netlist, small.ownership(), "top", results, probe)), results[0].failures


def tried(replay: ReplayPipeline, failures: list[str]) -> tuple[Begun, Replayed]:
    found = deeply(lambda: replay.first(0, failures))
    assert found is not None
    return found


def replayed(make: Callable[[Small], Value]) -> Replayed:
    return tried(*proved(make))[1]


@pytest.mark.parametrize(("make", "differs"), [(shared_count, "count_t0"), (shared_memory, "state[0]"), (meets_others, "data_s1")])
def test_what_others_change_is_seen_to_differ(make: Callable[[Small], Value], differs: str) -> None:
    found = replayed(make)
    assert found.holds
    assert found.question == differs
    assert [each.name for each in found.seen] == [differs]


def test_whose_it_is_that_a_packet_meets_is_told() -> None:
    found = replayed(meets_others)
    (apart,) = found.apart
    assert (apart.name, apart.whose) == ("count_t1", 1)
    assert found.told("ab").startswith("replayed in simulation for data_s1: two states that differ in b's count_t1 (0x")
    assert " differ a cycle later in what is a's: data_s1 (0x" in found.told("ab")


def test_states_that_differ_in_what_is_the_victims_are_not_said_to_be_replayed() -> None:
    """Forged: of course there is then a difference."""
    replay, failures = proved(meets_others)
    begun, _ = tried(replay, failures)
    one, _ = begun.starts
    # The same of the other's state, and another packet of the victim's.
    forged = replace(begun, starts=(one, {**one, "header": one["header"] ^ 1}), apart=("header",))
    played = deeply(lambda: replay.play(0, forged))
    assert [each.name for each in played.seen] == ["data_s1"]
    assert not played.holds
    assert played.told("ab") == "not replayed: the states for data_s1 are none from which the proof says that both copies do the same"


def test_states_of_a_packet_of_another_tenants_are_not_said_to_be_replayed() -> None:
    """Forged: they differ as they may, and so does what is compared, but the stage does not hold the victim's packet."""
    replay, failures = proved(meets_others)
    begun, _ = tried(replay, failures)
    one, two = ({**start, "tenant": 1} for start in begun.starts)
    played = deeply(lambda: replay.play(0, replace(begun, starts=(one, two))))
    assert played.seen
    assert not played.holds


@pytest.mark.parametrize("forge", [lambda it: replace(it, terms=it.terms[:1] * 2), lambda it: replace(it, name="line.0.1")])
def test_where_the_first_thing_is_not_seen_the_next_one_is_played(forge: Callable[[Unequal], Unequal]) -> None:
    """Forged: something that no state makes differ, or that stands in a delay line, is in front."""
    small = Small()
    netlist = read_netlist(small.verilog(shared_count(small)), "top")
    results = prove_victims(netlist, small.ownership(), range(2), 2)
    first = results[0].unequal[0]
    results[0].unequal = (forge(first), first)
    replay = deeply(lambda: ReplayPipeline(netlist, small.ownership(), "top", results))
    begun, found = tried(replay, results[0].failures)
    assert begun.unequal is first
    assert found.holds


def test_the_first_three_things_that_are_unequal_are_kept() -> None:
    """Of four: everybody writes all of tenant 0's state."""
    small = Small()
    leaves: Value = small.header
    for number in range(4):
        kept = Signal(4, name=f"kept{number}", reset_less=True)
        small.states[f"kept{number}"] = 0
        with small.m.If(small.valid):
            small.m.d.sync += kept.eq(kept + small.header)
        leaves ^= kept
    netlist = read_netlist(small.verilog(Mux(small.tenant, small.header, leaves)), "top")
    result = prove_victims(netlist, small.ownership(), range(2), 2)[0]
    assert len(result.failures) >= 4
    assert [each.name for each in result.unequal] == [failure.partition(",")[0] for failure in result.failures[:3]]


def test_the_two_steps_are_in_the_waveform(tmp_path: Path) -> None:
    replay, failures = proved(shared_count, "trace")
    begun, found = tried(replay, failures)
    cycles = deeply(lambda: replay.record(begun, tmp_path / "steps.vcd"))
    seen = waveform(tmp_path / "steps.vcd")
    (differs,) = found.seen
    assert tuple(seen.at("count_t0", 10 * (cycle + 1)) for cycle in cycles) == differs.was
