"""That what leaves the arbiter comes to the stores of the ways out, once and whole, is proved of the netlist, and not of one in which that
is not so."""

from __future__ import annotations

from dataclasses import replace

import pytest

from elements.program.values import const, mux, part, sub
from hdl.composition import meta
from hdl.pipeline import Pipeline
from mlclick.mutants.mutant import Mutant, planted
from sim.proof import duties
from sim.proof.delivery import prove_delivery
from sim.proof.growth import prove_growth
from tests.in_short import in_short
from tests.sim.proof.small_datapath import LONGEST, by_name, defect, small_datapath

PUT = "a beat is put into a store where one is owed to its port, and only there"


def failures(*, strict: bool = False, shifts: tuple[int, ...] = (0, 4, -12)) -> list[str]:
    """What is not proved of a small data path, as the generator makes it now."""
    return prove_delivery(small_datapath(strict=strict, shifts=shifts)).failures


@pytest.mark.parametrize("strict", [False, True])
@pytest.mark.parametrize(("width", "tenants", "shifts"), in_short([(64, 3, (0, 20, -12)), (64, 1, (0,)), (256, 2, (0, -12))]))
def test_each_packet_is_put_once_into_the_stores_that_are_selected(width: int, tenants: int, shifts: tuple[int, ...], strict: bool) -> None:
    growth = {tenant: 8 * tenant for tenant in range(tenants)}
    result = prove_delivery(small_datapath(width, tenants, strict=strict, shifts=shifts, growth=growth))
    assert result.failures == []
    assert result.obligations > 90


DEFECTS = [
    (by_name("a copy is lost while the other one's port is stuck"), PUT),
    (defect("datapath", "Datapath", "editor.out.valid & editor.out.p.select[port]", "editor.out.valid"), PUT),
    (defect("datapath", "Datapath", "egress.first.eq(editor.first)", "egress.first.eq(1)"), "the first is where its packet begins"),
    (
        defect("datapath", "Datapath", "editor.verdict.length.eq(pipeline.out_length)", "editor.verdict.length.eq(collector.meta.length)"),
        "what is said of its length goes with it",
    ),
    (defect("editor", "Editor", "last = left <= self.lanes", "last = left < self.lanes"), "the last is where no other is owed"),
    (defect("editor", "Editor", "emit = (wanted", "emit = (start"), "what still leaves has its cycles"),
    (defect("editor", "Editor", "& ~begins)\n", "& ~begins & self.body.valid)\n"), "what is owed is left of what leaves"),
    (
        defect("editor", "Editor", "p.tenant.eq(verdict.tenant)", "p.tenant.eq(self.verdict.tenant)"),
        "it is of the tenant whose packet it is",
    ),
    (
        defect("editor", "Editor", "self.out.p.length.eq(verdict.length)", "self.out.p.length.eq(left)"),
        "its note says the length that was said",
    ),
    (
        defect("editor", "Editor", "self.empty.eq(wanted & (verdict.length == 0))", "self.empty.eq(wanted)"),
        "what has no bytes is said to be there, and nothing else is",
    ),
    (
        defect("editor", "Editor", "held.eq(coming)", "held.eq(Mux(self.verdict_valid, coming, held))", "_verdict"),
        "its number goes with it",
    ),
    (
        defect("collector", "Collector", "self.token.eq(window[-1].first)", "self.token.eq(window[-1].first & ~window[-1].last)"),
        "a packet leaves when its time is come, and nothing else does",
    ),
    (defect("egress", "EgressPort", "put.good.eq(1)", "put.good.eq(~self.first)"), "it is good and has data"),
    (
        defect("egress", "EgressPort", "put.note.eq(Cat(beat.length, beat.shim)", "put.note.eq(Cat(beat.length, 0 * beat.shim)"),
        "the note for the host has the shim that was said",
    ),
    (
        defect("egress", "EgressPort", "Mux(store.stored, 1 << beat.tenant, 0)", "store.stored"),
        "what is stored is counted, as its tenant's",
    ),
    (
        defect("egress", "EgressPort", "Mux(store.lost | self.empty, 1 << beat.tenant, 0)", "store.lost | self.empty"),
        "what is lost is counted, as its tenant's, and so is what has no bytes",
    ),
]


AS_IT_CAME = "a byte is put as it came, where it belongs, or else is zero"
TAILS = [
    (by_name("edits a beat late"), "beat 0 of the window is as it was sent, but for what is edited"),
    (
        defect("collector", "Collector", "self.beats + self.wait, self.body", "self.beats + self.wait + 1, self.body", "_carry"),
        "beats come to the editor when their time is come",
    ),
    (
        defect("collector", "Collector", "data.eq(self.sink.p.data)", "data.eq(Mux(self.sink.p.last, 0, self.sink.p.data))", "_carry"),
        "beats come to the editor when their time is come",
    ),
    (defect("editor", "Editor", "Cat(low[8 * residue :], high[", "Cat(high[8 * residue :], low[", "_aligned"), AS_IT_CAME),
    (defect("editor", "Editor", "Mux(left > lane, signal, 0)", "Mux(left > lane + 1, signal, 0)", "_aligned"), AS_IT_CAME),
    (
        defect("editor", "Editor", "Mux(own, moved.word_select(lane, 8), 0)", "Mux(own, moved.word_select(lane, 8), 0xAA)", "_aligned"),
        AS_IT_CAME,
    ),
    (defect("editor", "Editor", "& ~window[age].first", "& window[age].first", "_own"), AS_IT_CAME),
    (defect("editor", "Editor", "(at == beat)", "(at >= beat)", "_aligned"), AS_IT_CAME),
    (
        defect("egress", "EgressPort", "put.data.eq(beat.beat.data)", "put.data.eq(Mux(beat.beat.last, 0, beat.beat.data))"),
        AS_IT_CAME,
    ),
]


COMES = [
    (
        defect(
            "datapath",
            "Datapath",
            "editor.verdict_valid.eq(pipeline.out_valid),",
            "pipeline.length.eq(arbiter.source.p.meta.length), editor.verdict_valid.eq(pipeline.out_valid),",
        ),
        "its length comes with it",
    ),
    (defect("collector", "Collector", "Mux(ended[number], 0, window[age].data)", "window[age].data"), "its header is its own first bytes"),
    (
        defect("collector", "Collector", "here.last.eq(self.sink.valid & self.sink.p.last)", "here.last.eq(0)"),
        "the last of a beat is collected, 1 cycles on",
    ),
]
"""What a pipeline has of a packet, it has of another."""
WRITTEN = [
    (
        defect("editor", "Editor", "eq(edits.word_select(number, 8))", "eq(edits_next.word_select(number, 8))", "_overlaid"),
        "beat 0 of the window is as it was sent, but for what is edited",
    ),
    (
        defect("editor", "Editor", "edits_next.eq(edits)", "edits_next.eq(self.verdict.bytes)", "_overlaid"),
        "what is written over a packet is what is said of it",
    ),
    (defect("editor", "Editor", "m.d.comb += coming.bytes", "m.d.sync += coming.bytes", "_verdict"), "what stands in front goes with it"),
    (defect("editor", "Editor", "kept.eq(now)", "[kept.eq(now), kept.bytes.eq(0)]", "_verdict"), "what stands in front is kept"),
    (defect("editor", "Editor", "eq(verdict.bytes.word_select(number, 8))", "eq(verdict.bytes.word_select(0, 8))", "_aligned"), AS_IT_CAME),
]


@pytest.mark.parametrize(("mutant", "what"), in_short([*COMES, *WRITTEN]), ids=lambda each: each.new if isinstance(each, Mutant) else "")
def test_what_is_known_or_said_of_another_packet_is_refused_for_that_alone(mutant: Mutant, what: str) -> None:
    with planted(mutant):
        assert failures() == [f"{what} does not follow"]


@pytest.mark.parametrize(("mutant", "what"), in_short([*DEFECTS, *TAILS]), ids=lambda each: each.new if isinstance(each, Mutant) else "")
def test_each_defect_is_refused_for_what_it_breaks(mutant: Mutant, what: str) -> None:
    with planted(mutant):
        assert f"{what} does not follow" in failures()


def test_a_slot_that_begins_too_soon_is_refused() -> None:
    with planted(defect("collector", "Collector", "self.body_begins.eq(begins[-1])", "self.body_begins.eq(begins[-2])", "_carry")):
        assert "a slot begins when its time is come, and no other does does not follow" in failures(strict=True)


def pipeline(longer: int) -> Pipeline:
    """One behind which packets are so many bytes longer, and may be 8."""
    datapath = small_datapath()
    length = part(meta("length") + longer if longer >= 0 else sub(meta("length"), const(-longer, 16)), 0, 16)
    return Pipeline(replace(datapath.composition, length=length), 2, 8)


@pytest.mark.parametrize(("longer", "grows"), [(0, False), (8, False), (9, True), (-1, False), (-2, True)])
def test_packets_that_grow_by_more_than_they_may_or_below_nothing_are_refused(longer: int, grows: bool) -> None:
    result = prove_growth(pipeline(longer), LONGEST)
    assert result.failures == ([f"{duties.GROWS.says} does not follow"] if grows else [])
    assert result.kept == (() if grows else (duties.IN_TIME.said(), duties.GROWS.said()))


def test_what_a_pipeline_makes_of_longer_packets_than_come_is_presumed_not_to_be() -> None:
    longest = 20
    cut = replace(small_datapath().composition, length=mux(meta("length") <= longest, meta("length"), const(1000, 16)))
    assert prove_growth(Pipeline(cut, 2, 8), LONGEST).failures == [f"{duties.GROWS.says} does not follow"]
    found = prove_growth(Pipeline(cut, 2, 8), longest)
    assert (found.failures, found.presumed[:2]) == ([], (duties.SENT_OF.said(2), duties.SENT_LENGTH.said(longest)))


def test_a_pipeline_in_which_there_are_packets_at_first_is_refused_for_that_alone() -> None:
    begun = 'valid = Signal(name=f"valid_s{stage}"'
    with planted(defect("pipeline", "Pipeline", f"{begun})", f"{begun}, init=stage == 1)", "_valid_chain")):
        assert prove_growth(pipeline(0), LONGEST).failures == ["nothing leaves before the first that came does not follow"]


@pytest.mark.parametrize(
    "mutant",
    [
        defect("pipeline", "Pipeline", "valid.eq(self.valids[-1])", "valid.eq(self.valids[-1] & ~self.from_host)", "_valid_chain"),
        defect("pipeline", "Pipeline", 'self.out_tenant.eq(final(meta("tenant")))', 'self.out_tenant.eq(final(meta("port")))', "_outputs"),
    ],
    ids=["valid", "tenant"],
)
def test_a_pipeline_that_keeps_packets_or_gives_them_to_another_is_refused(mutant: Mutant) -> None:
    with planted(mutant):
        assert prove_growth(pipeline(0), LONGEST).failures == [f"{duties.IN_TIME.says} does not follow"]
