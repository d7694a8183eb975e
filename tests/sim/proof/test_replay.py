"""What the proof of the data path refuses, a simulation shows: two runs of the same hardware, and a victim that can tell them apart; and
two states that the solver found, from which a step of the hardware does what it should not.
"""

from __future__ import annotations

import random
import re
from functools import cache

import pytest

from hdl.core import Core
from mlclick.mutants.mutant import Mutant, planted
from sim.isolation import Party, Scene, Stage, Timed, TwoRuns, two_runs
from sim.proof.against import find_against
from sim.proof.datapath import datapath_netlist, prove_datapath
from sim.proof.noninterference import deeply
from sim.proof.replay import Replay, replay_datapath
from sim.proof.terms import symbol
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
    [
        (WORK_CONSERVING, r"tx0: frame number \d+ ends in cycle \d+ alone and \d+ beside$"),
        (COUNTED_TOGETHER, f"port0/sent is {FRAMES} alone and {2 * FRAMES} beside"),
        (PAST_THE_SEGMENT, "tx0: "),
    ],
    ids=["work-conserving", "shared counter", "past the segment's end"],
)
def test_what_the_proof_refuses_a_victim_can_tell(mutant: Mutant, differs: str) -> None:
    """Both find the same defect: neither is a proof that fails for its own sake."""
    with planted(mutant):
        assert not prove_datapath(small_datapath(shifts=(0,)))[VICTIM].proved
        runs = compared(built(), strays=mutant is PAST_THE_SEGMENT)
    assert any(re.match(differs, each) for each in runs.differences), runs.differences


@pytest.mark.parametrize(
    ("mutant", "differs"),
    [(WORK_CONSERVING, "arbiter.turns.taken"), (COUNTED_TOGETHER, "counts0_sent"), (PAST_THE_SEGMENT, r"ingress0.store.words[32]")],
    ids=["work-conserving", "shared counter", "past the segment's end"],
)
def test_what_the_solver_has_against_it_is_seen_when_it_is_put_into_the_simulated_netlist(mutant: Mutant, differs: str) -> None:
    with planted(mutant):
        datapath = small_datapath(shifts=(0,))
        failures = prove_datapath(datapath)[VICTIM].failures
        replayed = replay_datapath(datapath, VICTIM, failures)
    assert replayed is not None
    assert replayed.question in " ".join(failures)
    assert differs in [each.name for each in replayed.seen], replayed
    assert 0 < len(replayed.apart) <= 8, replayed
    assert all(one != two for one, two in (each.was for each in (*replayed.apart, *replayed.seen)))


def test_the_same_states_do_no_harm_to_hardware_without_the_defect() -> None:
    question, case = "memory ingress0.store.words", symbol("the victim", 8).equals(VICTIM)

    def replay() -> Replay:
        datapath = small_datapath(shifts=(0,))
        return Replay(datapath, datapath_netlist(datapath))

    with planted(PAST_THE_SEGMENT):
        broken = deeply(replay)
        found = deeply(lambda: find_against(broken.problem, case, question))
        assert found is not None
        assert broken.play(found).seen
    sound = deeply(replay)
    assert not sound.play(found).seen
    assert (
        str(sound.play(found))
        == f"the solver's states for {question} were put into the simulated netlist, and no difference was seen there"
    )
    assert deeply(lambda: find_against(sound.problem, case, question)) is None
