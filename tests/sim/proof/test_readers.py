"""That what is granted in turns of shares is sent whole and once is proved of the netlists, and not of ones in which that is not so."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from hdl.datapath import Datapath
from mlclick.mutants.mutant import Mutant, planted
from mlclick.mutants.run import MUTANTS
from sim.proof import duties
from sim.proof.noninterference import Result
from sim.proof.readers import prove_readers
from tests.in_short import in_short
from tests.sim.proof.small_datapath import small_datapath

WHOLE = "what is owed is granted, or left of what is sent does not follow"
BYTES = "what is sent has the bytes of the word that was read does not follow"
OWNER = "what is sent is said to be of the tenant whose word was read does not follow"


UNEQUAL = {0: 0, 1: 8}
NONE = {0: 0, 1: 0}
"""By how many bytes packets of each tenant may grow; where they may not, the next one begins beside their last beat."""


def results(tenants: int = 2, only: str = "", growth: Mapping[int, int] | None = None) -> dict[str, Result]:
    """Of a small data path, as the generator makes it now; where that is said, of ``only`` one."""
    datapath: Datapath = small_datapath(tenants=tenants, strict=False, growth=growth)
    return prove_readers(datapath, only)


def by_name(name: str) -> Mutant:
    return next(mutant for mutant in MUTANTS if mutant.name == name)


@pytest.mark.parametrize("tenants", [1, 2])
def test_what_is_granted_is_read_each_word_once_and_no_more(tenants: int) -> None:
    found = results(tenants)
    assert list(found) == ["arbiter", "egress 0", "egress 1"]
    assert [result.failures for result in found.values()] == [[]] * 3
    assert all(result.obligations > 40 for result in found.values())


@pytest.mark.parametrize("growth", [UNEQUAL, NONE], ids=["unequal", "none"])
def test_it_is_read_so_where_a_packet_begins_beside_the_last_beat_of_another(growth: Mapping[int, int]) -> None:
    assert results(only="arbiter", growth=growth)["arbiter"].failures == []


def defect(module: str, owner: str, method: str, old: str, new: str) -> Mutant:
    return Mutant(f"{old} becomes {new}", "", f"hdl.{module}", owner, method, old, new)


FULL = ("turns.room.eq(grants.level + turns.granted < 4)", "turns.room.eq(grants.level + turns.granted <= 4)")
DEFECTS = [
    (by_name("arbiter begins before the last has left"), "arbiter", WHOLE),
    (by_name("egress goes on while the port is stuck"), "egress 0", WHOLE),
    (defect("arbiter", "TenantArbiter", "_share", *FULL), "arbiter", "there is room for a grant does not follow"),
    (defect("egress", "EgressPort", "_share", *FULL), "egress 0", "there is room for a grant does not follow"),
    (
        defect("arbiter", "TenantArbiter", "_send", "rest.eq(self._growth(now.tenant))", "rest.eq(self._growth(now.tenant) - 1)"),
        "arbiter",
        "its cycles are before it does not follow",
    ),
    (
        defect("arbiter", "TenantArbiter", "_send", "valid.eq(get)", "valid.eq(get & (inside.start | ~valid | self.first))"),
        "arbiter",
        f"{duties.SENT_TOGETHER.says} does not follow",
    ),
    (
        defect("egress", "EgressPort", "_send", "words.word_select(lane, 8)", "words.word_select(lane, 4)"),
        "egress 0",
        BYTES,
    ),
]


def test_a_word_that_is_taken_from_the_next_packets_store_is_refused_for_that_alone() -> None:
    words = "for store in inside.stores)["
    with planted(defect("arbiter", "TenantArbiter", "_send", f"{words}held_port]", f"{words}now_port]")):
        assert results(only="arbiter", growth=UNEQUAL)["arbiter"].failures == [BYTES]


OWNERS = [
    (defect("arbiter", "TenantArbiter", "_send", "out.meta.eq(held)", "[out.meta.eq(held), out.meta.tenant.eq(0)]"), "arbiter"),
    (defect("egress", "EgressPort", "_send", "self.tenant.eq(held_tenant)", "self.tenant.eq(0)"), "egress 0"),
]


CHARGES = [
    (defect("arbiter", "TenantArbiter", "_share", "self._beats(note) * self.lanes", "(self._beats(note) + 1) * self.lanes"), "arbiter"),
    (defect("egress", "EgressPort", "_share", "turns.length.eq(self.pace.charged(", "turns.length.eq(0 & self.pace.charged("), "egress 0"),
]
"""One charges a beat too much, the other nothing."""


@pytest.mark.parametrize(("mutant", "where", "what"), in_short(DEFECTS), ids=lambda each: each.name if isinstance(each, Mutant) else "")
def test_each_defect_is_refused_for_what_it_breaks(mutant: Mutant, where: str, what: str) -> None:
    with planted(mutant):
        assert what in results(only=where)[where].failures


def test_a_beat_that_is_not_said_to_be_the_last_of_its_packet_is_refused_for_that_alone() -> None:
    with planted(defect("arbiter", "TenantArbiter", "_send", "out.last.eq(last)", "out.last.eq(last & ~begins_packet)")):
        assert results(only="arbiter")["arbiter"].failures == [f"{duties.SENT_LAST.says} does not follow"]


@pytest.mark.parametrize(("mutant", "where"), OWNERS, ids=["arbiter", "way out"])
def test_a_packet_that_is_said_to_be_of_another_than_it_was_read_for_is_refused_for_that_alone(mutant: Mutant, where: str) -> None:
    with planted(mutant):
        assert results(only=where)[where].failures == [OWNER]


@pytest.mark.parametrize(("mutant", "where"), CHARGES, ids=lambda each: each.name if isinstance(each, Mutant) else "")
def test_a_charge_that_is_none_or_more_than_the_bound_of_waiting_takes_is_refused_for_that_alone(mutant: Mutant, where: str) -> None:
    datapath = small_datapath(strict=False)
    most = (datapath.arbiter if where == "arbiter" else datapath.egress_ports[0]).most_charged
    with planted(mutant):
        assert results(only=where)[where].failures == [f"{duties.CHARGED.said(most)} does not follow"]
