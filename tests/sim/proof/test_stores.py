"""That stores keep to their segments, and packets whole, is proved of the netlist, and not of one in which that is not so."""

from __future__ import annotations

from dataclasses import replace

import pytest

from elements.program.values import TRUE, Value, part
from hdl.segment_store import SegmentStore
from mlclick.mutants.mutant import Mutant, planted
from mlclick.mutants.run import MUTANTS
from sim.proof import duties
from sim.proof.claims import NoSuchNet
from sim.proof.duties import unmet
from sim.proof.noninterference import Result
from sim.proof.segments import prove_segment
from sim.proof.stores import prove_store, prove_stores
from tests.in_short import in_short
from tests.sim.proof.small_datapath import small_datapath

LONGEST = 96
CONTENTS = {
    "words are written as they come does not follow",
    "a word in memory is the one that came does not follow",
    "a word that is read is the one that came does not follow",
    "a note in memory is the one that came does not follow",
    "a note that is shown is the one that came does not follow",
}
"""What is claimed of that which is in words and notes."""


def failures(tenants: int = 3, depth: int = 16, packets: int = 4, *, late: bool = True) -> list[str]:
    """What does not follow of a small store, as the generator makes it now."""
    return prove_store(SegmentStore(64, tenants, depth, packets, 20), 4, LONGEST, late=late).failures


@pytest.mark.parametrize(("tenants", "depth", "packets", "late"), [(1, 16, 4, True), (3, 16, 4, True), (4, 8, 8, False), (2, 2, 1, False)])
def test_a_store_keeps_each_tenant_s_packets_whole(tenants: int, depth: int, packets: int, late: bool) -> None:
    assert failures(tenants, depth, packets, late=late) == []


@pytest.mark.parametrize("strict", in_short([False, True]))
def test_stores_that_are_alike_are_proved_once(strict: bool) -> None:
    results = prove_stores(small_datapath(strict=strict))
    assert list(results) == ["ingress 0", "egress 0", "egress 1"]
    assert all(result.proved and result.obligations > 40 for result in results.values())


def in_store(old: str, new: str, method: str = "elaborate") -> Mutant:
    return Mutant(f"{old} becomes {new}", "", "hdl.segment_store", "SegmentStore", method, old, new)


def by_name(name: str) -> Mutant:
    return next(mutant for mutant in MUTANTS if mutant.name == name)


DEFECTS = [
    (by_name("every tenant's packets are written to tenant 0's segment"), "words are written in the tenant's segment"),
    (by_name("a segment's last word is the next one's first"), "words are written in the tenant's segment"),
    (by_name("a number past the last tenant has a segment"), "words are written for a tenant's packet"),
    (by_name("read of tenant 0's segment"), "words are read in the tenant's segment"),
    (in_store("look.addr.eq(Cat(popped[looked]", "look.addr.eq(Cat(popped[0]", "_read"), "notes are read in the tenant's segment"),
    (in_store("keep.addr.eq(Cat(stored[mine]", "keep.addr.eq(Cat(stored[0]"), "notes are written in the tenant's segment"),
    (by_name("a segment holds a beat more than it has"), "nothing is written over that is still to be read"),
    (by_name("a segment holds a beat less than it has"), "a beat is lost only where its tenant's segment is full"),
    (
        in_store("(stored[mine] - popped[mine])[packet_bits]", "(stored[mine] - popped[mine]) > (1 << packet_bits)"),
        "there is room for the packets that are stored",
    ),
    (
        in_store(
            "(stored[mine] - popped[mine])[packet_bits]", "(stored[mine] - popped[mine])[: packet_bits + 1] >= (1 << packet_bits) - 1"
        ),
        "a whole packet is lost only where its tenant has as many as there may be",
    ),
    (
        in_store("write.addr.eq(Cat(place[:place_bits], mine))", "write.addr.eq(Cat(place[:place_bits], mine) + 1)"),
        "words are written in the tenant's segment",
    ),
    (in_store("(full[mine] & ~beat.first)", "(full[mine] & beat.last & ~beat.first)"), "a beat is missing where there was no room"),
    (by_name("what a lost packet brought stays"), "start moves by what is done"),
    (by_name("a packet for which there is no number is not counted"), "what is good is stored or lost"),
    (in_store("self.lost.eq(ends", "self.lost.eq(comes & beat.last"), "what is good is stored or lost"),
    (in_store("keep.data.eq(beat.note)", "keep.data.eq(beat.note >> 1)"), "a note is the packet's"),
    (by_name("one tenant's backlog blocks all"), "there is room for the packets that are stored"),
    (in_store("seen[t].eq(stored[t])", "seen[t].eq(stored[t] + 1)"), "what is shown is stored"),
    (in_store("popped[taken].eq(popped[taken] + 1)", "popped[taken].eq(popped[taken] + 2)", "_read"), "popped moves by what is done"),
    (in_store("freed[got].eq(freed[got] + 1)", "freed[0].eq(freed[got] + 1)", "_read"), "freed moves by what is done"),
]


@pytest.mark.parametrize(("mutant", "what"), in_short(DEFECTS), ids=lambda each: each.name if isinstance(each, Mutant) else "")
def test_each_defect_is_refused_for_what_it_breaks(mutant: Mutant, what: str) -> None:
    with planted(mutant):
        assert f"{what} does not follow" in failures()


@pytest.mark.parametrize(
    ("mutant", "what"),
    [
        (by_name("a word of all ones is stored as zero"), "words are written as they come"),
        (by_name("a word of all ones is read as zero"), "a word that is read is the one that came"),
        (in_store("get.en.eq(self.read.get)", "get.en.eq(1)", "_read"), "a word that is read is the one that came"),
        (
            in_store("self.read.note.eq(look.data)", "self.read.note.eq(look.data ^ look.data[:4].all())", "_read"),
            "a note that is shown is the one that came",
        ),
    ],
    ids=lambda each: each.name if isinstance(each, Mutant) else "",
)
def test_a_defect_of_what_is_in_words_and_notes_is_refused_for_that_alone(mutant: Mutant, what: str) -> None:
    with planted(mutant):
        found = set(failures())
    assert f"{what} does not follow" in found
    assert found <= CONTENTS


@pytest.mark.parametrize("late", [False, True])
def test_the_packets_of_a_segment_lie_one_behind_another(late: bool) -> None:
    for place_bits, packet_bits in ((3, 0), (3, 1), (5, 3)):
        result = prove_segment(place_bits, packet_bits, late=late)
        assert result.proved, result.failures


def test_in_turns_of_time_what_is_popped_may_be_another_packet_than_its_note_says_where_it_was_not_looked_at_last(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(duties, "LATELY", replace(duties.LATELY, formula=lambda shown: TRUE))
    assert "the oldest is where what is not popped begins does not follow" in prove_segment.__wrapped__(3, 2, late=False).failures


def test_a_store_in_which_one_waits_no_more_when_it_is_looked_at_is_refused_for_that_alone() -> None:
    with planted(in_store("seen[t].eq(stored[t])", "seen[t].eq(Mux(self.read.look & ~self.read.pop, popped[t], stored[t]))")):
        assert failures(late=False) == [f"{duties.STAYS.says} does not follow"]


def test_in_turns_of_time_a_look_that_goes_on_to_the_next_packet_is_refused() -> None:
    with planted(in_store("with m.If(self.read.pop):", "with m.If(self.read.pop | (self.read.look & self.read.waiting.all())):", "_read")):
        found = failures(late=False)
    what = "is stored until it is popped", "is the oldest until it is popped", "has the words that were shown"
    assert {f"what was looked at last {each} does not follow" for each in what} <= {*found}


def test_a_segment_with_room_for_a_word_more_than_it_has_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    def fits(came: Value, start: Value, freed: Value, stored: Value, popped: Value) -> Value:
        return (part(stored - popped, 0, 3) < 4) & came.any() & (came + part(start - freed, 0, 4) <= 9)

    monkeypatch.setattr(duties, "FITS", replace(duties.FITS, formula=fits))
    assert "there is room for the words that are stored does not follow" in prove_segment.__wrapped__(3, 2, late=True).failures


@pytest.mark.parametrize(("late", "known"), [(True, duties.LOOKED), (False, duties.LATELY)])
def test_what_a_store_presumes_is_said_where_nothing_shows_it(late: bool, known: duties.Duty) -> None:
    result = prove_store(SegmentStore(64, 2, 8, 2, 20), 4, LONGEST, late=late)
    reader = Result(1, kept=(duties.WAITING.said(), duties.OWED.said(), known.said()))
    assert {duties.FITS.said(), duties.STORED.said(), duties.SAID.said(), duties.THERE.said()} <= set(result.kept)
    assert duties.KNOWN.said(LONGEST) in result.kept
    assert list(map(str, unmet([result], [reader]))) == [
        "there is no reset",
        "words are read for one of 2 tenants",
        "notes are looked at for one of 2 tenants",
        "packets are popped for one of 2 tenants",
        duties.FIRST.says,
        duties.OF_ONE.says,
        duties.COUNTED.says,
        "a note says 1 to 96 bytes",
    ]


@pytest.mark.parametrize("duty", ["FITS", "STORED"])
def test_what_is_shown_by_what_is_presumed_of_the_same_cycle_is_so_by_lower_levels_alone(
    duty: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """So that it cannot rest on what rests on it."""
    lower = replace(getattr(duties, duty), level=0)
    monkeypatch.setattr(duties, duty, lower)
    assert failures() == [f"{lower.says} does not follow"]


def test_a_store_without_a_register_of_which_something_is_claimed_is_not_proved() -> None:
    with planted(by_name("frame stored with a hole")), pytest.raises(NoSuchNet, match="the net full_t0, which the netlist does not have"):
        failures()


def test_a_proof_that_fails_keeps_nothing_for_others() -> None:
    with planted(by_name("a word of all ones is read as zero")):
        assert prove_store(SegmentStore(64, 2, 8, 2, 20), 4, LONGEST, late=True).kept == (duties.THERE.said(),)
