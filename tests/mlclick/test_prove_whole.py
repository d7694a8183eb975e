"""That a packet comes from port to port is put together of what is proved of each part of its way, and not where one is missing."""

from __future__ import annotations

from copy import copy
from dataclasses import replace

import pytest

from hdl.core import Core
from mlclick.links import Link, links_of
from mlclick.mutants.mutant import planted
from mlclick.parts import Parts
from mlclick.prove_parts import ALONE, EACH, prove_parts
from mlclick.prove_turns import STORES, bounds_hold, frames_are_counted, packets_are_kept, rules_are_kept
from mlclick.prove_whole import IN_SHARES, IN_SLOTS, NO_RESET, WHOLE, put_together
from sim.evidence import Finding
from sim.proof import duties
from sim.proof.claims import NoSuchNet
from sim.proof.delivery import prove_delivery
from sim.proof.growth import prove_growth
from sim.proof.noninterference import Result
from sim.proof.said import Said
from tests.sim.proof.small_datapath import LONGEST, defect, small_datapath

STRICT = {"shares": False, "slots": True}
WAY = (
    "what comes by port 0, the host -> the way in of port 0, the host -> the store of the way in of port 0, the host -> the arbiter -> "
    "the pipeline -> the editor -> the store of the way out to port 0, the host -> the way out to port 0, the host -> "
    "what leaves by port 0, the host"
)


@pytest.fixture(scope="module", params=STRICT)
def parts(request: pytest.FixtureRequest) -> Parts:
    """Of a small core, in either mode."""
    return Parts(Core(small_datapath(strict=STRICT[request.param])))


def whole(parts: Parts) -> Finding:
    return put_together(links_of(parts), strict=parts.datapath.parameters.strict)


def test_every_link_holds_and_keeps_what_the_next_presumes(parts: Parts) -> None:
    found = whole(parts)
    assert (found.name, found.how, found.holds) == (WHOLE, "proof", True), found.detail
    assert found.detail.startswith("15 links, of ")
    assert f"kept by one beside it: {WAY}; presumed, and not shown: there is no reset; by construction, " in found.detail
    assert found.detail.endswith(IN_SLOTS if parts.datapath.parameters.strict else IN_SHARES)


def test_the_evidence_presumes_nothing_but_that_there_is_no_reset(parts: Parts) -> None:
    kept = list(packets_are_kept(parts))
    assert [found.holds for found in kept] == [True] * 5
    for found in (*kept, rules_are_kept(parts)):
        assert (found.holds, found.detail.partition("; ")[2]) == (True, "presumed, and not shown: there is no reset")
    counted = frames_are_counted(parts)
    assert (counted.holds, counted.detail.partition("; ")[2]) == (True, "nothing is presumed")


def test_what_a_port_presumes_is_said_where_its_way_out_does_not_keep_it(parts: Parts) -> None:
    less, longest = copy(parts), parts.datapath.egress_ports[0].longest
    less.sent = {**parts.sent, "egress 1": replace(parts.sent["egress 1"], kept=(duties.LEFT.said(), duties.TOGETHER.said(longest + 1)))}
    said = f"what has left of a packet by a port and what is left of it are at most {longest} bytes"
    assert rules_are_kept(less).detail.endswith(f"axi; presumed, and not shown: {said}; there is no reset")


def presumed(found: Finding) -> set[str]:
    """What a finding says is presumed, and not shown."""
    return set(found.detail.partition("presumed, and not shown: ")[2].split("; "))


def test_what_is_not_shown_of_the_arbiter_is_said_of_all_that_rests_on_it(parts: Parts) -> None:
    less = copy(parts)
    less.readers = {**parts.readers, "arbiter": Result(1)}
    arrivals, way, stores, readers, noted = map(presumed, packets_are_kept(less))
    assert arrivals == {str(NO_RESET)}
    assert way == {str(what) for what in parts.delivery.presumed if what not in parts.growth.kept} | {str(NO_RESET)}
    assert {duties.OWED.says, duties.WAITING.says} <= stores
    assert way < stores
    assert stores == readers == noted
    # What leaves by a port came to it from the arbiter, and rests on that as the way out does.
    assert presumed(rules_are_kept(less)) == way


def test_what_the_bound_of_waiting_presumes_is_shown_by_who_grants_or_said(parts: Parts) -> None:
    datapath, links = parts.datapath, links_of(parts)
    charged = duties.CHARGED.said(datapath.arbiter.most_charged)
    if datapath.parameters.strict:
        # Slots are not charged, and so there is no such bound.
        assert charged not in {what for link in links for what in link.together.kept}
        return
    for found, without_it in zip(
        bounds_hold(datapath, "ab", links), bounds_hold(datapath, "ab", without(links, charged, "the arbiter")), strict=True
    ):
        assert (found.holds, without_it.holds) == (True, True)
        assert (presumed(found), presumed(without_it)) == ({str(NO_RESET)}, {str(NO_RESET), str(charged)})


def test_a_store_for_shorter_frames_than_come_is_said_to_presume_them(parts: Parts) -> None:
    less, longest = copy(parts), parts.datapath.ingresses[0].max_frame
    came = parts.arrivals["ingress 0"]
    assert duties.SHORT.said(longest) in [Said(what.what, what.most) for what in came.kept]
    less.arrivals = {**parts.arrivals, "ingress 0": replace(came, kept=(duties.FIRST.said(), duties.SHORT.said(longest + 1)))}
    stores = next(found for found in packets_are_kept(less) if found.name == STORES)
    assert str(duties.SHORT.said(longest)) in presumed(stores)


def test_what_a_finding_took_is_what_its_parts_took(parts: Parts) -> None:
    arrivals, way, _, _, _ = packets_are_kept(parts)
    assert arrivals.seconds == round(parts.seconds["arrivals"], 3)
    assert way.seconds == round(parts.seconds["delivery"] + parts.seconds["growth"], 3)


def test_a_link_that_does_not_hold_is_named(parts: Parts) -> None:
    broken = copy(parts)
    with planted(defect("egress", "EgressPort", "put.good.eq(1)", "put.good.eq(~self.first)")):
        broken.delivery = prove_delivery(small_datapath(strict=parts.datapath.parameters.strict))
    found = whole(broken)
    assert (found.holds, found.detail) == (False, f"the editor: {broken.delivery.failures[0]}")
    assert "it is good and has data does not follow" in broken.delivery.failures


def test_a_link_of_which_nothing_was_proved_is_named(parts: Parts) -> None:
    broken = copy(parts)
    broken.sent = {**parts.sent, "egress 1": Result()}
    assert (whole(broken).holds, whole(broken).detail) == (False, "the way out to the host: nothing was proved")


def test_parts_that_are_not_joined_as_they_are_proved_are_against_it(parts: Parts) -> None:
    broken = copy(parts)
    broken.joints = Result(1, ["one is not the same net as the other"])
    assert (whole(broken).holds, whole(broken).detail) == (False, "the arbiter: one is not the same net as the other")
    # What is proved of the arbiter is not of what stands there.
    _, way, stores, _, _ = map(presumed, packets_are_kept(broken))
    assert duties.SENT_LAST.says in way
    assert duties.OWED.says in stores


def test_a_part_of_which_the_proof_breaks_off_has_failed_and_the_others_stand(parts: Parts, monkeypatch: pytest.MonkeyPatch) -> None:
    def none(*args: object) -> None:
        raise NoSuchNet("there is no such net")

    broken, lines = copy(parts), list[str]()
    broken.__dict__.pop("counted", None)
    monkeypatch.setattr("mlclick.parts.prove_counted", none)
    prove_parts(broken, lines.append)
    assert lines == [f"proof: {what}" for what in (*EACH.values(), *ALONE.values())]
    assert [found.holds for found in (*packets_are_kept(broken), rules_are_kept(broken))] == [True] * 6
    counted = frames_are_counted(broken)
    assert (counted.holds, counted.detail) == (False, "counted: NoSuchNet: there is no such net")
    assert (whole(broken).holds, whole(broken).detail) == (False, "what comes by port 0: NoSuchNet: there is no such net")


def test_an_arbiter_for_shorter_frames_than_come_presumes_what_none_keeps(parts: Parts) -> None:
    strict = parts.datapath.parameters.strict
    with planted(defect("datapath", "Datapath", "turns, growth, self.returned)", "turns, growth, self.returned - 1)", "__init__")):
        shorter = Parts(Core(small_datapath(strict=strict)))
    broken = copy(parts)
    broken.readers, broken.sent, broken.growth, broken.delivery = shorter.readers, shorter.sent, shorter.growth, shorter.delivery
    assert all(result.proved for result in [*shorter.readers.values(), *shorter.sent.values(), shorter.growth, shorter.delivery])
    found = whole(broken)
    assert not found.holds
    assert found.detail == f"the arbiter presumes what none beside it keeps: {duties.KNOWN.said(LONGEST - 1)}"


def test_a_pipeline_of_which_it_is_proved_for_shorter_packets_than_come_presumes_what_none_keeps(parts: Parts) -> None:
    broken = copy(parts)
    broken.growth = prove_growth(parts.datapath.pipeline, LONGEST - 1)
    assert broken.growth.proved
    found = whole(broken)
    presumed = duties.SENT_LENGTH.said(LONGEST - 1)
    assert (found.holds, found.detail) == (False, f"the pipeline presumes what none beside it keeps: {presumed}")


def without(links: list[Link], what: Said, name: str) -> list[Link]:
    """Links of which that of the ``name`` does not keep ``what``."""
    return [
        replace(link, proofs=tuple(replace(proof, kept=tuple(said for said in proof.kept if said != what)) for proof in link.proofs))
        if link.name == name
        else link
        for link in links
    ]


def test_each_duty_that_is_presumed_is_missed_where_a_link_that_should_does_not_keep_it(parts: Parts) -> None:
    links, missed = links_of(parts), set[str]()
    for link in links:
        for what in link.together.kept:
            found = put_together(without(links, what, link.name), strict=parts.datapath.parameters.strict)
            if not found.holds:
                assert found.detail.endswith(f" presumes what none beside it keeps: {what}")
                missed.add(what.what)
    assert missed == {what.what for link in links for proof in link.proofs for what in proof.presumed if what != NO_RESET}


def test_no_links_show_nothing() -> None:
    assert put_together([], strict=False).holds is False
