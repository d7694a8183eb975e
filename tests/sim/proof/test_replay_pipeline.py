"""What the proof of a pipeline refuses is seen when the states that make the difference are put into the simulated netlist."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from amaranth.hdl import Module, Mux, Signal, Value
from amaranth.lib.memory import Memory

from hdl.tools.verilog import to_verilog
from sim.proof.netlist import read_netlist
from sim.proof.noninterference import deeply, prove_victims
from sim.proof.ownership import Ownership
from sim.proof.replay_pipeline import ReplayPipeline
from sim.proof.replayed import Replayed
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


def replayed(make: Callable[[Small], Value], folder: Path | None = None) -> tuple[Replayed, tuple[int, int]]:
    small = Small()
    netlist = read_netlist(small.verilog(make(small)), "top")
    results = prove_victims(netlist, small.ownership(), range(2), 2)

    def played() -> tuple[Replayed, tuple[int, int]]:
        replay = ReplayPipeline(netlist, small.ownership(), "top", results, "none" if folder is None else "trace")
        tried = replay.first(0, results[0].failures)
        assert tried is not None
        return tried[1], (0, 0) if folder is None else replay.record(tried[0], folder / "steps.vcd")

    return deeply(played)


@pytest.mark.parametrize(("make", "differs"), [(shared_count, "count_t0"), (shared_memory, "state[0]"), (meets_others, "data_s1")])
def test_what_others_change_is_seen_to_differ(make: Callable[[Small], Value], differs: str) -> None:
    found, _ = replayed(make)
    assert found.holds
    assert found.question == differs
    assert [each.name for each in found.seen] == [differs]


def test_whose_it_is_that_a_packet_meets_is_told() -> None:
    found, _ = replayed(meets_others)
    (apart,) = found.apart
    assert (apart.name, apart.whose) == ("count_t1", 1)
    assert found.told("ab").startswith("replayed in simulation: two states that differ in b's count_t1 (0x")
    assert " differ a cycle later in what is a's: data_s1 (0x" in found.told("ab")


def test_the_two_steps_are_in_the_waveform(tmp_path: Path) -> None:
    found, cycles = replayed(shared_count, tmp_path)
    seen = waveform(tmp_path / "steps.vcd")
    (differs,) = found.seen
    assert tuple(seen.at("count_t0", 10 * (cycle + 1)) for cycle in cycles) == differs.was
