"""What a tenant that is attacked sees is as promised, what it can be told is measured, and what is not as promised is found."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from typing import cast

import pytest

from hdl.core import Core
from hdl.datapath import DatapathParameters
from hdl.turns import Pace
from mlclick.attack_pairs import Attacks
from mlclick.attack_scenes import GAP, AttackScenes
from mlclick.compare_pairs import Pairs, Thorough
from mlclick.design import Split
from mlclick.flow import build_core, rates_of, split
from mlclick.mutants.mutant import planted
from mlclick.mutants.run import MUTANTS
from mlclick.recorder import Recorder
from mlclick.tell_pairs import Run, Telling, delays, unmeasured
from mlclick.work import frames_in
from sim.attacks import WORDS
from sim.evidence import Finding
from sim.isolation import Party, Scene, Seen, Stage, Timed, has_tag
from sim.malformed import malformed
from sim.verilated import AssertionFailed
from tests.in_short import in_short
from tests.sim.attacks import frame_of, tag
from tests.sim.tenant_sets import FORWARDER, METERED_POLICY, in_each_mode, in_mode, written

ASKED = Thorough(seeds=(1, 2), count=30)
PRINTER = "FromDevice(eth0) -> Counter -> Queue -> ToDevice(eth1); FromDevice(eth1) -> Print(b) -> Queue -> ToDevice(eth0);"


PACES = (Pace(4 * 32, 0), Pace(4 * 32, 0), Pace(4 * 32, 24))
"""A beat of 64 bits in four cycles: what wants to leave is more than can, so that it waits."""


@cache
def design(mode: str) -> tuple[Split, Core]:
    """A forwarder, and a tenant with a part in software, from which frames come back."""
    merged = written(in_mode(mode) + METERED_POLICY, {"a": FORWARDER, "b": PRINTER})
    found = split(merged, rates_of(merged, None), {})
    return found, build_core(found, DatapathParameters(64, 2, ingress_depth=512, egress_depth=512, egress_packets=16, paces=PACES))


def attacked(mode: str, stage: object, victim: str = "a", attacker: str = "b") -> list[Finding]:
    found, core = design(mode)
    # A stage of the tests has what is asked of it here: `play`.
    pairs = Pairs(found, core, cast("Stage", stage), Recorder(found, core), ASKED)
    scenes = AttackScenes(pairs)
    return [*Attacks(scenes).compare(victim, attacker), Telling(scenes).measure(attacker, victim)]


@cache
def real(mode: str) -> Stage:
    return Stage(design(mode)[1], level="-O1")


@pytest.mark.slow
@in_each_mode
@pytest.mark.parametrize(("victim", "attacker"), [("a", "b"), ("b", "a")])
def test_a_tenant_that_is_attacked_sees_what_its_mode_promises(mode: str, victim: str, attacker: str) -> None:
    """In turns of time nothing, to the cycle; in turns of shares delays within the bound, by which it can be told something."""
    seen, told = attacked(mode, real(mode), victim, attacker)
    assert (seen.holds, told.holds) == (True, True), (seen.detail, told.detail)
    assert [each.attack for each in seen.latencies] == list(WORDS)
    assert all(sum(count for _, count in each.alone) > 30 for each in seen.latencies)
    rates = {what: int(rate.replace(",", "")) for rate, what in re.findall(r"([\d,]+) by (\w+)", told.detail)}
    assert set(rates) == {"delays", "losses", "occupancy", "counters"}
    if mode == "strict":
        assert {each.most for each in seen.latencies} == {0}
        assert set(rates.values()) == {0}
    else:
        assert all(each.bound is not None and each.most <= each.bound for each in seen.latencies)
        assert max(each.most for each in seen.latencies) > 0
        assert 0.1e9 / (8 * GAP) < rates["delays"] <= 1e9 / (8 * GAP)
        assert rates["losses"] == 0


Tamper = Callable[[int, Timed], Timed | None]
"""What becomes of a victim's frame by its number, where another tenant sends too: another, later, or none."""


class Echo:
    """In the place of a core: a frame leaves by the other port 60 cycles after it came."""

    def __init__(self, tamper: Tamper, register: int = 0, *, lets_in: bool = True, malformed: int | None = None) -> None:
        self.tamper = tamper
        self.lets_in = lets_in
        self.register = register
        self.malformed = malformed

    def play(self, scene: Scene) -> Seen:
        mine = has_tag(100)
        busy = any(not mine(frame) for each in scene.ports.values() for _, frame in each)
        out: dict[str, list[Timed]] = {"tx0": [], "tx1": [], "tx_host": []}
        number = 0
        for port, frames in scene.ports.items():
            for at, frame in frames:
                if not mine(frame):
                    continue
                left: Timed | None = (at + 60, frame)
                if busy and left is not None:
                    left = self.tamper(number, left)
                number += 1
                if left is not None:
                    out[f"tx{1 - port}"].append(left)
        registers = {(1, "count"): self.register * busy, **self._counted(scene)}
        reads = tuple((access.cycle + 3, self.register * busy) for access in scene.accesses if access.data is None)
        return Seen({name: tuple(each) for name, each in out.items()}, registers, reads)

    def _counted(self, scene: Scene) -> dict[tuple[int, str], int]:
        """Each frame where it comes in, as malformed what is (or as many as the test says), and all others as let in or not."""
        core, counted = design("shared")[1], dict[tuple[int, str], int]()
        for port, name in enumerate(("port0", "port1", "host")):
            here = Scene({0: scene.ports.get(port, ())}, scene.host if name == "host" else (), beats={port: scene.beats.get(port, ())})
            wrong, came = malformed(core, here), frames_in(here, core.datapath.parameters.width)
            wrong = wrong if self.malformed is None else min(came, self.malformed)
            counted[0, f"{name}/malformed"] = wrong
            counted[0, f"{name}/{'accepted' if self.lets_in else 'unknown'}"] = came - wrong
        return counted


NOTHING = "by this code at least 0 by delays, 0 by losses, 0 by occupancy, 0 by counters"


def sound(number: int, timed: Timed) -> Timed | None:
    return timed


def test_of_an_attacker_that_changes_nothing_nothing_is_told() -> None:
    for mode in ("shared", "strict"):
        seen, told = attacked(mode, Echo(sound))
        assert (seen.holds, told.holds) == (True, True), (seen.detail, told.detail)
        assert told.detail.startswith(f"{NOTHING}; the secrets are 125,000, of a bit in 1,000 cycles")
        assert told.work.seeds == (1, 2)


@pytest.mark.parametrize(
    ("mode", "tamper", "said"),
    [
        ("shared", lambda n, timed: None if n == 20 else timed, r"a flood, seed 1: tx\d: \d+ frames alone and \d+ beside"),
        ("shared", lambda n, timed: (timed[0], timed[1] + b"?"), r"a flood, seed 1: tx\d: \d+ frames alone and \d+ beside"),
        ("strict", lambda n, timed: (timed[0] + (n == 7), timed[1]), r"a flood, seed 1: tx\d: frame number \d+ ends in cycle \d+ alone"),
        ("shared", lambda n, timed: (timed[0] + 90_000 * (n == 7), timed[1]), r"a flood: a frame takes 90000 cycles more beside, where"),
    ],
    ids=["lost", "changed", "a cycle late", "beyond the bound"],
)
def test_what_an_attack_does_is_found(mode: str, tamper: Tamper, said: str) -> None:
    seen, _ = attacked(mode, Echo(tamper))
    assert not seen.holds
    assert re.match(said, seen.detail), seen.detail


def test_a_register_that_an_attack_changes_is_found_and_tells_something() -> None:
    seen, told = attacked("strict", Echo(sound, register=5))
    assert (seen.holds, seen.detail) == (False, "a flood, seed 1: count is 0 alone and 5 beside")
    assert seen.counterexample is not None
    # It says that somebody sends, and not when: nothing in bits, and still a difference.
    assert not told.holds
    assert told.detail.startswith(f"seed 1: count is 0 alone and 5 beside; {NOTHING}; ")


def test_a_flood_of_which_nothing_comes_in_is_no_evidence() -> None:
    seen, told = attacked("shared", Echo(sound, lets_in=False))
    assert (seen.holds, seen.detail) == (False, "a flood, seed 1: none of the attacker's frames comes in: there is nothing to compare")
    assert (told.holds, told.detail) == (False, "nothing is measured: seed 1: of 15 bursts only 0 frames come in")


def test_malformed_frames_that_are_not_counted_as_that_are_no_evidence() -> None:
    seen, _ = attacked("shared", Echo(sound, malformed=0))
    assert not seen.holds
    assert re.fullmatch(r"malformed frames, seed 1: of the attacker's frames \d{3} are malformed, and 0 are counted as that", seen.detail)


class Miscounting(Echo):
    """Counts a frame of a burst twice."""

    def play(self, scene: Scene) -> Seen:
        seen = super().play(scene)
        longest = max((len(frame) for _, frame in scene.ports[0]), default=0)
        more = int(longest == design("shared")[1].datapath.parameters.max_frame and not scene.beats)
        return replace(seen, registers=dict(seen.registers) | {(0, "port0/accepted"): seen.registers[0, "port0/accepted"] + more})


def test_every_attack_is_asked_whether_its_frames_are_counted_where_they_come_in() -> None:
    seen, _ = attacked("shared", Miscounting(sound))
    assert not seen.holds
    assert re.fullmatch(r"bursts, seed 1: port0: \d+ frames came in, and \d+ are counted", seen.detail)


class Mute(Echo):
    """Answers so many reads, and no more."""

    def __init__(self, most: int) -> None:
        super().__init__(sound)
        self.most = most

    def play(self, scene: Scene) -> Seen:
        seen = super().play(scene)
        return replace(seen, answers=seen.answers[: self.most])


@pytest.mark.parametrize("mode", ["shared", "strict"])
def test_reads_that_have_no_answer_are_no_evidence(mode: str) -> None:
    seen, told = attacked(mode, Mute(0))
    assert not seen.holds
    assert re.fullmatch(r"register accesses, seed 1: alone, \d+ reads have 0 answers", seen.detail)
    assert re.fullmatch(r"nothing is measured: seed 1: \d+ reads of the victim in 30 gaps have 0 and 0 answers", told.detail)
    # As many as the victim has alone, and none of what the attacker asks beside it.
    seen, told = attacked(mode, Mute(int(told.detail.split()[5])))
    assert re.fullmatch(r"register accesses, seed 1: beside, \d+ reads have \d+ answers", seen.detail)
    assert told.holds


@pytest.mark.parametrize("mode", ["shared", "strict"])
def test_a_read_that_accesses_of_another_hold_up_is_found_in_either_mode(mode: str) -> None:
    class Busy(Echo):
        def play(self, scene: Scene) -> Seen:
            seen = super().play(scene)
            late = int(any(access.data is not None for access in scene.accesses))
            return replace(seen, answers=tuple((at + late, data) for at, data in seen.answers))

    seen, _ = attacked(mode, Busy(sound))
    assert not seen.holds
    assert re.match(r"register accesses, seed 1: read number 0 is answered 0x0 in cycle \d+ alone and 0x0 in cycle \d+ beside", seen.detail)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda run: replace(run, secret=[True] * len(run.secret)), "the secret has no two values: there is nothing to tell"),
        (lambda run: replace(run, theirs=Scene({})), "there are 0 bursts for 15 bits that are set"),
        (
            lambda run: replace(run, alone=replace(run.alone, frames=dict.fromkeys(run.alone.frames, ()))),
            "the victim's frames do not leave both in gaps with a burst and in others: there is nothing that could be late",
        ),
        (lambda run: replace(run, mine=replace(run.mine, accesses=())), "0 reads of the victim in 30 gaps have 270 and 270 answers"),
    ],
    ids=["secret", "bursts", "frames", "reads"],
)
def test_a_run_that_measures_nothing_says_why(change: Callable[[Run], Run], said: str) -> None:
    found, core = design("shared")
    scenes = AttackScenes(Pairs(found, core, cast("Stage", Echo(sound)), Recorder(found, core), ASKED))
    run = Telling(scenes)._run("b", "a", 1)
    assert unmeasured(run, scenes.pairs.party("a")) == ""
    assert unmeasured(change(run), scenes.pairs.party("a")) == said


def test_a_frame_that_is_early_does_not_make_up_for_one_that_is_late() -> None:
    party, frame = Party(0, 100), frame_of(tag(100))
    seen = [Seen({"tx0": tuple((at, frame) for at in cycles)}, {}) for cycles in ((10, 20, 130), (14, 16, 130))]
    alone, beside = seen
    run = Run([True, False], 100, Scene({}), Scene({}), alone, beside, ())
    assert delays(run, party) == [8, 0]


class Talkative(Echo):
    """What a victim sees in a gap shows whether the other sends in it."""

    def __init__(self, how: str) -> None:
        super().__init__(sound)
        self.how = how

    def play(self, scene: Scene) -> Seen:
        seen = super().play(scene)
        mine = has_tag(100)
        busy = {at // GAP for each in scene.ports.values() for at, frame in each if not mine(frame)}
        frames = {
            name: tuple(
                (at + 9 * (at // GAP in busy and self.how == "delays"), frame)
                for at, frame in each
                if self.how != "losses" or at // GAP not in busy
            )
            for name, each in seen.frames.items()
        }
        names = {register.address: register.name for register in design("strict")[1].registers}
        read = [names.get(access.address, "") for access in scene.accesses if access.data is None]
        told = ["occupancy" if name.endswith("/queued") else "counters" for name in read]
        answers = tuple((at, 7 * int(at // GAP in busy and self.how == how)) for (at, _), how in zip(seen.answers, told, strict=True))
        return replace(seen, frames=frames, answers=answers)


@pytest.mark.parametrize("how", ["delays", "losses", "occupancy", "counters"])
def test_each_way_to_tell_something_is_measured(how: str) -> None:
    _, told = attacked("strict", Talkative(how))
    assert not told.holds
    rates = {what: int(rate.replace(",", "")) for rate, what in re.findall(r"([\d,]+) by (\w+)", told.detail)}
    assert rates[how] > 0.9e9 / (8 * GAP)
    assert {what for what, rate in rates.items() if rate} == {how}
    # In turns of shares a frame that waits is no defect, and one that is lost is.
    assert attacked("shared", Talkative(how))[1].holds == (how != "losses")


def test_a_rule_that_breaks_is_a_finding_of_its_attack_and_ends_the_attacks(monkeypatch: pytest.MonkeyPatch) -> None:
    class Breaking(Echo):
        def play(self, scene: Scene) -> Seen:
            if scene.accesses:
                raise AssertionFailed("cycle 70: x breaks L1", 17)
            return super().play(scene)

    found, core = design("shared")
    pairs = Pairs(found, core, cast("Stage", Breaking(sound)), Recorder(found, core), ASKED)
    findings = Attacks(AttackScenes(pairs)).compare("a", "b")
    broken = next(findings)
    assert (broken.holds, broken.detail) == (False, "register accesses, seed 1: cycle 70: x breaks L1")
    assert (broken.victim, broken.attacker) == ("a", "b")
    assert broken.counterexample is not None
    with pytest.raises(AssertionFailed, match="x breaks L1"):
        next(findings)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("mutant", "mode", "said"),
    in_short(
        [
            ("an idle slot is the next one's", "strict", "ends in cycle"),
            ("everybody's packets are tenant 1's in the count", "strict", " alone and "),
            ("one tenant's backlog blocks all", "shared", " alone and "),
            ("a segment's last word is the next one's first", "shared", " alone and "),
        ],
        every=2,
    ),
)
def test_a_planted_defect_is_seen_by_who_is_attacked(mutant: str, mode: str, said: str) -> None:
    with planted(next(each for each in MUTANTS if each.name == mutant)):
        found = design.__wrapped__(mode)
        pairs = Pairs(*found, Stage(found[1], watched=False, level="-O1"), Recorder(*found), ASKED)
        findings = [next(Attacks(AttackScenes(pairs)).compare(victim, attacker)) for victim, attacker in (("a", "b"), ("b", "a"))]
    assert any(not finding.holds and said in finding.detail for finding in findings), [f.detail for f in findings]
