"""Evidence is made of all checks, and one that breaks has failed without hiding the others; two runs find what an attacker changes."""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from graph.diagnostics import ClickError, Diagnostic, Location
from hdl.datapath import DatapathParameters
from hdl.tools.yosys import YosysError
from mlclick import compare_pairs
from mlclick import verify as module
from mlclick.compare_pairs import Thorough
from mlclick.design import Source, Split
from mlclick.flow import build_core, merge_tenants, port_count, rates_of, split
from mlclick.recorder import Recorder, reached
from mlclick.verify import RULES, verify
from sim.coverage import Hole, functions_alone
from sim.evidence import Evidence, Finding, write_evidence
from sim.isolation import Party, Scene, Seen, Stage, Timed, nobodys
from sim.tenant_traffic import mark_of
from sim.verilated import AssertionFailed
from sim.verilator import VerilatorError
from tests.hdl.test_watch import core
from tests.mlclick.test_readme import small_tenants

ROUND = ClickError(Diagnostic(Location("a", "a.click", 1, 2), "it goes round", "let it out"))
HELD = Finding("held", "simulation", True, "2 seeds")


def said(findings: Iterable[Finding]) -> list[tuple[str, str, bool, str]]:
    return [(finding.name, finding.how, finding.holds, finding.detail) for finding in findings]


@pytest.fixture
def design(tmp_path: Path) -> Split:
    merged = merge_tenants(Source(("a", "b"), small_tenants(tmp_path) / "tenants"))
    return split(merged, rates_of(merged, None))


Step = Callable[..., Iterator[Finding]]


def exercised(*_: object) -> Iterator[Finding]:
    yield Finding("exercised", "simulation", True, "")


def agreed(*_: object) -> Iterator[Finding]:
    yield Finding("agrees", "simulation", True, "")


def made(
    design: Split,
    monkeypatch: pytest.MonkeyPatch,
    error: Exception | None,
    only: str = "",
    folder: Path | None = None,
    *,
    exercises: Step = exercised,
    agreement: Step = agreed,
) -> Evidence:
    """Evidence where two-run noninterference finds something and then ends with ``error``."""

    def proofs(*_: object) -> Iterator[Finding]:
        yield Finding("built", "construction", True, "")
        yield Finding("proved", "proof", True, "9 obligations")

    def runs(*_: object) -> Iterator[Finding]:
        yield HELD
        if error is not None:
            raise error

    def attacks(*_: object) -> Iterator[Finding]:
        yield Finding("attacked", "simulation", True, "")

    monkeypatch.setattr(module, "plain_text", lambda *_: "the core")
    monkeypatch.setattr(module, "_proofs", proofs)
    monkeypatch.setattr(module, "_noninterference", runs)
    monkeypatch.setattr(module, "_attacks", attacks)
    monkeypatch.setattr(module, "_agreement", agreement)
    monkeypatch.setattr(module, "_exercises", exercises)
    return verify(design, core(), lambda line: None, Thorough(only=only, folder=folder))


def test_what_holds_is_complete(design: Split, monkeypatch: pytest.MonkeyPatch) -> None:
    evidence = made(design, monkeypatch, None)
    assert evidence.complete
    assert said(evidence.findings)[-1] == (RULES, "simulation", True, "in every cycle that was simulated here")
    assert evidence.findings[-1].work.seeds == (1, 2)


@pytest.mark.parametrize(
    ("only", "made_of"),
    [
        ("proof", ["built", "proved"]),
        ("isolation", ["held", RULES]),
        ("attacks", ["attacked", RULES]),
        ("agreement", ["agrees", RULES]),
        ("exercises", ["exercised", RULES]),
    ],
)
def test_one_step_alone_is_recorded_as_incomplete(
    only: str, made_of: list[str], design: Split, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    evidence = made(design, monkeypatch, None, only)
    assert [finding.name for finding in evidence.findings] == made_of
    assert all(finding.holds for finding in evidence.findings)
    assert not evidence.complete
    # What should happen is not asked of a proof.
    assert (evidence.coverage is None) == (only == "proof")
    write_evidence(tmp_path, evidence)
    written = json.loads((tmp_path / "evidence.json").read_text())
    assert (written["only"], written["complete"]) == (only, False)
    # Not even where the one step has findings of every kind.
    every = (*evidence.findings, *(Finding("f", how, True, "") for how in ("proof", "simulation", "construction")))
    assert not replace(evidence, findings=every).complete
    assert replace(evidence, findings=every, only="").complete


def test_waveforms_of_an_earlier_run_are_gone(design: Split, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a-beside-b.vcd").write_text("old")
    (tmp_path / "evidence.json").write_text("old")
    made(design, monkeypatch, None, folder=tmp_path)
    assert [path.name for path in tmp_path.iterdir() if path.is_file()] == ["evidence.json"]


@pytest.mark.parametrize(
    ("error", "detail"),
    [
        (AssertionFailed("x breaks M1"), "x breaks M1"),
        (RuntimeError("the bus does not answer"), "RuntimeError: the bus does not answer"),
        (ValueError("not one step"), "ValueError: not one step"),
        (KeyError("no such port"), "KeyError: 'no such port'"),
        (ROUND, "a: a.click:1:2: error: it goes round\n  let it out"),
        (VerilatorError("g++ ended with status 1:\nx.cpp: error"), "g++ ended with status 1:\nx.cpp: error"),
        (YosysError("yosys ended with status 1:\nERROR"), "yosys ended with status 1:\nERROR"),
    ],
)
def test_a_check_that_breaks_has_failed_and_hides_no_other(
    error: Exception, detail: str, design: Split, monkeypatch: pytest.MonkeyPatch
) -> None:
    evidence = made(design, monkeypatch, error)
    assert not evidence.complete
    assert HELD in evidence.findings
    assert ("a tenant alone and beside another", "simulation", False, detail) in said(evidence.findings)
    assert [finding.name for finding in evidence.findings[-2:]] == ["agrees", RULES]
    why = detail if isinstance(error, AssertionFailed) else "a tenant alone and beside another was not carried out to its end"
    assert said(evidence.findings)[-1] == (RULES, "simulation", False, why)


def test_steps_are_told_in_their_order_whoever_carried_them_out(design: Split, monkeypatch: pytest.MonkeyPatch) -> None:
    evidence = made(design, monkeypatch, None)
    assert [finding.name for finding in evidence.findings] == ["built", "proved", "held", "attacked", "exercised", "agrees", RULES]


def test_steps_of_which_the_process_ends_have_failed_and_the_others_stand(design: Split, monkeypatch: pytest.MonkeyPatch) -> None:
    def ends(*_: object) -> Iterator[Finding]:
        os.kill(os.getpid(), signal.SIGKILL)
        yield HELD

    evidence = made(design, monkeypatch, None, exercises=ends)
    why = "its process ended with status -9 before its work did"
    assert said(evidence.findings) == [
        # What it had said by then stands.
        ("built", "construction", True, ""),
        ("proved", "proof", True, "9 obligations"),
        ("held", "simulation", True, "2 seeds"),
        ("attacked", "simulation", True, ""),
        ("exercises of the core", "simulation", False, why),
        ("agrees", "simulation", True, ""),
        (RULES, "simulation", False, "exercises of the core was not carried out to its end"),
    ]


def test_what_both_halves_reach_is_added_up(design: Split, monkeypatch: pytest.MonkeyPatch) -> None:
    def counts(tenant: str) -> Step:
        def step(*given: object) -> Iterator[Finding]:
            [recorder] = [each for each in given if isinstance(each, Recorder)]
            recorder.functions.sent(tenant, 0, bytes(60))
            yield HELD

        return step

    evidence = made(design, monkeypatch, None, exercises=counts("a"), agreement=counts("b"))
    assert evidence.coverage is not None
    reached, things = evidence.coverage.functions
    # A frame of each comes in, and a frame of its size.
    assert reached == 4 < things


def test_what_each_tenant_is_sure_of_is_told(design: Split, monkeypatch: pytest.MonkeyPatch) -> None:
    plan = made(design, monkeypatch, None).plan
    assert [line.partition(": pipeline at least ")[0] for line in plan[-2:]] == ["a (shared)", "b (shared)"]


@pytest.mark.parametrize(
    ("lines", "toggles", "holds"),
    [((9, 9), (90, 99), True), ((8, 9), (99, 99), False), ((9, 9), (81, 99), True), ((9, 9), (80, 99), False)],
)
def test_too_little_that_is_reached_is_no_evidence(lines: tuple[int, int], toggles: tuple[int, int], *, holds: bool) -> None:
    reasoned = (Hole("toggle", "core", "x[9:5] stays", points=9, reason="it is wide"), Hole("toggle", "core", "y[9:0] stays", points=9))
    [found] = reached(replace(functions_alone({}), lines=lines, toggles=toggles, holes=reasoned))
    figures = f"{lines[0]} of 9 lines and branches and {toggles[0]} of 90 toggles are"
    assert (found.holds, found.detail) == (holds, f"of those without a reason not to be, {figures}")
    assert list(reached(functions_alone({}))) == []


def test_where_no_run_has_counted_a_line_that_is_told(design: Split) -> None:
    _, [found] = Recorder(design, core(), lines=True).coverage()
    assert (found.holds, found.detail) == (False, "no run has counted any")


def test_the_two_halves_have_every_step_once() -> None:
    assert sorted(name for half in module._HALVES for name in half) == sorted(module._STEPS) == sorted(compare_pairs.STEPS)


BY = {
    "vlan": "".join(f"[tenants.{n}]\nvlan = {v}\ndevices = {{ in = 0, out = 1 }}\n" for n, v in (("a", 100), ("b", 200))),
    "mac": "".join(f'[tenants.{n}]\nmac = "02:00:00:00:00:0{n}"\ndevices = {{ in = 0, out = 1 }}\n' for n in "ab"),
    "port": "".join(f"[tenants.{n}]\nport = {p}\ndevices = {{ in = {p}, out = 1 }}\n" for n, p in (("a", 0), ("b", 1))),
}
PLAIN = """
FromDevice(in) -> c :: Classifier(12/0800, -);
c[0] -> Strip(14) -> Counter -> EtherEncap(0x0800, 02:00:00:00:00:01, 02:00:00:00:00:02) -> q :: Queue -> ToDevice(out);
c[1] -> q;
"""
"""An IP packet loses the Ethernet addresses that it came with."""
ADDRESSES = bytes.fromhex("020000000002020000000001")


def known_by(identity: str, folder: Path) -> Split:
    """Two tenants that are known by ``identity`` and do alike."""
    for name, text in (("policy.toml", BY[identity]), ("a.click", PLAIN), ("b.click", PLAIN)):
        (folder / name).write_text(text)
    merged = merge_tenants(Source(("a", "b"), folder))
    return split(merged, rates_of(merged, None))


COUNT = 40
"""Frames of each tenant."""
Tamper = Callable[[list[bytes], list[bytes]], list[bytes]]
"""What leaves beside the attacker, from the victim's frames and the attacker's."""


class Echo:
    """In the place of a core: what comes in leaves by port 1 with its addresses rewritten where it is IP, and is counted for its tenant.

    Where both tenants send, ``tamper`` says what leaves. The victim is the one whose frames begin at cycle 0."""

    def __init__(self, tamper: Tamper) -> None:
        self.tamper = tamper
        self.counted = 0

    def play(self, scene: Scene) -> Seen:
        frames = sorted((timed for each in scene.ports.values() for timed in each), key=lambda timed: timed[0])
        half = (scene.cycles - compare_pairs.CYCLES_AFTER) // COUNT // 2
        mine, theirs = ([_rewritten(f) for at, f in frames if at // half % 2 == turn] for turn in (0, 1))
        out = self.tamper(mine, theirs) if mine and theirs else mine or theirs
        # The two tenants count alike here: what differs is seen by either.
        registers = {(window, "count"): self.counted * bool(mine and theirs) for window in (1, 2)}
        timed: tuple[Timed, ...] = tuple(enumerate(out))
        return Seen({"tx0": (), "tx1": timed, "tx_host": ()}, registers)


def _rewritten(frame: bytes) -> bytes:
    return ADDRESSES + frame[12:] if frame[12:14] == b"\x08\x00" else frame


def interleaved(mine: list[bytes], theirs: list[bytes]) -> list[bytes]:
    return [frame for pair in zip(mine, theirs, strict=True) for frame in pair]


def findings(design: Split, monkeypatch: pytest.MonkeyPatch, stage: object) -> list[Finding]:
    monkeypatch.setattr(module, "Stage", lambda *_, **__: stage)
    hardware = core()
    recorder = Recorder(design, hardware)
    return list(module._noninterference(design, hardware, lambda line: None, Thorough(count=COUNT), recorder))


@pytest.mark.parametrize("identity", BY)
def test_tenants_that_do_not_meet_are_shown_apart_however_they_are_known(
    identity: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = findings(known_by(identity, tmp_path), monkeypatch, Echo(interleaved))
    assert said(found) == [
        (
            f"{v}'s frames, their order and its registers are the same with and without {a}",
            "simulation",
            True,
            "2 seeds, 40 frames of each, apart and taking turns",
        )
        for v, a in (("a", "b"), ("b", "a"))
    ]
    assert [(finding.victim, finding.attacker) for finding in found] == [("a", "b"), ("b", "a")]
    # Two seeds, each at ease and taking turns; the victim alone and then beside, and where tenants have no tag the attacker alone too.
    runs, plays = 2, 2 if identity == "vlan" else 3
    assert {finding.work.cycles for finding in found} == {runs * plays * (1_400 * COUNT + 12_000)}
    assert {finding.work.packets for finding in found} == {runs * 2 * (3 if identity == "vlan" else 4) * COUNT}
    assert {finding.work.seeds for finding in found} == {(1, 2)}


@pytest.mark.parametrize("identity", BY)
@pytest.mark.parametrize(
    "tamper",
    [
        lambda mine, theirs: interleaved(mine, theirs)[1:],
        lambda mine, theirs: interleaved(mine[:5] + mine[6:7] + mine[5:6] + mine[7:], theirs),
        lambda mine, theirs: interleaved([*mine[:-1], mine[-1][:-1] + bytes((mine[-1][-1] ^ 1,))], theirs),
        lambda mine, theirs: [mine[3], *interleaved(mine, theirs)],
        lambda mine, theirs: [*interleaved(mine, theirs), bytes(60)],
        lambda mine, theirs: theirs,
    ],
    ids=["lost", "out of order", "changed", "twice", "nobody's", "all lost"],
)
def test_what_the_attacker_changes_is_found_however_tenants_are_known(
    identity: str, tamper: Tamper, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = findings(known_by(identity, tmp_path), monkeypatch, Echo(tamper))
    assert [finding.holds for finding in found] == [False, False]
    assert all(finding.detail.startswith("with seed 1, a frame in 1000 cycles: tx1") for finding in found)


def test_the_two_packets_of_the_first_difference_are_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def changed(mine: list[bytes], theirs: list[bytes]) -> list[bytes]:
        return interleaved([*mine[:2], b"?" + mine[2][1:], *mine[3:]], theirs)

    [against, _] = [finding.counterexample for finding in findings(known_by("port", tmp_path), monkeypatch, Echo(changed))]
    assert against is not None
    assert against.where == "with seed 1, a frame in 1000 cycles: tx1, frame 2"
    assert against.expected is not None
    assert against.seen == "3f" + against.expected[2:]
    assert against.waveform == "none: no folder for it was given"


class Breaking(Echo):
    """Breaks a rule in the third scene that it plays."""

    def __init__(self) -> None:
        super().__init__(interleaved)
        self.left = 3

    def play(self, scene: Scene) -> Seen:
        self.left -= 1
        if not self.left:
            raise AssertionFailed("cycle 70: x breaks L1", 17)
        return super().play(scene)


def test_a_rule_that_breaks_is_a_finding_of_its_pair_and_ends_the_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    recorded: list[tuple[int | None, str]] = []
    monkeypatch.setattr(compare_pairs, "record_scene", lambda core, scene, cycle, path: recorded.append((cycle, path.name)))
    design, hardware = known_by("vlan", tmp_path), core()
    monkeypatch.setattr(module, "Stage", lambda *_, **__: Breaking())
    found = module._noninterference(design, hardware, lambda line: None, Thorough(count=COUNT, folder=tmp_path), Recorder(design, hardware))
    finding = next(found)
    assert (finding.victim, finding.attacker, finding.holds, finding.detail) == ("a", "b", False, "cycle 70: x breaks L1")
    assert finding.counterexample is not None
    assert finding.counterexample.where == "with seed 1, a frame in 400 cycles: cycle 70: x breaks L1"
    assert finding.counterexample.waveform == "a-beside-b-seed1-gap400.vcd"
    assert recorded == [(17, "a-beside-b-seed1-gap400.vcd")]
    with pytest.raises(AssertionFailed, match=r"^cycle 70: x breaks L1$"):
        next(found)


def test_a_register_that_the_attacker_changes_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stage = Echo(interleaved)
    stage.counted = 7
    found = findings(known_by("mac", tmp_path), monkeypatch, stage)
    assert [finding.detail for finding in found] == ["with seed 1, a frame in 1000 cycles: count is 0 alone and 7 beside"] * 2


class Silent(Echo):
    """Lets nothing out."""

    def play(self, scene: Scene) -> Seen:
        return Seen({"tx0": (), "tx1": (), "tx_host": ()}, {})


@pytest.mark.parametrize("identity", BY)
def test_a_victim_that_sends_nothing_is_no_evidence(identity: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = findings(known_by(identity, tmp_path), monkeypatch, Silent(interleaved))
    assert [finding.holds for finding in found] == [False, False]
    assert {finding.detail for finding in found} == {
        "with seed 1, a frame in 1000 cycles: alone, none of the victim's frames leave: there is nothing to compare"
    }


@pytest.mark.slow
@pytest.mark.parametrize("identity", ["mac", "port"])
def test_a_core_s_tenants_without_a_tag_are_known_by_what_their_frames_carry(
    identity: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    design = known_by(identity, tmp_path)
    stage = Stage(build_core(design, DatapathParameters(64, port_count(design.merged))))
    assert [finding.holds for finding in findings(design, monkeypatch, stage)] == [True, True]
    for number, tenant in enumerate("ab"):
        seen = stage.play(Scene(compare_pairs.frames_of(design, tenant, 1, 60, 400, 0), cycles=40_000))
        left = [frame for _, frame in seen.frames["tx1"]]
        party = Party(number, None, mark_of(number))
        assert sum(frame.startswith(ADDRESSES) for frame in left) > 20
        assert party.frames(seen)["tx1"] == left
        assert nobodys(seen, Party(1 - number, None, mark_of(1 - number))).total() == len(left)
