"""That what is granted in turns of time is sent whole and once is proved of the netlists, and not of ones in which that is not so."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pytest

from mlclick.mutants.mutant import Mutant, planted
from sim.proof import duties
from sim.proof.noninterference import Result
from sim.proof.timed_readers import prove_timed_readers
from tests.in_short import in_short
from tests.sim.proof.small_datapath import by_name, defect, small_datapath

BYTES = "what is sent has the bytes of the word that was read"
OWNER = "what is sent is said to be of the tenant whose word was read"
OWED = "what is owed is left of what is sent"
WAITS, SHOWN = "what was looked at is not popped", "what was looked at last is what may begin"


UNEQUAL = {0: 0, 1: 8}
NONE = {0: 0, 1: 0}
"""By how many bytes packets of each tenant may grow; where they may not, the next one begins beside their last beat."""


def results(tenants: int = 2, only: str = "", growth: Mapping[int, int] | None = None) -> dict[str, Result]:
    """Of a small data path in turns of time, as the generator makes it now; where that is said, of ``only`` one."""
    return prove_timed_readers(small_datapath(tenants=tenants, growth=growth), only=only)


def failures(where: str, growth: Mapping[int, int] | None = None) -> list[str]:
    """What does not follow of one of those."""
    return [failure.removesuffix(" does not follow") for failure in results(only=where, growth=growth)[where].failures]


@pytest.mark.parametrize("tenants", [1, 2, 3])
def test_what_is_granted_in_a_slot_is_read_each_word_once_and_no_more(tenants: int) -> None:
    found = results(tenants)
    assert list(found) == ["arbiter", "egress 0", "egress 1"]
    assert [result.failures for result in found.values()] == [[]] * 3
    assert all(result.obligations > 40 for result in found.values())


@pytest.mark.parametrize("growth", [UNEQUAL, NONE], ids=["unequal", "none"])
def test_it_is_read_so_where_a_packet_begins_beside_the_last_beat_of_another(growth: Mapping[int, int]) -> None:
    assert failures("arbiter", growth) == []


def in_arbiter(old: str, new: str, method: str = "_slots") -> Mutant:
    return defect("arbiter", "TenantArbiter", old, new, method)


def in_egress(old: str, new: str, method: str = "_slots") -> Mutant:
    return defect("egress", "EgressPort", old, new, method)


DEFECTS = [
    (by_name("what is known of one store is popped of another"), "arbiter", duties.LATELY.says),
    (by_name("what is known of one store is popped of another"), "arbiter", duties.WAITING.says),
    (by_name("arbiter begins before the last has left"), "arbiter", OWED),
    (by_name("a packet goes on in the next slot"), "arbiter", OWED),
    (by_name("looked at beyond the slot"), "arbiter", SHOWN),
    (by_name("looked at beyond the slot"), "egress 0", WAITS),
    (in_arbiter("turns.waiting.eq(inside.waiting)", "turns.waiting.eq(~0)"), "arbiter", WAITS),
    (in_arbiter("(remaining > self.lanes)", "(remaining >= self.lanes)", "_send"), "arbiter", "what is sent has something left"),
    (defect("time_slots", "TimeSlots", "Array(Const(t, 8)", "Array(Const(t + 1, 8)"), "egress 0", "a slot is somebody's"),
    (in_arbiter(" + self._growth(packet_meta.tenant)", "", "_beats"), "arbiter", "what is sent takes no more than is left of its slot"),
    (in_arbiter("begun.eq(inside.ends)", "begun.eq(turns.look)"), "arbiter", "a slot begins with nothing of the one before"),
    (in_arbiter("begins.eq(begun)", "begins.eq(~begun)"), "arbiter", "nothing is sent beside the beginning of a slot"),
    (by_name("egress goes on while the port is stuck"), "egress 0", OWED),
    (in_egress("read.pop.eq(turns.grant)", "read.pop.eq(turns.look)"), "egress 0", "what is granted is popped, and nothing else"),
    (in_egress("Mux(start, tenant, held_tenant)", "tenant", "_send"), "egress 0", duties.OWED.says),
    (in_egress("left_now.eq(remaining)", "left_now.eq(remaining - lanes)", "_send"), "egress 0", duties.LEFT.says),
    (in_arbiter("words.word_select(lane, 8)", "words.word_select(0, 8)", "_send"), "arbiter", BYTES),
    (in_egress("words.word_select(lane, 8)", "words.word_select(lane, 4)", "_send"), "egress 0", BYTES),
    (in_egress("valid.eq(get)", "valid.eq(get | valid)", "_send"), "egress 0", "what is sent is a word that was read, and each is"),
    (in_egress("get.eq(start | (more & go))", "get.eq(start | more)", "_send"), "egress 0", "no word is read while one waits to be taken"),
]


@pytest.mark.parametrize(("mutant", "where", "what"), in_short(DEFECTS), ids=lambda each: each.name if isinstance(each, Mutant) else "")
def test_each_defect_is_refused_for_what_it_breaks(mutant: Mutant, where: str, what: str) -> None:
    with planted(mutant):
        assert what in failures(where)


def test_a_word_that_is_taken_from_the_next_packets_store_is_refused_for_that_alone() -> None:
    words = "for store in inside.stores)["
    with planted(in_arbiter(f"{words}held_port]", f"{words}now_port]", "_send")):
        assert failures("arbiter", UNEQUAL) == [BYTES]


@pytest.mark.parametrize(
    ("mutant", "where"),
    [
        (in_arbiter("out.meta.eq(held)", "[out.meta.eq(held), out.meta.tenant.eq(0)]", "_send"), "arbiter"),
        (in_egress("self.tenant.eq(held_tenant)", "self.tenant.eq(0)", "_send"), "egress 0"),
    ],
    ids=["arbiter", "way out"],
)
def test_a_packet_that_is_said_to_be_of_another_than_it_was_read_for_is_refused_for_that_alone(mutant: Mutant, where: str) -> None:
    with planted(mutant):
        assert failures(where) == [OWNER]


def test_a_packet_that_takes_longer_than_its_slot_has_is_refused_since_its_end_would_stay() -> None:
    with planted(in_arbiter("turns.cost.eq(self._beats(inside.meta))", "turns.cost.eq(self._beats(inside.meta) - 4)")):
        found = failures("arbiter")
    assert found == [
        OWED,
        "what is sent takes no more than is left of its slot",
        "a slot begins with nothing of the one before",
        "its cycles are before it",
        "its beats are left",
    ]


def test_a_slot_whose_owner_nobody_is_reads_for_nobody() -> None:
    with planted(in_egress("read.look_tenant.eq(turns.owner)", "read.look_tenant.eq(turns.owner + 1)")):
        assert duties.LOOK.said(2).what.format(most=2) in failures("egress 0")


@pytest.mark.parametrize("duty", ["WAITING", "OWED"])
def test_what_rests_on_what_is_presumed_of_the_same_cycle_does_so_on_lower_levels_alone(duty: str, monkeypatch: pytest.MonkeyPatch) -> None:
    lower = replace(getattr(duties, duty), level=0)
    monkeypatch.setattr(duties, duty, lower)
    assert failures("egress 0") == [lower.says]
