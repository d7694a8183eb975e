"""Every stream and bus of a design is found and watched, and the design itself stays what it is."""

from __future__ import annotations

import re
from functools import cache
from typing import Any

import pytest
from amaranth.back import rtlil
from amaranth.hdl import ClockDomain, DomainRenamer, Module, Signal
from amaranth.lib import fifo, stream, wiring
from amaranth.lib.wiring import In, Out

from elements.program.values import const, make
from hdl.composition import Composition, meta
from hdl.core import Core
from hdl.datapath import Datapath, DatapathParameters
from hdl.identity import Rule
from hdl.stream import beat_stream
from hdl.watch import Watched

BEATS = beat_stream(16)


def datapath(ingress_depth: int = 64) -> Datapath:
    """Two ports, two tenants; every packet leaves by the port that it did not come by, unchanged."""
    byte = make("load", 8, (), ("data", 0))
    port = make("slice", 1, (meta("port"),), (0,))
    composition = Composition(
        select=(port, make("not", 1, (port,), ()), const(0, 1)),
        edge=const(0, 16),
        edits={0: byte},
        shifts=(0,),
        shift_index=const(0, 4),
        length=meta("length"),
        annotations={name: meta(name) for name in ("paint", "dst_ip", "vlan_tci", "device", "fix_ip_src", "packet_type")},
        banks=(),
        engines=(),
        growth={0: 0, 1: 0},
        header_bytes=1,
    )
    rules = (Rule(0, 100, None, None), Rule(1, 200, None, None))
    return Datapath(
        DatapathParameters(64, 2, ingress_depth=ingress_depth, egress_depth=64, egress_packets=8), rules, composition, (1, 1), {}
    )


def core(ingress_depth: int = 64) -> Core:
    return Core(datapath(ingress_depth))


@cache
def netlists() -> tuple[str, str, tuple[str, ...]]:
    """The core without and with checkers, as Amaranth writes them, and what is watched. One design gives both, in this order."""
    design = core()
    watched = Watched(design)
    plain = netlist(design)
    return plain, netlist(watched), watched.watched


def netlist(design: Any) -> str:
    return str(rtlil.convert(design, name="top", emit_src=False))


def rules_of(text: str) -> dict[str, set[str]]:
    """The rules that are asserted of each stream or bus."""
    found: dict[str, set[str]] = {}
    for name, rule in re.findall(r'FORMAT "(.*) breaks ([RL]\d+): ', text):
        found.setdefault(name, set()).add(rule)
    return found


def test_every_memory_of_the_core_with_clocked_reads_is_watched() -> None:
    watched = Watched(core())
    netlist(watched)
    stores = [f"datapath.{side}{port}.store" for side in ("egress", "ingress") for port in range(3)]
    assert watched.memories == tuple(f"{store}.{memory}" for store in stores for memory in ("notes", "words"))


def test_every_stream_of_the_core_is_watched_once() -> None:
    _, text, watched = netlists()
    assert sorted(watched) == [
        "axi -> registers.axi",
        "datapath.arbiter.source",
        "datapath.collector.sink",
        "datapath.editor.out",
        "datapath.egress0.sink",
        "datapath.egress0.source -> tx0",
        "datapath.egress1.sink",
        "datapath.egress1.source -> tx1",
        "datapath.egress2.sink",
        "datapath.egress2.source -> datapath.prepend.sink",
        "datapath.prepend.source -> tx_host",
        "datapath.strip.source -> datapath.ingress2.sink",
        "rx0 -> datapath.ingress0.sink",
        "rx1 -> datapath.ingress1.sink",
        "rx_host -> datapath.strip.sink",
    ]
    assert set(rules_of(text)) == set(watched)


def test_the_rules_follow_what_a_stream_says() -> None:
    rules = rules_of(netlists()[1])
    assert rules["datapath.prepend.source -> tx_host"] == {"R1", "R2", "R3", "R4", "R10"}
    known = {"R1", "R2", "R3", "R4", "R7", "R8", "R9", "R10"}
    assert rules["datapath.arbiter.source"] == {*known, "R5"}
    assert rules["datapath.collector.sink"] == rules["datapath.editor.out"] == known
    assert rules["axi -> registers.axi"] == {f"L{number}" for number in range(1, 9)}


def test_how_frames_are_framed_is_asked_of_who_makes_them_and_not_of_who_sends_them_in() -> None:
    rules = rules_of(netlists()[1])
    for name in ("rx0 -> datapath.ingress0.sink", "rx_host -> datapath.strip.sink", "datapath.strip.source -> datapath.ingress2.sink"):
        assert rules[name] == {"R1", "R2", "R10"}, name


def test_the_netlist_of_evidence_and_boards_is_the_one_without_checkers() -> None:
    plain, watched, _ = netlists()
    assert "watch" not in plain
    assert "$check" not in plain
    assert interface(plain) == interface(watched)
    # Checkers only read: they are modules of their own, and every cell of every other module is as it was.
    before, after = modules(plain), modules(watched)
    assert set(before) <= set(after)
    for name, cells in before.items():
        assert cells == (after[name] if name != "top" else [kind for kind in after[name] if "watch" not in kind]), name
    assert all(".watch" in name for name in set(after) - set(before))


def test_a_design_that_was_watched_gives_the_same_netlist_afterwards() -> None:
    design = Nested()
    before = netlist(design)
    assert netlist(Watched(design)) != before
    assert netlist(design) == before


def modules(text: str) -> dict[str, list[str]]:
    """The kinds of cells of each module."""
    return {each.split(None, 1)[0].lstrip("\\"): re.findall(r"^  cell (\S+)", each, re.MULTILINE) for each in text.split("\nmodule ")[1:]}


def interface(text: str) -> set[str]:
    """The ports of the top module."""
    top = text[text.index("\nmodule \\top\n") :]
    return set(re.findall(r"^  wire width \d+ (?:input|output) \d+ \S+", top[: top.index("\nend")], re.MULTILINE))


class Through(wiring.Component):
    """Hands a stream on, its ``valid`` as ``mode`` says."""

    def __init__(self, mode: str) -> None:
        self.mode = mode
        super().__init__({"sink": In(BEATS), "source": Out(BEATS)})

    def elaborate(self, platform: object) -> Module:
        m = Module()
        go = Signal()
        m.d.comb += [
            self.source.payload.eq(self.sink.payload),
            self.sink.ready.eq(self.source.ready),
            self.source.valid.eq(self.sink.valid),
        ]
        if self.mode == "value":
            m.d.comb += [go.eq(self.source.ready), self.source.valid.eq(self.sink.valid & go)]
        elif self.mode == "condition":
            with m.If(~self.source.ready):
                m.d.comb += self.source.valid.eq(0)
        elif self.mode == "memory":
            m.submodules.store = store = fifo.SyncFIFO(width=16, depth=2)
            m.d.comb += [self.source.p.data.eq(store.r_data), store.r_en.eq(self.source.ready)]
        return m


@pytest.mark.parametrize("mode", ["value", "condition"])
def test_a_stream_whose_valid_follows_ready_is_refused(mode: str) -> None:
    with pytest.raises(ValueError, match=r"^source breaks R6: valid or the payload follows ready in the same cycle$"):
        netlist(Watched(Through(mode)))


def test_ready_that_acts_at_the_clock_s_edge_is_no_path() -> None:
    for mode in ("plain", "memory"):
        assert netlist(Watched(Through(mode)))


class Nested(wiring.Component):
    """Streams in an array, and one within an interface."""

    def __init__(self) -> None:
        pair = wiring.Signature({"there": Out(BEATS), "back": In(BEATS)})
        super().__init__({"many": In(BEATS).array(2), "pair": Out(pair), "numbers": In(stream.Signature(8))})

    def elaborate(self, platform: object) -> Module:
        m = Module()
        m.d.comb += [each.ready.eq(1) for each in self.many]
        return m


def test_streams_within_arrays_and_interfaces_are_found() -> None:
    design = Nested()
    watched = Watched(design)
    netlist(watched)
    assert watched.signature == design.signature
    assert watched.watched == ("many.0", "many.1", "pair.there", "pair.back", "numbers")


class TwoClocks(wiring.Component):
    """A stream from the domain ``fast`` to ``sync``; with ``ends``, blocks of one domain each at both ends."""

    def __init__(self, ends: bool) -> None:
        self.ends = ends
        super().__init__({"sink": In(BEATS), "source": Out(BEATS), "fast_clock": In(1)})

    def elaborate(self, platform: object) -> Module:
        m = Module()
        m.domains.fast = fast = ClockDomain("fast")
        m.d.comb += fast.clk.eq(self.fast_clock)
        m.submodules.cross = cross = Crossing()
        if not self.ends:
            wiring.connect(m, wiring.flipped(self.sink), cross.sink)
            wiring.connect(m, cross.source, wiring.flipped(self.source))
            return m
        before, after = Counted(), Counted()
        m.submodules.before, m.submodules.after = DomainRenamer("fast")(before), after
        wiring.connect(m, wiring.flipped(self.sink), before.sink)
        wiring.connect(m, before.source, cross.sink)
        wiring.connect(m, cross.source, after.sink)
        wiring.connect(m, after.source, wiring.flipped(self.source))
        return m


class Crossing(wiring.Component):
    """An asynchronous FIFO."""

    def __init__(self) -> None:
        super().__init__({"sink": In(BEATS), "source": Out(BEATS)})

    def elaborate(self, platform: object) -> Module:
        m = Module()
        m.submodules.fifo = store = fifo.AsyncFIFO(width=19, depth=4, w_domain="fast", r_domain="sync")
        m.d.comb += [store.w_data.eq(self.sink.payload.as_value()), store.w_en.eq(self.sink.valid), self.sink.ready.eq(store.w_rdy)]
        m.d.comb += [self.source.payload.as_value().eq(store.r_data), self.source.valid.eq(store.r_rdy), store.r_en.eq(self.source.ready)]
        return m


class Counted(wiring.Component):
    """Hands a stream on and counts its beats."""

    def __init__(self) -> None:
        super().__init__({"sink": In(BEATS), "source": Out(BEATS), "count": Out(8)})

    def elaborate(self, platform: object) -> Module:
        m = Module()
        wiring.connect(m, wiring.flipped(self.sink), wiring.flipped(self.source))
        with m.If(self.sink.valid & self.sink.ready):
            m.d.sync += self.count.eq(self.count + 1)
        return m


def test_a_checker_is_in_the_clock_domain_of_the_block_at_the_stream_s_end() -> None:
    text = netlist(Watched(TwoClocks(ends=True)))
    cells = re.findall(r'FORMAT "([^"]*) breaks R1: .*?connect \\TRG \\(\w+)', text, re.DOTALL)
    assert cells == [("before.source -> cross.sink", "fast_clk"), ("cross.source -> after.sink", "clk")]


def test_a_stream_whose_clock_nobody_settles_is_refused() -> None:
    with pytest.raises(ValueError, match=r"no component at .* has one clock domain: put what ends it in a component of its own"):
        netlist(Watched(TwoClocks(ends=False)))
