"""What is made of nets quickly is what Amaranth makes of them."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext

import pytest
from amaranth.back import rtlil
from amaranth.hdl import Cat, Module, Mux, Signal, Value, _nir
from amaranth.lib import memory, wiring
from amaranth.lib.wiring import In, Out
from hypothesis import given, settings
from hypothesis import strategies as st

from hdl.tools.quick_nets import quick_nets
from hdl.tools.verilog import to_verilog
from tests.sim.proof.small_datapath import small_datapath

Step = tuple[str, int, int, int]
SIGNALS, WIDTH = 6, 4


class Random(wiring.Component):
    """Signals that are made of each other, whole or bit by bit; there may be cycles."""

    def __init__(self, steps: list[Step]) -> None:
        self.steps = steps
        super().__init__({"a": In(WIDTH), "b": Out(WIDTH)})

    def elaborate(self, platform: object) -> Module:
        m = Module()
        m.submodules.inner = inner = Module()
        m.submodules.words = words = memory.Memory(shape=WIDTH, depth=4, init=[1])
        now, later = words.read_port(domain="comb"), words.read_port()
        signals: list[Value] = [Signal(WIDTH, name=f"s{index}") for index in range(SIGNALS)]
        signals += [self.a, now.data, later.data]
        m.d.comb += [now.addr.eq(signals[0]), later.addr.eq(signals[1]), self.b.eq(signals[2])]
        for index, (kind, to, one, other) in enumerate(self.steps):
            target, x, y = signals[to], signals[one], signals[other]
            bit = index % WIDTH
            where = inner if to % 2 else m
            if kind == "register":
                m.d.sync += Signal(WIDTH, name=f"r{index}").eq(x)
            elif kind == "bit":
                where.d.comb += target[bit].eq(x[(bit + 1) % WIDTH] ^ y[bit])
            elif kind == "choice":
                with where.If(x[0]):
                    where.d.comb += target.eq(y)
            elif kind == "array":
                where.d.comb += target.eq(x.bit_select(y[:2], WIDTH))
            else:
                where.d.comb += target.eq(Cat(x[1:], Mux(y == 3, 1, x[0] & y[1])) + (x * y))
        return m


def text_or_error(steps: list[Step], how: AbstractContextManager[None]) -> str:
    with how:
        try:
            return str(rtlil.convert(Random(steps), name="random", emit_src=False))
        except _nir.CombinationalCycle as error:
            return f"refused: {error}"


KINDS = st.sampled_from(["register", "bit", "bit", "bit", "choice", "array", "sum"])
SOURCES = st.integers(0, SIGNALS + 2)


@given(st.lists(st.tuples(KINDS, st.integers(0, SIGNALS - 1), SOURCES, SOURCES), max_size=7))
@settings(max_examples=150, deadline=None)
def test_the_text_and_what_is_refused_are_the_same(drawn: list[Step]) -> None:
    # Each signal is driven from one module alone.
    assert text_or_error(drawn, quick_nets()) == text_or_error(drawn, nullcontext())


@pytest.mark.parametrize(
    ("steps", "refused"),
    [
        ([("bit", 0, 1, 6), ("bit", 1, 0, 6)], False),
        ([("sum", 0, 1, 6), ("sum", 1, 0, 6)], True),
        ([("choice", 2, 7, 6), ("sum", 0, 2, 2)], True),
        ([("choice", 2, 8, 6), ("sum", 1, 2, 2)], False),
    ],
    ids=["bits that pass each other", "a cycle", "a cycle through a memory", "through one that is read a cycle later"],
)
def test_a_cycle_is_one_of_bits(steps: list[Step], refused: bool) -> None:
    ours, theirs = text_or_error(steps, quick_nets()), text_or_error(steps, nullcontext())
    assert ours == theirs
    assert ours.startswith("refused: Combinational cycle detected, path:\n") == refused


def test_a_data_path_is_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    ours = to_verilog(small_datapath(), "top")
    monkeypatch.setattr("hdl.tools.verilog.quick_nets", nullcontext)
    assert to_verilog(small_datapath(), "top") == ours


def test_amaranth_is_as_it_was_afterwards() -> None:
    before = dict(vars(_nir.Value)), dict(vars(_nir.Netlist)), dict(vars(_nir.Net)), dict(vars(rtlil.ModuleEmitter))
    with quick_nets():
        assert dict(vars(_nir.Value)) != before[0]
    assert (dict(vars(_nir.Value)), dict(vars(_nir.Netlist)), dict(vars(_nir.Net)), dict(vars(rtlil.ModuleEmitter))) == before
