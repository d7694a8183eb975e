"""A netlist can be put in any state, and then takes the step that it takes: registers, what is written to memories, and nets."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest
from amaranth.hdl import Module, Signal
from amaranth.lib import memory

from hdl.delay_line import DelayLines
from hdl.tools.verilog import to_verilog
from sim.proof.any_state import AnyState, State, Step
from sim.proof.netlist import Netlist, read_netlist
from sim.proof.unroll_delays import in_memories
from tests.sim.waveform import waveform

CYCLES = 5


def adder() -> Netlist:
    """``sum`` is what stands in a store at ``at``, and ``more``; it is written to the next place where ``keep`` says so, and counted.
    There is something in every word at first."""
    m, at, more, keep = Module(), Signal(3, name="at"), Signal(8, name="more"), Signal(name="keep")
    total, count = Signal(8, name="sum"), Signal(4, name="count")
    m.submodules.store = store = memory.Memory(shape=8, depth=8, init=range(1, 9))
    write, read = store.write_port(), store.read_port(domain="comb")
    m.d.comb += [read.addr.eq(at), total.eq(read.data + more), write.addr.eq(at + 1), write.data.eq(total), write.en.eq(keep)]
    with m.If(keep):
        m.d.sync += count.eq(count + 1)
    return read_netlist(to_verilog(m, "top", [at, more, keep, total, count]), "top")


@pytest.fixture(scope="module")
def model() -> AnyState:
    return AnyState(adder(), "top", ["sum"])


def test_a_step_is_taken_from_the_state_that_it_is_put_in(model: AnyState) -> None:
    step = model.step(State({"at": 3, "more": 5, "keep": 1}, {"count": 9}, {("store", 3): 40, ("store", 7): 1}))
    assert step.nets == {"sum": 45}
    assert step.later == {"count": 10}
    assert step.written == {"store": (4, 45)}


def test_each_step_begins_anew(model: AnyState) -> None:
    model.step(State({"at": 3, "more": 5, "keep": 1}, {"count": 9}, {("store", 4): 40}))
    step = model.step(State({"at": 4}, {}, {}))
    assert (step.nets, step.later, step.written) == ({"sum": 0}, {"count": 0}, {})


def test_a_delay_line_gives_back_what_its_registers_had() -> None:
    """What was put in for the register of each cycle leaves in that many cycles."""
    m, source, target = Module(), Signal(6, name="source"), Signal(6, name="target", reset_less=True)
    lines = DelayLines(m)
    lines.carry(source, 0, target, CYCLES)
    lines.finish()
    netlist = read_netlist(to_verilog(m, "top", [source, target]), "top")
    (line,) = (cell.name for cell in netlist.cells if cell.kind == "mem_v2")
    # The last register of the line is behind the memory.
    state = {f"{line}.0.{cycle}": 10 + cycle for cycle in range(1, CYCLES)}
    words, counters = in_memories(netlist, state)
    model = AnyState(netlist, "top")
    registers: Mapping[str, int] = {name: counters.get(bits, 33) for name, bits in model.registers.items()}
    step = model.step(State({"source": 7}, registers, words))
    assert step.later["target"] == 10 + CYCLES - 1
    assert step.written[line][1] == 7
    # A cycle later all have moved on.
    at, word = step.written[line]
    step = model.step(State({}, step.later, {**words, (line, at): word}))
    assert step.later["target"] == 10 + CYCLES - 2


def test_steps_are_recorded_one_after_the_other(tmp_path: Path) -> None:
    model = AnyState(adder(), "top", probe="trace")
    states = [State({"at": 3, "more": more, "keep": 1}, {"count": count}, {("store", 3): 40}) for more, count in ((5, 9), (6, 2))]
    taken = model.record(states, tmp_path / "steps.vcd")
    seen = waveform(tmp_path / "steps.vcd")
    # The second step begins with 0 in the word that the first one wrote, which takes a cycle more.
    assert taken == [2, 6]
    assert [seen.at("sum", 10 * cycle) for cycle in taken] == [45, 46]
    assert [(seen.at("count", 10 * cycle), seen.at("count", 10 * (cycle + 1))) for cycle in taken] == [(9, 10), (2, 3)]


def test_a_recorded_step_keeps_nothing_of_the_one_before(tmp_path: Path) -> None:
    """What the first state puts in word 3, and what its step writes to word 4, is read by neither of the others."""
    model = AnyState(adder(), "top", ["sum"], "trace")
    states = [State({"at": 3, "more": 5, "keep": 1}, {}, {("store", 3): 40}), State({"at": 4}, {}, {}), State({"at": 3}, {}, {})]
    taken = model.record(states, tmp_path / "steps.vcd")
    seen = waveform(tmp_path / "steps.vcd")
    sums = [model.step(state).nets["sum"] for state in states]
    assert [seen.at("sum", 10 * cycle) for cycle in taken] == sums == [45, 0, 0]


def test_a_recorded_step_that_is_not_the_one_that_was_played_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    model = AnyState(adder(), "top", ["sum"], "trace")
    monkeypatch.setattr(model, "step", lambda state: Step({"sum": 1}, {}, {}))
    with pytest.raises(RuntimeError, match=r"^step 1 of the waveform is not the step that was played$"):
        model.record([State({}, {}, {})], tmp_path / "steps.vcd")
