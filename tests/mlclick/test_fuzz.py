"""`mlclick fuzz`: what is right passes, a planted defect is found, shrunk to a small case and found again in the files."""

from __future__ import annotations

import json
import re
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from mlclick import cli, fuzz, fuzz_command
from mlclick.fuzz import Run, replay, write_found, write_run, wrong_with
from mlclick.fuzz_machine import merged_of
from mlclick.fuzz_round import CUTS, WIDTHS, Outcome, run_round
from mlclick.fuzz_shrink import StillWrong, shrink
from mlclick.mutants.mutant import Mutant, planted
from sim.fuzz.case import Case, write_case
from sim.fuzz.scenario import Arrival, Volley
from sim.packets import ipv4

Patch = pytest.MonkeyPatch
Capture = pytest.CaptureFixture[str]
POLICY = "[tenants.a]\nvlan = 100\ndevices = { eth0 = 0 }\n[tenants.b]\nvlan = 101\ndevices = { eth0 = 0 }\n"
A = "FromDevice(eth0) -> Counter -> EtherMirror -> q :: Queue -> ToDevice(eth0);\n"
B = "FromDevice(eth0) -> EtherRewrite(2:2:2:2:2:2, 4:4:4:4:4:4) -> Queue -> ToDevice(eth0);\n"
SHORT = Mutant(
    "the last byte of short frames is lost",
    "fuzz",
    "hdl.pipeline",
    "Pipeline",
    "_outputs",
    "self.out_length.eq(length)",
    "self.out_length.eq(length - (length[:7] == 77))",
)


def frame(vlan: int, size: int, number: int) -> bytes:
    packet = ipv4(0x0A000001, 0x0A000002, 17, bytes((number,)) * (size - 38))
    return b"\x02" * 12 + b"\x81\x00" + vlan.to_bytes(2, "big") + b"\x08\x00" + packet


def small_case(sizes: list[int]) -> Case:
    volleys = [Volley(1_000 * (n + 1), tuple(Arrival(0, frame(100 + k % 2, s, k)) for k, s in enumerate(sizes))) for n in range(3)]
    return Case({"a": A, "b": B}, POLICY, frozenset({"a/port0_in", "b/EtherRewrite@2"}), 64, 3, tuple(volleys))


def all_hardware(case: Case) -> Case:
    merged = merged_of(case)
    return replace(case, hardware=frozenset(merged.elements))


@pytest.mark.heavy
@pytest.mark.slow
@pytest.mark.long
def test_a_minute_of_it_finds_nothing() -> None:
    """Rounds of each width and cut with fixed seeds: the same designs and packets each time, however fast the machine is."""
    outcomes = nothing_is_found_in(0, 1, 2, 3)
    assert {outcome.width for outcome in outcomes} == set(WIDTHS)
    assert {outcome.cut for outcome in outcomes} == set(CUTS)


@pytest.mark.slow
@pytest.mark.long
def test_a_round_of_it_finds_nothing() -> None:
    """The short form of the test before."""
    nothing_is_found_in(0)


def nothing_is_found_in(*rounds: int) -> list[Outcome]:
    outcomes = [run_round(2026, number, 1_200) for number in rounds]
    assert [outcome.found for outcome in outcomes] == [[]] * len(rounds)
    assert all(outcome.packets >= 1_200 for outcome in outcomes)
    assert all(outcome.sampled > 10 for outcome in outcomes)
    assert sum(outcome.sent for outcome in outcomes) > 500
    assert sum(outcome.crossed for outcome in outcomes) > 100
    assert sum(outcome.apart for outcome in outcomes) > 0
    return outcomes


@pytest.mark.slow
@pytest.mark.heavy
def test_a_planted_defect_is_found_shrunk_and_found_again(tmp_path: Path) -> None:
    case = all_hardware(small_case([70, 90, 77, 64, 205, 80]))
    with planted(SHORT):
        found = wrong_with(case)
        assert found != []
        small = shrink(case, found, lambda text: None)
        assert small.packets == 1
        assert len(small.tenants) == 1
        assert sum(text.count(" :: ") for text in small.tenants.values()) <= 5
        text = write_found(tmp_path, small)
        found = replay(tmp_path)
        assert found[0].startswith("port 0 lacks a frame of ")
    assert re.search(r"^\d+ ns, port 0: [0-9a-f]+$", text, re.MULTILINE)
    assert "FromDevice(eth0)" in text
    # Nothing but the defect makes it differ.
    assert replay(tmp_path) == []


@pytest.mark.slow
def test_what_disturbs_a_neighbour_is_found() -> None:
    """Counters that read what tenant 0 has counted: the other's two runs differ."""
    mutant = Mutant("state read of tenant 0", "fuzz", "hdl.state_memory", "StateMemory", "_find", "index.eq(number)", "index.eq(0)")
    case = replace(all_hardware(small_case([70, 90])), apart=("b", "a"))
    assert wrong_with(case) == []
    with planted(mutant):
        assert any(words.startswith("b beside a: ") for words in wrong_with(case))


MET = Mutant(
    "copies that meet are forgotten",
    "fuzz",
    "hdl.trace_tenant",
    "TenantTracer",
    "_join",
    "copies=tuple(dict.fromkeys((*a.copies, *b.copies)))",
    "copies=tuple(c for c in a.copies if c in b.copies)",
)
COPIES = (
    "FromDevice(eth0) -> c :: Classifier(12/0806, -); q :: Queue -> ToDevice(eth0); c[0] -> q;"
    "c[1] -> n :: Counter -> t :: Tee; t[0] -> q; t[1] -> EtherRewrite(1:1:1:1:1:1, 2:2:2:2:2:2) -> Null -> q;"
)


@pytest.mark.slow
def test_in_values_a_planted_defect_is_found_shrunk_and_found_again(tmp_path: Path) -> None:
    """What two paths have come through is forgotten where they meet: of two copies one leaves."""
    case = replace(small_case([70, 90, 205, 80]), tenants={"a": COPIES, "b": B}, width=0)
    with planted(MET):
        case = all_hardware(case)
        found = wrong_with(case)
        assert found[-1] == "2 frames are lacking and 0 too many, of 6"
        small = shrink(case, found, lambda text: None)
        assert (small.packets, list(small.tenants)) == (1, ["a"])
        classes = sorted(re.findall(r" :: (\w+)", small.tenants["a"]))
        # A way past the Tee is what makes its copies forgotten; that they are lost shows in what Discard counts, too.
        assert classes == ["Classifier", "Discard", "FromDevice", "Tee"]
        write_found(tmp_path, small)
        assert replay(tmp_path) == ["a/q.count is '1' split and '2' in software"]
    # As it is, the composer refuses that cut, and the copies are made in software.
    assert replay(tmp_path) == []


def test_values_are_the_machine_in_rounds_of_every_cut() -> None:
    outcomes = [run_round(2027, number, 150, values=True) for number in range(4)]
    assert [outcome.found for outcome in outcomes] == [[]] * 4
    assert {outcome.cut for outcome in outcomes} == set(CUTS)
    assert sum(outcome.sent for outcome in outcomes) > 100
    assert sum(outcome.crossed for outcome in outcomes) > 20
    again = run_round(2027, 1, 150, values=True)
    assert replace(again, build_seconds=0, run_seconds=0) == replace(outcomes[1], build_seconds=0, run_seconds=0)


def test_a_case_that_cannot_be_built_does_not_fail() -> None:
    case = small_case([70])
    assert not StillWrong("differs")(replace(case, tenants={"a": "FromDevice(eth0) -> NoSuchElement;"}))


def called(arguments: list[str], monkeypatch: Patch, capsys: Capture) -> tuple[int, str]:
    monkeypatch.setattr(sys, "argv", ["mlclick", "fuzz", *arguments])
    try:
        cli.main()
    except SystemExit as stopped:
        return int(stopped.code or 0), "".join(capsys.readouterr())
    return 0, "".join(capsys.readouterr())


def test_a_run_says_what_it_did_and_writes_figures(tmp_path: Path, monkeypatch: Patch, capsys: Capture) -> None:
    monkeypatch.chdir(tmp_path)
    made = Outcome(0, 64, "solved", "strict", 2, 2, {"Counter": 3}, {"Counter": 1}, 500, 490, 300, 20, run_seconds=0.5, build_seconds=4)
    monkeypatch.setattr(fuzz, "rounds_of", lambda task, numbers, jobs: (replace(made, number=number) for number in numbers))
    code, said = called(["--seed", "9", "--packets", "1000", "--rounds", "2", "--jobs", "1"], monkeypatch, capsys)
    assert code == 0
    assert "seed 9: 1000 packets in 2 round(s), 1 at once" in said
    assert "round 1: 2 tenants, 3 elements, 2 ports, 64 bits, solved, strict: 500 packets, 300 sent, 20 crossed, 1000/s after 4 s" in said
    assert "none different" in said
    figures = json.loads((tmp_path / "build" / "bench" / "fuzz.json").read_text())
    assert (figures["seed"], figures["packets"], figures["differ"], figures["elements"]) == (9, 1000, 0, {"Counter": 6})
    assert "Queue" in figures["classes_not_used"]
    assert len(figures["rounds"]) == 2


def test_a_difference_ends_the_run_in_its_case_and_exit_code_1(tmp_path: Path, monkeypatch: Patch, capsys: Capture) -> None:
    monkeypatch.chdir(tmp_path)
    case = small_case([70])
    outcome = Outcome(0, 64, "solved", packets=10, found=["port 0 lacks a frame"], case=case)
    monkeypatch.setattr(fuzz, "rounds_of", lambda task, numbers, jobs: (outcome for number in numbers))
    monkeypatch.setattr(fuzz_command, "shrink", lambda case, found, tell: replace(case, volleys=case.volleys[:1]))
    code, said = called(["--seed", "4", "--packets", "1000", "--rounds", "5", "--jobs", "1"], monkeypatch, capsys)
    assert code == 1
    assert "round 0 differs, shrinking: port 0 lacks a frame" in said
    assert "again: mlclick fuzz --replay build/fuzz/4" in said
    assert A in said
    assert f"1000 ns, port 0: {frame(100, 70, 0).hex()}" in said
    assert json.loads((tmp_path / "build" / "fuzz" / "4" / "case.json").read_text())["volleys"] == [
        {"time": 1000, "pace": 0.25, "patience": 0.75}
    ]


def test_a_case_is_run_again_by_its_folder(tmp_path: Path, monkeypatch: Patch, capsys: Capture) -> None:
    monkeypatch.chdir(tmp_path)
    write_case(tmp_path / "case", small_case([70]))
    monkeypatch.setattr(fuzz, "wrong_with", lambda case: ["port 0 lacks a frame"] if case == small_case([70]) else [])
    code, said = called(["--replay", "case"], monkeypatch, capsys)
    assert (code, said) == (1, "port 0 lacks a frame\nagain: mlclick fuzz --replay case\n")
    monkeypatch.setattr(fuzz, "wrong_with", lambda case: [])
    assert called(["--replay", "case"], monkeypatch, capsys) == (0, "case: nothing differs\n")
    monkeypatch.undo()
    monkeypatch.chdir(tmp_path)
    away = replace(small_case([70]), volleys=(Volley(1_000, (Arrival(9, frame(100, 70, 0)),)),))
    write_case(tmp_path / "away", away)
    code, said = called(["--replay", "away"], monkeypatch, capsys)
    assert (code, said.splitlines()[0]) == (2, "error: the case has frames for port 9, and no tenant has a device there")
    code, said = called(["--replay", "nowhere"], monkeypatch, capsys)
    assert code == 2
    assert "this is no case of fuzzing" in said


def test_figures_of_a_run_that_failed_say_so(tmp_path: Path) -> None:
    run = Run(3, (Outcome(0, found=["x"]), Outcome(1)), 2.0)
    assert run.failed is run.outcomes[0]
    assert json.loads(write_run(tmp_path, run).read_text())["differ"] == 1
