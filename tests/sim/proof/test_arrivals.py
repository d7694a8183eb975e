"""That ways in give their stores what those presume, and count each frame once, is proved of the netlists, and not of ones in which a
defect is planted."""

from __future__ import annotations

import pytest

from hdl.identity import Rule
from hdl.ingress import Ingress
from mlclick.mutants.mutant import Mutant, planted
from sim.proof import duties
from sim.proof.arrivals import arrival_names, prove_arrival, prove_arrivals
from tests.in_short import in_short
from tests.sim.proof.small_datapath import LONGEST, by_name, small_datapath

RULES = (Rule(0, 100, None, None), Rule(1, None, 7, None))
EDGES = {0: 1, 1: 3}
DUTIES = (duties.FIRST.said(), duties.OF_ONE.said(), duties.COUNTED.said())


def port(width: int = 64, rules: tuple[Rule, ...] = RULES, edges: dict[int, int] | None = None) -> Ingress:
    """A small way in, of two tenants."""
    return Ingress(width, 0, 16, LONGEST, rules, edges, tenants=2)


WAYS = {
    "a port": lambda: port(),
    "a wide port": lambda: port(128),
    "the host": lambda: port(edges=EDGES),
    "a wide host": lambda: port(256, edges=EDGES),
}


def failures(way: str) -> list[str]:
    """What does not follow of it, as the generator makes it now."""
    return prove_arrival(WAYS[way]()).failures


@pytest.mark.parametrize("width", in_short([64, 128, 256, 512], every=2))
def test_each_way_in_keeps_what_its_store_presumes_whatever_comes_by_the_wire(width: int) -> None:
    datapath = small_datapath(width)
    results = prove_arrivals(datapath)
    assert list(results) == ["ingress 0", "ingress 1"]
    for ingress, result in zip(datapath.ingresses, results.values(), strict=True):
        assert result.failures == []
        assert [str(what) for what in result.presumed] == ["there is no reset"]
        assert result.kept == (*DUTIES, result.kept[-1])
        assert str(result.kept[-1]) == f"a note says 1 to {ingress.max_frame} bytes"


@pytest.mark.parametrize("width", [64, 256])
@pytest.mark.parametrize(("rules", "edges"), [((), None), ((Rule(0, 100, None, 1),), None), ((), {0: 0, 1: 0})])
def test_a_way_in_by_which_nothing_of_anybody_s_can_come_keeps_all_since_nothing_is_put(
    width: int, rules: tuple[Rule, ...], edges: dict[int, int] | None
) -> None:
    result = prove_arrival(port(width, rules, edges))
    assert (result.failures, len(result.kept)) == ([], 4)


def test_ways_in_that_are_alike_are_proved_once() -> None:
    datapath = small_datapath()
    datapath.ingresses.insert(1, Ingress(64, 1, 32, LONGEST, datapath.rules, tenants=2))
    assert arrival_names(datapath) == ["ingress 0", "ingress 0", "ingress 2"]


def defect(method: str, old: str, new: str, module: str = "ingress", owner: str = "Ingress") -> Mutant:
    return Mutant(f"{old} becomes {new}", "", f"hdl.{module}", owner, method, old, new)


def of_strip(old: str, new: str) -> Mutant:
    return defect("elaborate", old, new, "crossing", "ShimStrip")


OWNER = "whose a frame is stays so while it comes"
SHIM = "a shim stays while its frame comes"
ONE = "a frame that ends is malformed, nobody's or good, and one of them"
GOOD = "a good frame is stored or lost, and nothing else is"
COUNTED = "what ended and was not counted is on its way to a counter"
LEFT = "of a frame that ended what is left is what came"
WORDS = "a good frame is put word for word"
SAID = "of a frame that ended as many bytes are said as came"
MALFORMED = "a frame is malformed just where a rule is broken"
BEHIND = "words behind the shim are as they came"
SOUND = "what ends behind the strip is sound where it was so on the wire"
ON_WIRE = "of the frame on the wire what was put is what came"
BEATS = "the bytes of a frame with which nothing is wrong fill its beats"
SHORT = "a good frame that ended has bytes, and no more than there may be"
DEFECTS = [
    (defect("_after_holding", "put.first.eq(alone)", "put.first.eq(alone & keeps)"), "a port", duties.FIRST.says),
    (defect("_after_holding", "put.first.eq(index == self.held)", "put.first.eq(index == 0)"), "a port", duties.FIRST.says),
    (defect("elaborate", "put.first.eq(index == 0)", "put.first.eq(index <= 1)"), "a wide port", duties.FIRST.says),
    (
        defect("_after_holding", "put.tenant.eq(ended_owner)", "put.tenant.eq(Mux(ended_good, ended_owner, owner))"),
        "a port",
        duties.OF_ONE.says,
    ),
    (defect("_owner", "settles = index <= self.held", "settles = index <= self.held + 1"), "a port", duties.FIRST.says),
    (by_name("identity sampled a beat early"), "a port", OWNER),
    (defect("elaborate", "bad.eq(bad | wrong | over)", "bad.eq(bad | over)"), "a port", BEATS),
    (defect("elaborate", "bad.eq(bad | wrong | over)", "bad.eq(wrong | over)"), "a wide port", OWNER),
    (defect("elaborate", "over = total > self.max_frame", "over = total > self.max_frame + 1"), "a port", SHORT),
    (defect("_after_holding", "put.note.eq(ended)", "put.note.eq(ended.as_value() + 1)"), "a port", duties.COUNTED.says),
    (defect("_after_holding", "keeps.eq(wanted)", "keeps.eq(~beat.keep.all())"), "a port", "what is left of a good frame is kept"),
    (defect("_after_holding", "beat.last & owned & (", "beat.last & ("), "a port", "what is put of a packet is of its frame's owner"),
    (defect("elaborate", "self.malformed.eq(broken)", "self.malformed.eq(broken & ~over)"), "a port", ONE),
    (defect("elaborate", "self.unknown.eq(~broken & ~known)", "self.unknown.eq(~known)"), "the host", ONE),
    (defect("elaborate", "known_valid.eq(valid)", "known_valid.eq(valid & ~known_valid)"), "a port", GOOD),
    (defect("elaborate", "self.overflow.eq(store.lost)", "self.overflow.eq(store.lost & ~self.sink.valid)"), "a port", GOOD),
    (defect("elaborate", "length < meta.length)", "length <= meta.length)"), "the host", duties.COUNTED.says),
    (defect("_meta", '(number["length"] > total) | ', ""), "the host", "a note says 1 to 96 bytes"),
    (defect("_meta", ' | (number["length"] == 0)', ""), "the host", "a note says 1 to 96 bytes"),
    (by_name("a host frame without a shim is not counted"), "the host", COUNTED),
    (defect("elaborate", "shim_now.eq(self.shim)", "shim_now.eq(beat.data)", "crossing", "ShimStrip"), "the host", SHIM),
    (
        defect("elaborate", "flush.eq(beat.last & kept.any())", "flush.eq(0)", "crossing", "ShimStrip"),
        "a wide host",
        "a frame ends behind the strip a cycle later, or two",
    ),
    (defect("_after_holding", "[*reversed(waiting[: self.held - 1]), beat.data]", "[waiting[0]]"), "a port", f"{LEFT}, 0"),
    (defect("_after_holding", "put.data.eq(rest[0])", "put.data.eq(Mux(self.sink.valid, beat.data, rest[0]))"), "a port", WORDS),
    (defect("_after_holding", "put.data.eq(waiting[-1])", "put.data.eq(waiting[-1] | (waiting[-1] == 2))"), "a port", ON_WIRE),
    (defect("elaborate", "put.data.eq(beat.data)", "put.data.eq(Mux(beat.data.all(), 0, beat.data))"), "a wide port", WORDS),
    (defect("_meta", "meta.length.eq(total)", "meta.length.eq(total | 1)"), "a port", SAID),
    (defect("elaborate", "~contiguous | ~beat.keep.any()", "~beat.keep[0]"), "a port", MALFORMED),
    (defect("_meta", "total < SHORTEST", "total <= SHORTEST"), "a port", MALFORMED),
    (defect("elaborate", "over = total > self.max_frame", "over = total >= self.max_frame"), "a wide host", MALFORMED),
    (of_strip("coming.eq(beat.data[:128])", "coming.eq(held[:128])"), "a wide host", "the strip keeps the shim that comes"),
    (of_strip("out.data.eq(joined)", "out.data.eq(Mux(more, held, joined))"), "a wide host", BEHIND),
    (of_strip("out.data.eq(beat.data)", "out.data.eq(Mux(holed, 0, beat.data))"), "the host", BEHIND),
    (of_strip("Mux(beat.keep[0], held_keep[residue:], 0)", "held_keep[residue:]"), "a wide host", SOUND),
    (of_strip("self.short.eq(beat.last & (index < whole))", "self.short.eq(beat.last & (index < whole) & ~holed)"), "the host", COUNTED),
    (by_name("a hole in a shim is not seen"), "the host", "the strip remembers a hole in the shim"),
]


@pytest.mark.parametrize(("mutant", "way", "what"), in_short(DEFECTS))
def test_each_defect_is_refused_for_what_it_breaks(mutant: Mutant, way: str, what: str) -> None:
    with planted(mutant):
        assert f"{what} does not follow" in failures(way)


def test_a_way_in_that_is_not_proved_keeps_nothing_for_its_store() -> None:
    with planted(defect("elaborate", "put.first.eq(index == 0)", "put.first.eq(index <= 1)")):
        assert prove_arrival(WAYS["a wide port"]()).kept == ()
