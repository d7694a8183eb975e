"""The proof of the whole data path in turns of time: it holds for the generator's, and names the register where a defect is planted."""

from __future__ import annotations

from functools import cache

import pytest

from mlclick.mutants.mutant import Mutant, planted
from sim.proof.datapath import PRESUMED, datapath_netlist, prove_datapath
from sim.proof.noninterference import Result
from tests.in_short import in_short
from tests.sim.proof.small_datapath import COUNTED_TOGETHER, PAST_THE_SEGMENT, SHARED_ROOM, WORK_CONSERVING, by_name, defect, small_datapath


def proved(width: int = 64, tenants: int = 2) -> dict[int, Result]:
    return prove_datapath(small_datapath(width, tenants))


@cache
def sound() -> dict[int, Result]:
    return proved()


@pytest.mark.parametrize(("width", "tenants"), in_short([(64, 3), (128, 2), (256, 5)]))
def test_no_tenant_sees_anything_of_the_others_in_turns_of_time(width: int, tenants: int) -> None:
    results = proved(width, tenants)
    assert list(results) == list(range(tenants))
    for result in results.values():
        assert result.proved, result.failures
        assert result.obligations > 200


def test_of_one_tenant_alone_there_is_nothing_to_prove() -> None:
    assert prove_datapath(small_datapath(64, 1)) == {}


def test_in_turns_of_shares_tenants_delay_each_other_and_nothing_is_claimed() -> None:
    with pytest.raises(ValueError, match=r"^in turns of shares, tenants do delay each other$"):
        datapath_netlist(small_datapath(strict=False))


def test_what_is_presumed_is_said_in_words() -> None:
    assert "every port, the host's too, takes a beat in every cycle" in PRESUMED
    assert len(set(PRESUMED)) == len(PRESUMED) >= 5


CASES = [
    ("work-conserving", WORK_CONSERVING, "arbiter.turns.taken[0+8] does not follow"),
    ("room for packets in common", SHARED_ROOM, "ingress0.store.stored_t1[0+6] does not follow"),
    (
        "everybody's packets in a tenant's counter",
        COUNTED_TOGETHER,
        "output egress0, the victim's packets sent does not follow",
    ),
    ("past the segment's end", PAST_THE_SEGMENT, "memory ingress0.store.words does not follow"),
    ("read from tenant 0's segment", by_name("read of tenant 0's segment"), "ingress0.store.read__data[0+64] does not follow"),
    (
        "no time kept at the slot's end",
        by_name("a packet goes on in the next slot"),
        "egress0: a packet has its time in the slot, a cycle later does not follow",
    ),
    (
        "header with what follows the packet",
        by_name("header with what follows the packet"),
        "collector.header[0+192] does not follow",
    ),
    (
        "window with what follows the packet",
        defect("editor", "Editor", "owns[age + 1] & window[age].valid & ~window[age].first", "owns[age + 1]", "_own"),
        "editor.out__payload[0+227] does not follow",
    ),
    (
        "looked at beyond the slot",
        by_name("looked at beyond the slot"),
        "arbiter.turns.looked[0+1] does not follow",
    ),
    (
        "a register that nobody owns",
        by_name("a register of which nobody says whose it is"),
        "arbiter.turns.busy has no owner",
    ),
    (
        "a register that is said to be elsewhere",
        defect("time_slots", "TimeSlots", "busy = Signal(bits, attrs=owns)", 'busy = Signal(bits, attrs=packet("elsewhere"))'),
        "arbiter.turns.busy is owned by the packet elsewhere, and stands in packet arbiter",
    ),
]


@pytest.mark.parametrize(("mutant", "why"), in_short((mutant, why) for _, mutant, why in CASES), ids=[name for name, _, _ in CASES])
def test_the_proof_names_what_a_planted_defect_does_not_keep(mutant: Mutant, why: str) -> None:
    assert all(result.proved for result in sound().values())
    with planted(mutant):
        results = proved()
    assert why in [failure for result in results.values() for failure in result.failures]
