"""Every rule: a trace that breaks it and no other is caught and named; what is legal is not."""

from __future__ import annotations

import random
from typing import Any

import pytest
from amaranth.hdl import Module
from amaranth.lib import data, wiring
from amaranth.lib.wiring import In, Out
from amaranth.sim import Simulator
from hypothesis import given, settings
from hypothesis import strategies as st

from hdl.meta import Meta
from hdl.stream import Beat, PacketBeat, beat_stream
from hdl.stream_rules import RULES, StreamRules
from hdl.tools.verilog import to_verilog
from hdl.watch import Watched
from sim.verilated import AssertionFailed, Verilated
from tests.hdl.streams import Packet, beats

LAYOUT = PacketBeat(32, Meta())
Cycle = tuple[int, int, dict[str, Any]]
"""valid, ready, payload"""
IDLE: Cycle = (0, 1, {})


def offered(packet: Packet, ready: int = 1) -> list[Cycle]:
    return [(1, ready, beat) for beat in beats(packet, 4)]


def packet(size: int, **meta: int) -> Packet:
    return Packet(bytes(range(1, size + 1)), (("meta", {"length": size, "tenant": 1, **meta}),))


def changed(cycle: Cycle, **fields: Any) -> Cycle:
    return cycle[0], cycle[1], {**cycle[2], **fields}


def played(cycles: list[Cycle], longest: int | None = None, layout: Any = LAYOUT) -> list[set[int]]:
    """The rules broken in each cycle; the sticky number must be that of the first."""
    rules = StreamRules(layout, longest)
    seen: list[set[int]] = []

    async def bench(ctx: Any) -> None:
        for valid, ready, fields in cycles:
            ctx.set(rules.valid, valid)
            ctx.set(rules.ready, ready)
            ctx.set(rules.payload, layout.const(fields))
            broken = ctx.get(rules.broken)
            seen.append({rule for rule in range(16) if broken >> rule & 1})
            await ctx.tick()
        first = next((min(each) for each in seen if each), 0)
        assert ctx.get(rules.first) == first

    simulator = Simulator(rules)
    simulator.add_clock(1e-8)
    simulator.add_testbench(bench)
    simulator.run()
    return seen


WAITS = [*offered(packet(4), ready=0)]
TWO = offered(packet(7))
THREE = offered(packet(11))
FOUR = {"length": 4}
BROKEN: list[tuple[str, int, int, list[Cycle]]] = [
    # what, rule, the cycle in which it is broken, the trace
    ("valid falls", 1, 2, [IDLE, *WAITS, IDLE]),
    ("valid falls after a long wait", 1, 5, [IDLE, *WAITS, *WAITS, *WAITS, *WAITS, IDLE]),
    ("data changes", 2, 2, [IDLE, *WAITS, changed(WAITS[0], data=9)]),
    ("a lane of the first beat is missing", 3, 1, [IDLE, changed(TWO[0], keep=7, data=0x030201)]),
    ("no lane of the first beat is kept", 3, 1, [IDLE, changed(TWO[0], keep=0, data=0)]),
    ("an empty last beat", 4, 2, [IDLE, *[changed(c, meta=FOUR) for c in (TWO[0], changed(TWO[1], keep=0, data=0))]]),
    ("a hole in the last beat", 4, 2, [IDLE, TWO[0], changed(TWO[1], keep=0b1011, data=0x07000605)]),
    ("the last beat starts late", 4, 2, [IDLE, TWO[0], changed(TWO[1], keep=0b1110, data=0x07060500)]),
    ("one byte too many", 5, 3, [IDLE, *offered(packet(9))]),
    ("the tenant changes", 7, 2, [IDLE, TWO[0], changed(TWO[1], meta={"length": 7, "tenant": 2})]),
    ("the packet ends early", 8, 2, [IDLE, *[changed(c, meta={"length": 8}) for c in TWO]]),
    ("the packet ends late", 8, 2, [IDLE, *[changed(c, meta={"length": 6}) for c in TWO]]),
    ("the packet goes on past its length", 8, 2, [IDLE, *[changed(c, meta=FOUR) for c in THREE[:2]]]),
    ("a lane past the end has something", 9, 2, [IDLE, TWO[0], changed(TWO[1], data=0x01070605)]),
    ("valid at once", 10, 0, offered(packet(4))),
]


@pytest.mark.parametrize(("rule", "at", "cycles"), [pytest.param(*rest, id=what) for what, *rest in BROKEN])
def test_a_broken_rule_is_caught_in_its_cycle_and_no_other_is(rule: int, at: int, cycles: list[Cycle]) -> None:
    expected: list[set[int]] = [set() for _ in cycles]
    expected[at] = {rule}
    assert played(cycles, longest=8) == expected


def test_every_rule_but_the_structural_one_is_planted() -> None:
    assert {rule for _, rule, _, _ in BROKEN} | {6} == set(RULES)


@settings(max_examples=40, deadline=None, derandomize=True)
@given(sizes=st.lists(st.integers(1, 40), min_size=1, max_size=12), seed=st.integers(0, 1 << 30))
def test_legal_traffic_breaks_nothing(sizes: list[int], seed: int) -> None:
    chance = random.Random(seed)
    cycles: list[Cycle] = [IDLE]
    for size in sizes:
        for _, _, beat in offered(packet(size, paint=chance.randrange(256))):
            # Away with any payload, then offered some cycles before it is taken.
            cycles += [(0, chance.randrange(2), {"data": chance.randrange(1 << 32)}) for _ in range(chance.randrange(3))]
            cycles += [(1, 0, beat) for _ in range(chance.randrange(3))] + [(1, 1, beat)]
    assert not any(played(cycles, longest=40)), f"seed {seed}"


def test_a_stream_without_packets_has_the_handshake_s_rules_only() -> None:
    layout = data.StructLayout({"number": 8})
    assert played([IDLE, (1, 0, {"number": 1}), (1, 1, {"number": 2}), (1, 1, {"number": 3})], layout=layout) == [set(), set(), {2}, set()]


def test_a_stream_that_says_nothing_of_its_packets_may_leave_lanes_as_they_are() -> None:
    beat = {"data": 0x01020304, "keep": 1, "last": 1}
    assert played([IDLE, (1, 1, beat)], layout=Beat(32)) == [set(), set()]


class Flaky(wiring.Component):
    """Hands a stream on; with ``fault`` the payload changes while it waits."""

    def __init__(self) -> None:
        super().__init__({"sink": In(beat_stream(16)), "source": Out(beat_stream(16)), "fault": In(1)})

    def elaborate(self, platform: object) -> Module:
        m = Module()
        m.d.comb += [
            self.source.p.eq(self.sink.p),
            self.source.p.data.eq(self.sink.p.data ^ self.fault),
            self.source.valid.eq(self.sink.valid),
            self.sink.ready.eq(self.source.ready),
        ]
        return m


class Around(wiring.Component):
    """A `Flaky` within another component, which hands its streams on."""

    def __init__(self) -> None:
        super().__init__({"rx": In(beat_stream(16)), "tx": Out(beat_stream(16)), "fault": In(1)})

    def elaborate(self, platform: object) -> Module:
        m = Module()
        m.submodules.inner = inner = Flaky()
        wiring.connect(m, wiring.flipped(self.rx), inner.sink)
        wiring.connect(m, inner.source, wiring.flipped(self.tx))
        m.d.comb += inner.fault.eq(self.fault)
        return m


def test_a_watched_model_names_stream_rule_and_cycle() -> None:
    with Verilated.from_verilog(to_verilog(Watched(Around()), "around"), "around") as model:
        model.reset()
        model.step()
        model.set("rx__payload", 0x7_1234)
        model.set("rx__valid", 1)
        model.step(5)
        model.set("fault", 1)
        with pytest.raises(
            AssertionFailed, match=r"^cycle 7: inner\.source -> tx breaks R2: the payload changed while it waited for ready \("
        ):
            model.step(3)


def test_a_watched_block_in_amaranth_s_simulator_says_the_same() -> None:
    dut = Around()

    async def bench(ctx: Any) -> None:
        await ctx.tick()
        ctx.set(dut.rx.valid, 1)
        ctx.set(dut.rx.payload, {"data": 1, "keep": 3, "last": 1})
        await ctx.tick()
        ctx.set(dut.fault, 1)
        for _ in range(3):
            await ctx.tick()

    simulator = Simulator(Watched(dut))
    simulator.add_clock(1e-8)
    simulator.add_testbench(bench)
    with pytest.raises(AssertionError, match=r"inner\.source -> tx breaks R2: the payload changed while it waited for ready"):
        simulator.run()
