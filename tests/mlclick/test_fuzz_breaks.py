"""What breaks instead of differing: an exception, a process that dies, one that does not end. Each is found, with its case."""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from time import monotonic, process_time

import pytest

from mlclick import cli, fuzz, fuzz_apart, fuzz_machine, fuzz_round, fuzz_shrink, fuzz_workers
from mlclick.fuzz import replay, write_found, wrong_with
from mlclick.fuzz_apart import kind_of
from mlclick.fuzz_machine import Built
from mlclick.fuzz_round import HALVES, Outcome, Watch, run_round
from mlclick.fuzz_shrink import StillWrong, Workbench, shrink
from mlclick.fuzz_workers import rounds_of
from sim.fuzz.case import Case
from sim.fuzz.expect import Expected, InSoftware
from sim.fuzz.scenario import Arrival, Volley
from sim.fuzz.shrink import Shrinker
from sim.verilator import VerilatorError

Patch = pytest.MonkeyPatch
COMPARING = HALVES
SEED, NUMBER, PACKETS = 2027, 0, 150
POLICY = "[tenants.a]\nvlan = 100\ndevices = { eth0 = 0 }\n[tenants.b]\nvlan = 101\ndevices = { eth0 = 0 }\n"
TEXT = "FromDevice(eth0) -> c :: Counter -> Queue -> ToDevice(eth0);\n"
SIZES = (60, 90, 700, 64)


def a_round(number: int, watch: Watch) -> Outcome:
    return run_round(SEED, number, PACKETS, watch, values=True)


def breaks_at_long_frames(monkeypatch: Patch, breaking: Callable[[], None]) -> None:
    """The software does this where a frame of more than 500 bytes comes."""
    sound = InSoftware.expect

    def expect(self: InSoftware, volley: Volley) -> Expected:
        if any(len(arrival.frame) > 500 for arrival in volley.arrivals):
            breaking()
        return sound(self, volley)

    monkeypatch.setattr(InSoftware, "expect", expect)


def raises() -> None:
    raise IndexError("no such place\nin the planted table")


def dies() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def goes_on() -> None:
    while True:
        pass


def waits() -> None:
    """For something that never comes, without taking any time of the processor."""
    threading.Event().wait()


def is_the_first_long_one(outcome: Outcome) -> None:
    """The last volley of its case is the first with a long frame."""
    assert outcome.case is not None
    assert outcome.volleys == len(outcome.case.volleys) > 0
    assert [any(len(arrival.frame) > 500 for arrival in v.arrivals) for v in outcome.case.volleys] == [False] * (outcome.volleys - 1) + [
        True
    ]


def with_long_frames() -> Case:
    """A small case with one."""
    frames = [bytes((2,)) * 12 + b"\x81\x00\x00" + bytes((100 + k % 2,)) + b"\x08\x00" + bytes(size) for k, size in enumerate(SIZES)]
    volleys = tuple(Volley(1_000 * (n + 1), tuple(Arrival(0, frame) for frame in frames[n::2])) for n in range(2))
    return Case({"a": TEXT, "b": TEXT}, POLICY, frozenset({"a/c", "port0_in"}), 0, 3, volleys)


def shrunk_and_found_again(found: str, folder: Path) -> None:
    """A small case with this fault, made smaller and written, fails in the same way."""
    case = with_long_frames()
    assert wrong_with(case) == [found]
    small = shrink(case, [found], lambda text: None)
    assert small.packets == 1
    assert len(small.volleys[0].arrivals[0].frame) > 500
    write_found(folder, small)
    assert replay(folder) == [found]


def test_an_exception_is_found_with_its_case(monkeypatch: Patch, tmp_path: Path) -> None:
    breaks_at_long_frames(monkeypatch, raises)
    outcome = run_round(SEED, NUMBER, PACKETS, values=True)
    assert outcome.found == [f"{COMPARING} ends in IndexError: no such place"]
    is_the_first_long_one(outcome)
    shrunk_and_found_again(outcome.found[0], tmp_path)
    monkeypatch.undo()
    # Nothing but the defect makes it fail.
    assert replay(tmp_path) == []


def test_a_process_that_dies_is_found_with_its_case(monkeypatch: Patch, tmp_path: Path) -> None:
    breaks_at_long_frames(monkeypatch, dies)
    (outcome,) = rounds_of(a_round, [NUMBER], 1, "fork")
    assert outcome.found == [f"{COMPARING}: its process ended by SIGKILL"]
    assert (outcome.number, outcome.cut) == (NUMBER, "solved")
    is_the_first_long_one(outcome)
    shrunk_and_found_again(outcome.found[0], tmp_path)
    monkeypatch.undo()
    assert replay(tmp_path) == []


def test_a_round_that_does_not_end_is_found_with_its_case(monkeypatch: Patch) -> None:
    breaks_at_long_frames(monkeypatch, goes_on)
    monkeypatch.setattr(fuzz_workers, "VOLLEY_SECONDS", 0.5)
    monkeypatch.setattr(fuzz_apart, "SLOWEST", 1_000.0)
    (outcome,) = rounds_of(a_round, [NUMBER], 1, "fork")
    assert outcome.found == [f"{COMPARING}: its process took too long for a step, and was stopped"]
    is_the_first_long_one(outcome)


def test_a_round_that_waits_for_ever_is_found_with_its_case(monkeypatch: Patch) -> None:
    breaks_at_long_frames(monkeypatch, waits)
    for module in (fuzz_workers, fuzz_shrink):
        monkeypatch.setattr(module, "VOLLEY_SECONDS", 200.0)
    # Each volley has ten seconds by the clock, and all else as many as a busy machine could need.
    for module in (fuzz_workers, fuzz_apart):
        monkeypatch.setattr(module, "STEP_SECONDS", 72_000.0)
    monkeypatch.setattr(fuzz_apart, "SLOWEST", 0.05)
    (outcome,) = rounds_of(a_round, [NUMBER], 1, "fork")
    assert outcome.found == [f"{COMPARING}: its process waited too long for a step, and was stopped"]
    is_the_first_long_one(outcome)
    assert wrong_with(with_long_frames()) == outcome.found


def test_a_smaller_case_that_waits_is_given_up_long_before_shrinking_ends(monkeypatch: Patch) -> None:
    assert fuzz_apart.SLOWEST * fuzz_shrink.SMALLER_SECONDS * 20 < fuzz_shrink.SHRINK_SECONDS
    breaks_at_long_frames(monkeypatch, waits)
    monkeypatch.setattr(fuzz_shrink, "SMALLER_SECONDS", 0.3)
    begun = monotonic()
    assert StillWrong(f"{COMPARING}: its process waited too long for a step, and was stopped")(with_long_frames())
    assert monotonic() - begun < fuzz_apart.SLOWEST * fuzz_apart.VOLLEY_SECONDS


def test_what_ends_its_process_while_the_machine_is_built_is_not_built_again_to_be_shrunk(monkeypatch: Patch) -> None:
    def built(*args: object) -> None:
        raise AssertionError("it was built again")

    monkeypatch.setattr(fuzz_shrink, "build", built)
    case, said = with_long_frames(), list[str]()
    assert shrink(case, ["building the machine: its process ended by SIGSEGV"], said.append) == case
    assert said == ["no smaller case is tried, which could end this process too"]


def test_volleys_that_are_made_again_take_no_time_of_the_last_one(monkeypatch: Patch) -> None:
    sound = fuzz_round.with_volleys

    def slowly(case: Case, count: int, built: Built | None = None) -> Case:
        begun = process_time()
        while process_time() < begun + 1.5:
            pass
        return sound(case, count, built)

    breaks_at_long_frames(monkeypatch, raises)
    monkeypatch.setattr(fuzz_round, "with_volleys", slowly)
    monkeypatch.setattr(fuzz_workers, "VOLLEY_SECONDS", 1.0)
    monkeypatch.setattr(fuzz_apart, "SLOWEST", 1_000.0)
    (outcome,) = rounds_of(a_round, [NUMBER], 1, "fork")
    assert outcome.found == [f"{COMPARING} ends in IndexError: no such place"]
    is_the_first_long_one(outcome)


def test_a_machine_that_cannot_be_built_is_found_with_its_tenants(monkeypatch: Patch, tmp_path: Path) -> None:
    def refused(*args: object, **kwargs: object) -> None:
        raise VerilatorError("verilator ended with status 1:\n%Error: too wide")

    for module in (fuzz_round, fuzz_machine):
        monkeypatch.setattr(module, "simulated", refused)
    outcome = run_round(SEED, NUMBER, PACKETS)
    assert outcome.found == ["building the machine ends in VerilatorError: verilator ended with status 1:"]
    assert outcome.case is not None
    assert (outcome.case.packets, len(outcome.case.tenants)) == (0, 4)
    small = Shrinker(StillWrong(kind_of(outcome.found)), lambda case: iter(()), 60, lambda text: None).shrink(outcome.case)
    assert len(small.tenants) == 1
    write_found(tmp_path, small)
    assert replay(tmp_path) == outcome.found


def no_such_row(*args: object) -> None:
    raise KeyError("no such row")


def test_tenants_that_cannot_be_cut_are_found(monkeypatch: Patch) -> None:
    monkeypatch.setattr(fuzz_round, "split", no_such_row)
    outcome = run_round(SEED, NUMBER, PACKETS)
    assert outcome.found == ["cutting tenants ends in KeyError: 'no such row'"]
    assert outcome.case is not None
    assert any(name.startswith("t0/") for name in outcome.case.hardware)


def test_no_smaller_case_is_said_where_none_fails() -> None:
    sound = Case({"a": "Idle -> Discard;"}, POLICY, frozenset(), 0, 3, (Volley(1_000, ()),))
    said: list[str] = []
    assert shrink(sound, ["port 0 lacks a frame"], said.append) == sound
    assert said[-1] == "no smaller case fails in this way"


def not_one_word(number: int, watch: Watch) -> Outcome:
    if number == 1:
        os._exit(3)
    return Outcome(number, packets=7)


def test_of_rounds_beside_each_other_one_dies_and_the_others_come() -> None:
    outcomes = sorted(rounds_of(not_one_word, range(4), 2, "fork"), key=lambda outcome: outcome.number)
    assert [outcome.found for outcome in outcomes] == [[], ["beginning: its process ended with status 3"], [], []]
    assert [outcome.packets for outcome in outcomes] == [7, 0, 7, 7]


def test_a_run_without_a_case_ends_with_exit_code_1(tmp_path: Path, monkeypatch: Patch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(fuzz, "rounds_of", partial(rounds_of, method="fork"))
    monkeypatch.setattr(fuzz, "run_round", lambda seed, number, packets, watch, values: not_one_word(1, watch))
    monkeypatch.setattr(sys, "argv", ["mlclick", "fuzz", "--packets", "10", "--rounds", "1"])
    with pytest.raises(SystemExit) as stopped:
        cli.main()
    said = capsys.readouterr().out
    assert stopped.value.code == 1
    words = "round 0: beginning: its process ended with status 3, before it had a case; the same seed, packets and rounds do it again"
    assert words in said
    assert "none different" not in said


def test_a_smallest_case_that_only_takes_long_is_not_kept_for_one_that_has_no_end(monkeypatch: Patch) -> None:
    slow = f"{COMPARING}: its process took too long for a step, and was stopped"

    def found(bench: Workbench, case: Case) -> list[str]:
        return [slow] if bench._smaller else []

    monkeypatch.setattr(Workbench, "found", found)
    case, said = with_long_frames(), list[str]()
    assert shrink(case, [slow], said.append) == case
    assert said[-1] == "the smallest case ends where it is given more time: the whole one is kept"


def test_two_runs_that_end_their_process_are_said_to_have_been_compared(monkeypatch: Patch) -> None:
    def dies(*args: object) -> list[str]:
        os.kill(os.getpid(), signal.SIGKILL)
        return []

    monkeypatch.setattr(fuzz_shrink, "check", dies)
    assert wrong_with(replace(with_long_frames(), apart=("a", "b"))) == ["comparing two runs: its process ended by SIGKILL"]
