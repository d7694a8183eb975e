"""Planted defects are caught, each by the check that is there for it: one for every second check in the suite, the others in
`make heavy`, all by `make mutants`.
"""

from __future__ import annotations

import sys

import pytest

from graph.diagnostics import fail
from hdl.state_memory import StateMemory
from hdl.tools.yosys import YosysError
from mlclick import cli
from mlclick.mutants import bench
from mlclick.mutants import run as module
from mlclick.mutants.bench import Bench
from mlclick.mutants.caught import CHECKS, caught_by
from mlclick.mutants.mutant import Mutant, planted
from mlclick.mutants.names import LENGTHS, PROOF, RULES, SERVICE
from mlclick.mutants.run import MUTANTS, SoundDesignFails, run_mutants
from sim.verilator import VerilatorError
from tests.in_short import in_short

Patch = pytest.MonkeyPatch


QUICK = ("merging", "software", "sharing", "rates", "strays", "copies", "crosses", PROOF, SERVICE, LENGTHS)
"""Checks that take little beside what they look at: some of each kind."""


@pytest.mark.slow
@pytest.mark.heavy
def test_the_sound_design_is_not_caught() -> None:
    assert caught_by() is None


@pytest.mark.slow
def test_the_sound_design_is_not_caught_by_what_is_quick() -> None:
    """The short form of the test before. Nor is it by the assertions, which look on."""
    sound = Bench()
    assert [name for name in QUICK if not CHECKS[name](sound)] == []


FIRST = list({mutant.check: mutant for mutant in reversed(MUTANTS)}.values())
"""One for each check, the first that is there for it. The suite has those of checks that are quick, and every second of the others."""
SHORT = [*(mutant for mutant in FIRST if mutant.check in QUICK), *in_short([m for m in FIRST if m.check not in QUICK], every=2)]


@pytest.mark.slow
@pytest.mark.parametrize("mutant", SHORT, ids=lambda mutant: mutant.name)
def test_each_check_catches_a_planted_defect(mutant: Mutant) -> None:
    with planted(mutant):
        assert caught_by(mutant.check) == mutant.check


@pytest.mark.slow
@pytest.mark.heavy
@pytest.mark.parametrize("mutant", [mutant for mutant in MUTANTS if mutant not in FIRST], ids=lambda mutant: mutant.name)
def test_every_planted_defect_is_caught(mutant: Mutant) -> None:
    """The whole, with the test before; `make mutants` prints it."""
    with planted(mutant):
        assert caught_by(mutant.check) == mutant.check


def test_every_check_has_a_mutant_that_is_there_for_it() -> None:
    assert {mutant.check for mutant in MUTANTS} == {*CHECKS, RULES}


def test_there_are_at_least_forty_and_each_changes_something() -> None:
    assert len({mutant.name for mutant in MUTANTS}) == len(MUTANTS) >= 40
    for mutant in MUTANTS:
        with planted(mutant):
            pass


@pytest.mark.parametrize(
    ("method", "old", "new", "why"),
    [
        ("_find", "no such text", "", "'no such text' is 0 times in _find of StateMemory, not once"),
        # It is in the module, in another method.
        ("_find", "put.en.eq", "", "'put.en.eq' is 0 times in _find of StateMemory, not once"),
        ("_find", "self.", "", "'self.' is 7 times in _find of StateMemory, not once"),
        ("_find", "return address, written, initial", "return address, written, initial ", "the mutant 'gone' changes nothing of _find"),
    ],
)
def test_a_mutant_that_is_not_the_one_meant_is_refused(method: str, old: str, new: str, why: str) -> None:
    kept = StateMemory._find.__code__
    with pytest.raises(ValueError, match=why), planted(Mutant("gone", "strays", "hdl.state_memory", "StateMemory", method, old, new)):
        pass
    assert StateMemory._find.__code__ is kept


def test_only_the_method_is_changed_and_only_for_a_while() -> None:
    before = {name: vars(StateMemory)[name].__code__ for name in ("elaborate", "_find", "_key")}
    mutant = Mutant("words elsewhere", "strays", "hdl.state_memory", "StateMemory", "_key", "self.slot_bits", "self.width")
    with planted(mutant):
        memory = StateMemory(9, {(2, 1): 0})
        assert memory._key((2, 1)) == 2 << 9 | 1
        assert memory.address((2, 1)) == 1
    assert {name: vars(StateMemory)[name].__code__ for name in before} == before


@pytest.mark.parametrize(
    ("error", "found"),
    [
        (RuntimeError("does not come to rest"), "RuntimeError: does not come to rest"),
        (KeyError("port"), "KeyError: 'port'"),
        (VerilatorError("g++ ended with status 1"), "g++ ended with status 1"),
        (YosysError("yosys ended with status 1"), "yosys ended with status 1"),
    ],
)
def test_a_design_that_cannot_be_made_is_caught_by_its_error(error: Exception, found: str, monkeypatch: Patch) -> None:
    def refuse(*_: object) -> None:
        raise error

    monkeypatch.setattr(bench, "build_core", refuse)
    assert caught_by("strays") == found
    monkeypatch.setattr(bench, "build_core", lambda *_: fail("it goes round", "let it out"))
    assert caught_by("strays") == "error: it goes round\n  let it out"


def told(found: dict[str | None, str | None], monkeypatch: Patch, capsys: pytest.CaptureFixture[str]) -> tuple[int, list[str], list[str]]:
    """The exit code and lines of `mlclick mutants`, and its progress, where these mutants are found so and all others as they are meant."""
    names = iter([None, *(mutant.name for mutant in MUTANTS)])
    meant: dict[str | None, str | None] = {mutant.name: mutant.check for mutant in MUTANTS}
    meant |= {None: None, **found}
    monkeypatch.setattr(module, "caught_by", lambda only="": meant[next(names)])
    monkeypatch.setattr(sys, "argv", ["mlclick", "mutants"])
    with pytest.raises(SystemExit) as stopped:
        cli.main()
    said = capsys.readouterr()
    return int(stopped.value.code or 0), said.out.splitlines(), said.err.splitlines()


def test_all_caught_is_success(monkeypatch: Patch, capsys: pytest.CaptureFixture[str]) -> None:
    code, lines, progress = told({}, monkeypatch, capsys)
    assert code == 0
    assert "default tenant                           strays" in lines
    assert lines[-1] == f"{len(MUTANTS)} of {len(MUTANTS)} mutants caught"
    assert progress[:2] == ["no mutant: every check must hold", f"{MUTANTS[0].name}: {MUTANTS[0].check}"]


def test_one_that_survives_and_one_that_cannot_be_made_are_failures(monkeypatch: Patch, capsys: pytest.CaptureFixture[str]) -> None:
    found: dict[str | None, str | None] = {"default tenant": None, "edits a beat late": "KeyError: 3"}
    code, lines, progress = told(found, monkeypatch, capsys)
    assert code == 1
    assert "default tenant                           SURVIVED" in lines
    assert "edits a beat late                        KeyError: 3, where agreement should have" in lines
    assert lines[-1] == f"{len(MUTANTS) - 2} of {len(MUTANTS)} mutants caught"
    assert "default tenant: SURVIVED" in progress
    assert sum("should have" in line for line in lines) == 1


def test_a_sound_design_that_fails_shows_nothing_of_mutants(monkeypatch: Patch) -> None:
    monkeypatch.setattr(module, "caught_by", lambda: "strays")
    with pytest.raises(SoundDesignFails, match="the sound design fails: strays"):
        run_mutants(lambda line: None)
