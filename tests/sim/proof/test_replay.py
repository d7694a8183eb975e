"""What the proof of the data path refuses, a simulation shows: two runs of the same hardware, and a victim that can tell them apart; and
two states that the solver found, from which a step of the hardware does what it should not.
"""

from __future__ import annotations

import random
import re
from dataclasses import dataclass, replace
from functools import cache

import pytest

from hdl.core import Core
from mlclick.mutants.mutant import Mutant, planted
from sim.isolation import Party, Scene, Stage, Timed, TwoRuns, two_runs
from sim.proof.against import Against
from sim.proof.datapath import prove_datapath
from sim.proof.noninterference import deeply
from sim.proof.replay import Replay, by_nets, replay_of
from sim.proof.replayed import Replayed
from sim.proof.terms import symbol
from tests.in_short import in_short
from tests.sim.proof.small_datapath import COUNTED_TOGETHER, LONGEST, PAST_THE_SEGMENT, WORK_CONSERVING, small_datapath, vlan

pytestmark = pytest.mark.slow
GAP = 40
"""Cycles between a tenant's frames: the longest frame of each of the two passes in them."""
FRAMES = 200
VICTIM, ATTACKER = 1, 0


@cache
def stage() -> Stage:
    return built()


def built() -> Stage:
    return Stage(Core(small_datapath(shifts=(0,))), watched=False, level="-O0")


def frames(tenant: int, start: int) -> list[Timed]:
    """Numbered frames of many lengths, with the tenant's tag."""
    chance = random.Random(tenant)
    tag = b"\x81\x00" + vlan(tenant).to_bytes(2, "big")
    made = [bytes(12) + tag + index.to_bytes(2, "big") + chance.randbytes(chance.randrange(10, LONGEST - 18)) for index in range(FRAMES)]
    return [(start + GAP * index, frame) for index, frame in enumerate(made)]


def compared(stage: Stage, *, strays: bool = False) -> TwoRuns:
    """The victim's frames, alone and with an attacker's in their gaps; with ``strays``, a defect may spoil their tags."""
    mine = Scene({0: frames(VICTIM, 0)}, cycles=GAP * FRAMES + 1_000, seed=None)
    party = {tenant: Party(tenant, vlan(tenant)) for tenant in (VICTIM, ATTACKER)}
    return two_runs(stage, party[VICTIM], party[ATTACKER], mine, Scene({0: frames(ATTACKER, GAP // 2)}), strays=strays, timed=True)


def test_in_turns_of_time_a_victim_cannot_tell_whether_others_are_there() -> None:
    runs = compared(stage())
    assert len(Party(ATTACKER, vlan(ATTACKER)).frames(runs.beside)["tx0"]) == FRAMES
    assert len(Party(VICTIM, vlan(VICTIM)).frames(runs.beside)["tx0"]) == FRAMES
    assert not runs.differences


@pytest.mark.parametrize(
    ("mutant", "differs"),
    in_short(
        [
            (WORK_CONSERVING, r"tx0: frame number \d+ ends in cycle \d+ alone and \d+ beside$"),
            (COUNTED_TOGETHER, f"port0/sent is {FRAMES} alone and {2 * FRAMES} beside"),
            (PAST_THE_SEGMENT, "tx0: "),
        ]
    ),
    ids=["work-conserving", "shared counter", "past the segment's end"],
)
def test_what_the_proof_refuses_a_victim_can_tell(mutant: Mutant, differs: str) -> None:
    """Both find the same defect: neither is a proof that fails for its own sake."""
    with planted(mutant):
        assert not prove_datapath(small_datapath(shifts=(0,)))[VICTIM].proved
        runs = compared(built(), strays=mutant is PAST_THE_SEGMENT)
    assert any(re.match(differs, each) for each in runs.differences), runs.differences


@dataclass(frozen=True)
class Refuted:
    """What the proof says of the hardware with a defect, and what is found against it and played."""

    failures: list[str]
    replay: Replay
    found: Against
    played: Replayed


@cache
def refuted(mutant: Mutant) -> Refuted:
    with planted(mutant):
        datapath = small_datapath(shifts=(0,))
        failures = prove_datapath(datapath)[VICTIM].failures
        replay = replay_of(datapath)
        tried = deeply(lambda: replay.first(VICTIM, failures))
    assert tried is not None
    return Refuted(failures, replay, *tried)


@pytest.mark.parametrize(
    ("mutant", "told"),
    [
        (
            COUNTED_TOGETHER,
            r"two states that differ in a's egress0\..* differ in the same cycle in what is b's: "
            r"egress0, the victim's packets sent \(0x(0 and 0x1|1 and 0x0)\), counts0_sent .*",
        ),
        (
            PAST_THE_SEGMENT,
            r"two states that differ in .*a's egress0\.store\.following_t0 .* differ a cycle later in what is b's: "
            r"egress0\.store\.words\[32\].*",
        ),
        pytest.param(
            WORK_CONSERVING,
            r"two states that differ in a's ingress\d\.store\..* differ a cycle later in what is b's: "
            r"arbiter\.first_port_t1 \(0x(0 and 0x1|1 and 0x0)\)",
            # The suite has the others, of which the tests below make use.
            marks=pytest.mark.heavy,
        ),
    ],
    ids=["shared counter", "past the segment's end", "work-conserving"],
)
def test_a_defect_is_refused_and_what_the_solver_has_against_it_is_seen_in_simulation(mutant: Mutant, told: str) -> None:
    """Past the segment's end: what a tenant writes to the last place of its segment, 31, is the other's word 32."""
    there = refuted(mutant)
    assert f"{there.found.question} does not follow" in there.failures
    assert there.played.holds
    assert re.fullmatch(f"replayed in simulation for {re.escape(there.found.question)}: {told}", there.played.told("ab")), there.played
    assert {each.whose for each in there.played.apart} <= {ATTACKER, None}
    # As little as is enough, and no words that happen to be read.
    assert 0 < len(there.played.apart) <= 4, there.played
    assert not any("words[" in each.name for each in there.played.apart), there.played
    assert all(one != two for one, two in (each.was for each in (*there.played.apart, *there.played.seen)))


def test_states_that_do_no_harm_are_not_said_to_be_replayed() -> None:
    """Forged: what is found, but with the first state in the second one's place."""
    there = refuted(COUNTED_TOGETHER)
    forged = replace(there.found, starts=(there.found.starts[0],) * 2)
    played = deeply(lambda: there.replay.play(forged))
    assert not played.holds
    assert (
        played.told("ab")
        == "not replayed: from the solver's states for output egress0, the victim's packets sent, both copies do the same in simulation"
    )


def test_states_that_differ_in_what_is_the_victims_are_not_said_to_be_replayed() -> None:
    """Forged: of course there is then a difference."""
    there = refuted(COUNTED_TOGETHER)
    one, two = there.found.starts
    mine, question = "egress0.store.freed_t1", "egress0.store.freed_t1[0+6]"
    assert question not in " ".join(there.failures)
    forged = Against(question, (one, replace(two, values={**two.values, mine: one.values[mine] ^ 1})), (mine,), 0)
    played = deeply(lambda: there.replay.play(forged))
    assert [each.name for each in played.seen] == [mine]
    assert not played.holds
    assert played.told("ab") == f"not replayed: the states for {question} are none from which the proof says that both copies do the same"


def test_the_same_states_do_no_harm_to_hardware_without_the_defect() -> None:
    there = refuted(PAST_THE_SEGMENT)
    sound = replay_of(small_datapath(shifts=(0,)))
    assert not deeply(lambda: sound.play(there.found)).seen
    assert deeply(lambda: sound.find(VICTIM, there.found.question)) is None


def test_an_output_in_which_there_is_no_net_is_not_seen() -> None:
    """It would be compared by what the solver says of the states, and by nothing that is simulated."""
    one, two = symbol("one", 8), symbol("two", 8)
    shown = {"of a net": one ^ two, "with a net in it": (one ^ two) & one, "of none": one & two}
    seen = by_nets(shown, {one ^ two: "both"})
    assert list(seen) == ["of a net", "with a net in it"]
    assert seen["of a net"] is symbol("net both", 8)
