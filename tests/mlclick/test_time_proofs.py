"""The command that times proofs: which sets it proves, and what it says of them."""

from __future__ import annotations

import json
import re
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from graph.diagnostics import ClickError
from graph.policy import Policy, read_policy
from mlclick import cli, proofs_command
from mlclick.mutants.mutant import planted
from mlclick.time_proofs import ProofSet, ProofTime, Step, copied, time_proofs
from tests.mlclick.test_readme import small_tenants, tenants_of_one_port
from tests.sim.proof.small_datapath import by_name

POLICY = """
[machine]
luts = 1000
host_ns = 50
[tenants.a]
vlan = 1
mac = "02:00:00:00:00:01"
devices = { eth0 = 0 }
[tenants.a_2]
vlan = 3
devices = { eth0 = 0 }
"""
Capture = pytest.CaptureFixture[str]


def policy(folder: Path, text: str = POLICY) -> Policy:
    (folder / "policy.toml").write_text(text)
    return read_policy(folder / "policy.toml")


def test_a_copy_has_a_tag_and_a_name_of_its_own_and_there_is_room_for_it(tmp_path: Path) -> None:
    before = policy(tmp_path)
    after, names = copied(before, ("a",), 3)
    assert names == ("a", "a_2_", "a_3")
    assert [(after.tenant(name).vlan, after.tenant(name).mac) for name in names] == [(1, before.tenant("a").mac), (2, None), (4, None)]
    assert [after.tenant(name).click for name in names] == [before.tenant("a").click] * 3
    assert (after.machine.mode, after.machine.luts, after.machine.ffs, after.machine.host_ns) == ("strict", 3000, None, 50)


def test_without_copies_only_the_turns_change(tmp_path: Path) -> None:
    before = policy(tmp_path)
    after, names = copied(before, ("a", "a_2"), 1)
    assert names == ("a", "a_2")
    assert (after.tenants, after.machine.luts) == (before.tenants, 1000)


def test_where_tags_run_out_that_is_said(tmp_path: Path) -> None:
    one = policy(tmp_path)
    found = replace(one, tenants={f"t{n}": replace(one.tenant("a"), name=f"t{n}", vlan=n) for n in range(1, 4094)})
    assert copied(found, ("t1",), 2)[0].tenant("t1_2").vlan == 4094
    with pytest.raises(ClickError, match=r"there are not enough VLAN tags for 2 of each of 2 tenant\(s\)\n  ask for fewer --copies"):
        copied(found, ("t1", "t2"), 2)


def called(arguments: list[str], monkeypatch: pytest.MonkeyPatch, capsys: Capture, failures: tuple[str, ...] = ()) -> tuple[int, str, str]:
    """The exit code and what was printed, where each set takes as long."""

    def timed(which: ProofSet) -> ProofTime:
        steps = Step(1234, 1.25, 1), Step(600, 2.5, 2), Step(3, 0.5, 0.25)
        return ProofTime(which.names * which.copies, which.width, 9.0, *steps, 2.75, failures)

    monkeypatch.setattr(proofs_command, "time_alone", timed)
    monkeypatch.setattr(sys, "argv", ["mlclick", "proofs", *arguments])
    with pytest.raises(SystemExit) as stopped:
        cli.main()
    said = capsys.readouterr()
    return int(stopped.value.code or 0), said.out, said.err


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(small_tenants(tmp_path))
    return tmp_path


def test_a_line_says_what_was_asked_and_how_long_that_took(here: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture) -> None:
    code, said, err = called(["a,b", "--width", "128", "--copies", "2"], monkeypatch, capsys)
    assert code == 0
    assert said.splitlines()[1:] == [
        "      4   128 1234 obligations 1.2 s    600 questions 2.5 s       3 findings 0.5 s     2.8 s      3.2 s",
        "figures: build/bench/proofs.json",
    ]
    assert err == "proofs of a,b, 2 of each, at 128 bit\n"
    [found] = json.loads((here / "build" / "bench" / "proofs.json").read_text())
    assert (found["seconds"], found["compile_seconds"]) == (2.75, 9)
    assert found["pipeline"] == {"asked": 1234, "seconds": 1.25, "cpu_seconds": 1}


def test_what_is_not_proved_is_named(here: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture) -> None:
    code, said, _ = called(["a"], monkeypatch, capsys, ("a: looked[0+1] does not follow",))
    assert code == 1
    assert said.count("NOT PROVED  a: looked[0+1] does not follow\n") == 2


@pytest.mark.slow
def test_a_proof_that_fails_in_a_process_of_its_own_comes_back(tmp_path: Path) -> None:
    with planted(by_name("a reset clears every tenant's state")):
        found = time_proofs(ProofSet(("a", "b"), 1, 64, tenants_of_one_port(tmp_path) / "tenants"))
    refused = re.compile(r"a: state\d+\.\S+, where the stage holds a packet of the victim: ")
    assert any(map(refused.match, found.failures)), found.failures


def test_without_names_two_four_eight_and_sixteen_are_proved(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: Capture) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "tenants").symlink_to(Path(__file__).parents[2] / "tenants")
    code, _, _ = called([], monkeypatch, capsys)
    assert code == 0
    found = json.loads((tmp_path / "build" / "bench" / "proofs.json").read_text())
    assert [(len(row["tenants"]), row["width"]) for row in found] == [(2, 64), (2, 256), (4, 64), (4, 256), (8, 64), (8, 256), (16, 512)]


def test_a_mistake_in_a_tenant_s_file_ends_in_its_diagnostic(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture) -> None:
    """It is found in the process that proves."""
    folder = small_tenants(tmp_path) / "tenants"
    (folder / "b.click").write_text("FromDevice(eth0) -> Nonesuch -> Discard;")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "argv", ["mlclick", "proofs", "a,b", "--width", "64"])
    with pytest.raises(SystemExit) as stopped:
        cli.main()
    said = capsys.readouterr().err
    assert stopped.value.code == 2
    assert "b: tenants/b.click:1:21: error: unknown element class 'Nonesuch'\n" in said
    assert "Traceback" not in said
