"""That stores keep to their segments, and packets whole, is proved of the netlist, and not of one in which that is not so."""

from __future__ import annotations

import pytest

from hdl.segment_store import SegmentStore
from mlclick.mutants.mutant import Mutant, planted
from mlclick.mutants.run import MUTANTS
from sim.proof.segments import prove_segment
from sim.proof.stores import prove_store, prove_stores
from tests.sim.proof.small_datapath import small_datapath


def failures(tenants: int = 3, depth: int = 16, packets: int = 4) -> list[str]:
    """What does not follow of a small store, as the generator makes it now."""
    return prove_store(SegmentStore(64, tenants, depth, packets, 20), 4).failures


@pytest.mark.parametrize(("tenants", "depth", "packets"), [(1, 16, 4), (3, 16, 4), (4, 8, 8), (2, 2, 1)])
def test_a_store_keeps_each_tenant_s_packets_whole(tenants: int, depth: int, packets: int) -> None:
    assert failures(tenants, depth, packets) == []


@pytest.mark.parametrize("strict", [False, True])
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
    (by_name("frame stored with a hole"), "a beat is missing where there was no room"),
    (by_name("what a lost packet brought stays"), "start moves by what is done"),
    (by_name("a packet for which there is no number is not counted"), "what is good is stored or lost"),
    (in_store("self.lost.eq(ends", "self.lost.eq(comes & beat.last"), "what is good is stored or lost"),
    (in_store("keep.data.eq(beat.note)", "keep.data.eq(beat.note >> 1)"), "a note is the packet's"),
    (by_name("one tenant's backlog blocks all"), "there is room for the packets that are stored"),
    (in_store("seen[t].eq(stored[t])", "seen[t].eq(stored[t] + 1)"), "what is shown is stored"),
    (in_store("popped[taken].eq(popped[taken] + 1)", "popped[taken].eq(popped[taken] + 2)", "_read"), "popped moves by what is done"),
    (in_store("freed[got].eq(freed[got] + 1)", "freed[0].eq(freed[got] + 1)", "_read"), "freed moves by what is done"),
]


@pytest.mark.parametrize(("mutant", "what"), DEFECTS, ids=lambda each: each.name if isinstance(each, Mutant) else "")
def test_each_defect_is_refused_for_what_it_breaks(mutant: Mutant, what: str) -> None:
    with planted(mutant):
        assert f"{what} does not follow" in failures()


def test_the_packets_of_a_segment_lie_one_behind_another() -> None:
    for place_bits, packet_bits in ((3, 0), (3, 1), (5, 3)):
        result = prove_segment(place_bits, packet_bits)
        assert result.proved, result.failures
