"""Planted defects are caught, each by the check that is there for it; `make mutants` runs every check on each of them."""

from __future__ import annotations

import sys

import pytest

from graph.diagnostics import fail
from hdl.state_memory import StateMemory
from hdl.tools.yosys import YosysError
from mlclick import catch_defects, cli
from mlclick import mutants as module
from mlclick.catch_defects import CHECKS, PROOF, RULES, SLOTS, caught_by, small_design
from mlclick.mutants import MUTANTS, Mutant, SoundDesignFails, planted, run_mutants
from sim.verilator import VerilatorError

QUICK = (
    "default tenant",
    "crossing's tenant unchecked",
    "frame one byte short",
    "a segment holds a beat more than it has",
    "one tenant's backlog blocks all",
    "frame stored with a hole",
    "arbiter begins before the last has left",
    "credit not taken off",
    "an idle slot is the next one's",
    "a packet goes on in the next slot",
    "state read of tenant 0",
    "a reset clears every tenant's state",
)
"""One or two for each check. Most of the time goes to what makes a model of the hardware."""
Patch = pytest.MonkeyPatch


def by_name(name: str) -> Mutant:
    return next(mutant for mutant in MUTANTS if mutant.name == name)


@pytest.mark.slow
def test_the_sound_design_is_not_caught() -> None:
    assert caught_by(small_design()) is None


@pytest.mark.slow
@pytest.mark.parametrize("name", QUICK)
def test_a_planted_defect_is_caught(name: str) -> None:
    mutant = by_name(name)
    with planted(mutant):
        assert caught_by(small_design(), mutant.check) == mutant.check


def test_every_check_has_a_mutant_that_is_there_for_it() -> None:
    every = {check.__name__ for check in CHECKS} | {RULES, PROOF, SLOTS}
    assert {mutant.check for mutant in MUTANTS} == every
    assert {by_name(name).check for name in QUICK} == every


def test_there_are_at_least_eight_and_each_changes_something() -> None:
    assert len({mutant.name for mutant in MUTANTS}) == len(MUTANTS) >= 8
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

    design = small_design()
    monkeypatch.setattr(catch_defects, "build_core", refuse)
    assert caught_by(design) == found
    monkeypatch.setattr(catch_defects, "build_core", lambda *_: fail("it goes round", "let it out"))
    assert caught_by(design) == "error: it goes round\n  let it out"


def told(found: dict[str | None, str | None], monkeypatch: Patch, capsys: pytest.CaptureFixture[str]) -> tuple[int, list[str], list[str]]:
    """The exit code and lines of `mlclick mutants`, and its progress, where these mutants are found so and all others as they are meant."""
    names = iter([None, *(mutant.name for mutant in MUTANTS)])
    meant: dict[str | None, str | None] = {mutant.name: mutant.check for mutant in MUTANTS}
    meant |= {None: None, **found}
    monkeypatch.setattr(module, "small_design", lambda: None)
    monkeypatch.setattr(module, "caught_by", lambda design: meant[next(names)])
    monkeypatch.setattr(sys, "argv", ["mlclick", "mutants"])
    with pytest.raises(SystemExit) as stopped:
        cli.main()
    said = capsys.readouterr()
    return int(stopped.value.code or 0), said.out.splitlines(), said.err.splitlines()


def test_all_caught_is_success(monkeypatch: Patch, capsys: pytest.CaptureFixture[str]) -> None:
    code, lines, progress = told({}, monkeypatch, capsys)
    assert code == 0
    assert lines[0] == "default tenant                           strays"
    assert lines[-1] == f"{len(MUTANTS)} of {len(MUTANTS)} mutants caught"
    assert progress[:2] == ["no mutant: every check must hold", "default tenant: strays"]


def test_one_that_survives_and_one_that_another_check_catches_are_failures(monkeypatch: Patch, capsys: pytest.CaptureFixture[str]) -> None:
    found: dict[str | None, str | None] = {"default tenant": None, "segments overlap": "rules"}
    code, lines, progress = told(found, monkeypatch, capsys)
    assert code == 1
    assert "default tenant                           SURVIVED" in lines
    assert "segments overlap                         rules, where agreement should have" in lines
    assert lines[-1] == f"{len(MUTANTS) - 2} of {len(MUTANTS)} mutants caught"
    assert "default tenant: SURVIVED" in progress
    assert sum("should have" in line for line in lines) == 1


def test_a_sound_design_that_fails_shows_nothing_of_mutants(monkeypatch: Patch) -> None:
    monkeypatch.setattr(module, "small_design", lambda: None)
    monkeypatch.setattr(module, "caught_by", lambda design: "strays")
    with pytest.raises(SoundDesignFails, match="the sound design fails: strays"):
        run_mutants(lambda line: None)
