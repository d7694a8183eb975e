"""That every port of a core keeps to its rules is proved of the netlist, and not of one in which a rule is broken."""

from __future__ import annotations

import pytest

from hdl.core import Core
from hdl.tools.verilog import to_verilog
from mlclick.mutants.mutant import Mutant, planted
from sim.proof import duties
from sim.proof.around import around
from sim.proof.claims import NoSuchNet
from sim.proof.netlist import Netlist, read_netlist
from sim.proof.noninterference import Result
from sim.proof.ports import prove_ports
from tests.in_short import in_short
from tests.sim.proof.small_datapath import defect, small_datapath


def netlist_of(core: Core) -> Netlist:
    return read_netlist(to_verilog(core, "core"), "core")


def results(width: int = 64, *, strict: bool = False, only: str = "") -> dict[str, Result]:
    """Of a small core, as the generator makes it now; where that is said, of ``only`` one port."""
    core = Core(small_datapath(width, strict=strict))
    return prove_ports(core, netlist_of(core), only)


@pytest.mark.parametrize(("width", "strict"), [(64, False), (64, True), (256, False), (256, True)])
def test_every_port_keeps_to_its_rules(width: int, strict: bool) -> None:
    found = results(width, strict=strict)
    assert list(found) == ["rx0", "tx0", "rx_host", "tx_host", "axi"]
    assert [result.failures for result in found.values()] == [[]] * 5
    assert found["axi"].obligations > 40


@pytest.mark.parametrize("strict", [False, True])
def test_that_a_last_beat_has_bytes_and_how_many_a_packet_has_is_left_to_the_proof_of_the_way_out(strict: bool) -> None:
    found, longest = results(strict=strict), small_datapath(strict=strict).egress_ports[0].longest
    assert found["tx0"].presumed == found["tx_host"].presumed == (duties.LEFT.said(), duties.TOGETHER.said(longest))
    assert found["rx0"].presumed == found["axi"].presumed == ()


SHIM = "the shim of a frame is the one that the way out gives"
BYTES = "what leaves is what the way out gives, byte for byte"
GIVEN = "what has left is what the way out gave"
STREAM = [
    (
        defect(
            "egress", "EgressPort", "go.eq(~valid | self.source.ready)", "go.eq(~valid | self.source.ready | self.source.p.last)", "_send"
        ),
        "tx0",
        "R1",
    ),
    (defect("egress", "EgressPort", "get.eq(start | (more & go))", "get.eq(start | more)", "_send"), "tx0", "R2"),
    (defect("egress", "EgressPort", "Mux(last, (1 << left_now", "Mux(1, (1 << left_now", "_send"), "tx0", "R3"),
    (defect("egress", "EgressPort", "[: lanes.bit_length()]) - 1", "[: lanes.bit_length()])", "_send"), "tx0", "R4"),
    (defect("egress", "EgressPort", "Mux(last, (1 << left_now", "Mux(0, (1 << left_now", "_send"), "tx0", "R5"),
    (defect("egress", "EgressPort", "Mux(last, (1 << left_now", "Mux(0, (1 << left_now", "_send"), "tx_host", "R5"),
    (defect("egress", "EgressPort", "Mux(left_now > lane,", "Mux(left_now >= lane,", "_send"), "tx0", "R9"),
    (defect("egress", "EgressPort", "last = left_now <= lanes", "last = left_now < lanes", "_send"), "tx0", GIVEN),
    (
        defect(
            "datapath",
            "Datapath",
            'wiring.connect(m, egress.source, wiring.flipped(getattr(self, f"out{port}")))',
            'out = getattr(self, f"out{port}"); m.d.comb += [out.valid.eq(egress.source.valid), egress.source.ready.eq(out.ready), '
            "out.payload.eq(egress.source.payload.as_value() ^ 1)]",
        ),
        "tx0",
        BYTES,
    ),
    (defect("crossing", "ShimPrepend", "[out.eq(beat), ", "[out.eq(beat.as_value() | 1), "), "tx_host", BYTES),
    (defect("crossing", "ShimPrepend", "Mux(beat.last, 0, whole)", "0"), "tx_host", "nothing has left of a frame of which the shim"),
    (defect("crossing", "ShimPrepend", "Mux(beat.last, 0, whole)", "Mux(beat.last, 1, whole)"), "tx_host", "what has left is the shim"),
    (defect("pipeline", "Pipeline", "            length,\n        ]", "            length ^ 1,\n        ]", "_outputs"), "tx_host", "R8"),
    (defect("crossing", "ShimPrepend", "word_select(index, self", "word_select(0, self"), "tx_host", "a frame for the host begins"),
    (defect("egress", "EgressPort", "source.valid.eq(valid)", "source.valid.eq(valid & self.source.ready)", "_send"), "tx0", "R6"),
    (defect("egress", "EgressPort", "valid = Signal(attrs=owner)", "valid = Signal(attrs=owner, init=1)", "_send"), "tx0", "R10"),
    (
        defect("crossing", "ShimPrepend", "transfer = self.source.valid & self.source.ready", "transfer = self.source.valid"),
        "tx_host",
        "R2",
    ),
    (defect("ingress", "Ingress", "self.sink.ready.eq(1)", "self.sink.ready.eq(~bad)"), "rx0", "rx0 takes what comes"),
    (
        defect("crossing", "ShimStrip", "self.sink.ready.eq(1)", "self.sink.ready.eq(~self.source.valid)"),
        "rx_host",
        "rx_host takes what comes",
    ),
]


def in_registers(old: str, new: str, method: str) -> Mutant:
    return defect("registers", "RegisterFile", old, new, method)


BUS = [
    (in_registers("m.Elif(axi.bready)", "m.Else()", "_writes"), "L2"),
    (in_registers("m.Elif(axi.rready)", "m.Else()", "_reads"), "L3"),
    (in_registers("go, known = has_address & has_data,", "go, known = has_address,", "_writes"), "L4"),
    (in_registers("m.If(asked):", "m.If(asked | (axi.awvalid & ~axi.rvalid)):", "_reads"), "L5"),
    (in_registers("OKAY, SLVERR", "OKAY, 1", "_writes"), "L6"),
    (in_registers("asked, address = Signal(),", "asked, address = Signal(init=1),", "_reads"), "what is taken on ar is under way"),
    (in_registers("Mux(good, Mux(is_high, latched, low), 0)", "Mux(is_high, latched, low)", "_reads"), "L8"),
    (in_registers("~has_data & ~axi.bvalid", "~axi.bvalid", "_writes"), "what is taken on w is under way"),
    (in_registers("axi.arready.eq(~asked & ~axi.rvalid)", "axi.arready.eq(1)", "_reads"), "what is taken on ar is under way"),
]


@pytest.mark.parametrize(
    ("mutant", "port", "rule"),
    in_short([*STREAM, *((mutant, "axi", rule) for mutant, rule in BUS)]),
    ids=lambda each: each.name if isinstance(each, Mutant) else "",
)
def test_each_defect_is_refused_by_the_rule_that_it_breaks(mutant: Mutant, port: str, rule: str) -> None:
    with planted(mutant):
        broken = results(only=port)[port].failures
    assert any(failure.startswith(rule) for failure in broken), broken


def test_a_length_that_is_made_twice_is_right_where_both_are_the_same() -> None:
    with planted(
        defect("pipeline", "Pipeline", "length = final(c.length)", "length = Mux(final(c.length) > 20, 20, final(c.length))", "_outputs")
    ):
        assert results(only="tx_host")["tx_host"].failures == []


@pytest.mark.parametrize("width", [64, 256])
def test_a_shim_that_says_another_tenant_than_the_way_out_gives_is_refused_for_that_alone(width: int) -> None:
    with planted(defect("datapath", "Datapath", "prepend.shim.eq(out.shim)", "prepend.shim.eq(out.shim ^ (5 << 24))")):
        assert results(width, only="tx_host")["tx_host"].failures == [f"{SHIM} does not follow"]


LEFT_OVER = [
    (
        ("carry.eq(beat.data[self.width - 8 * residue :])", "carry.eq(beat.data[self.width - 8 * residue :] ^ 1)"),
        "what is left over is the end of the beat before",
    ),
    (("Mux(begun, carry, self.shim)", "Mux(begun, carry & 255, self.shim)"), "what is left over goes on in front"),
    (
        ("beat.data[: self.width - 8 * residue]", "beat.data[: self.width - 8 * residue] ^ 1"),
        "behind it is the beginning of what the way out gives",
    ),
    (("carry_keep.eq(beat.keep[lanes - residue :])", "carry_keep.eq(Const(-1, residue))"), "what is left over and what has left are"),
    (
        ("carry.eq(beat.data[self.width - 8 * residue :])", "carry.eq(beat.data[self.width - 8 * residue :] | (1 << (8 * residue - 1)))"),
        "what is left over is zero past its end",
    ),
    (("begun.eq(~flush & ~beat.last |", "begun.eq(flush | ~beat.last |"), "a frame has begun where some of it has left"),
    (("Mux(begun, carry, self.shim)", "Mux(begun, carry, self.shim[8:])"), "a frame for the host begins with its shim"),
    (("beat.keep[lanes - residue :].any()", "beat.keep[lanes - residue + 1 :].any()"), "something is left over of a last beat"),
    (
        ("out.keep.eq(Cat(Const(-1, residue), beat.keep[: lanes - residue]))", "out.keep.eq(~Const(0, lanes))"),
        "a beat has all bytes that are there and have room",
    ),
    (("carry_keep.eq(beat.keep[lanes - residue :])", "carry_keep.eq(beat.keep[lanes - residue + 1 :])"), "what is left over are the bytes"),
    (("out.last.eq(beat.last & ~over)", "out.last.eq(beat.last)"), "a beat is the last where it has the end of the frame"),
    (
        ("out.keep.eq(carry_keep), out.last.eq(1)", "out.keep.eq(carry_keep & 255), out.last.eq(1)"),
        "what is left over leaves in a beat of its own",
    ),
]
"""Where a shim does not fill a beat."""


@pytest.mark.parametrize(("change", "what"), in_short(LEFT_OVER), ids=lambda each: each[1] if isinstance(each, tuple) else "")
def test_what_is_left_over_of_a_frame_for_the_host_is_its_own_and_no_more(change: tuple[str, str], what: str) -> None:
    with planted(defect("crossing", "ShimPrepend", *change)):
        broken = results(256, only="tx_host")["tx_host"].failures
    assert any(failure.startswith(what) for failure in broken), broken


def test_a_port_that_is_not_there_is_an_error() -> None:
    core = Core(small_datapath())
    whole = netlist_of(core)
    less = Netlist(whole.ports, whole.cells, {name: bits for name, bits in whole.names.items() if name != "tx0__ready"})
    with pytest.raises(NoSuchNet, match="the net tx0__ready, which the netlist does not have"):
        prove_ports(core, less)


def test_of_what_stands_further_back_nothing_is_known() -> None:
    whole = netlist_of(Core(small_datapath()))
    near, far = (around(whole, ["tx0__valid"], cycles) for cycles in (1, 2))
    flops = [sum(cell.kind == "dff" for cell in each.cells) for each in (near, far, whole)]
    assert 0 < flops[0] < flops[1] < flops[2]
    assert any(name.startswith("other ") for name in near.ports)
    assert [name for name, (is_input, _) in near.ports.items() if not is_input] == ["tx0__valid"]
