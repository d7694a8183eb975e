"""Work beside: it has what there is here, gives back what it makes, and never outlives whoever asked for it."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

import pytest

from mlclick.beside import Beside, EndedAlone


def test_what_it_returns_comes_back_and_what_it_changes_does_not() -> None:
    kept = [1]

    def work() -> tuple[int, list[int]]:
        kept.append(2)
        return os.getpid(), kept

    with Beside(work) as beside:
        process, seen = beside.result()
    assert process != os.getpid()
    assert (seen, kept) == ([1, 2], [1])


def test_both_work_at_the_same_time(tmp_path: Path) -> None:
    """Each waits for the other's file."""

    def meet(mine: str, theirs: str) -> bool:
        (tmp_path / mine).touch()
        while not (tmp_path / theirs).exists():
            time.sleep(0.01)
        return True

    with Beside(lambda: meet("there", "here")) as beside:
        assert meet("here", "there")
        assert beside.result()


def test_one_that_is_ended_from_outside_is_told() -> None:
    def work() -> None:
        os.kill(os.getpid(), signal.SIGKILL)

    with Beside(work) as beside, pytest.raises(EndedAlone, match=r"^its process ended with status -9 and said nothing$"):
        beside.result()


def test_one_that_raises_says_it_on_standard_error(capfd: pytest.CaptureFixture[str]) -> None:
    def work() -> None:
        raise KeyError("port")

    with Beside(work) as beside, pytest.raises(EndedAlone, match=r"^its process ended with status 1 and said nothing$"):
        beside.result()
    assert "KeyError: 'port'" in capfd.readouterr().err


def test_one_that_is_interrupted_says_nothing(capfd: pytest.CaptureFixture[str]) -> None:
    def work() -> None:
        raise KeyboardInterrupt

    with Beside(work) as beside, pytest.raises(EndedAlone):
        beside.result()
    assert not capfd.readouterr().err


def test_it_has_ended_when_whoever_asked_has_an_error(tmp_path: Path) -> None:
    def work() -> None:
        (tmp_path / "process").write_text(str(os.getpid()))
        time.sleep(1_000)

    def asks() -> None:
        while not (tmp_path / "process").exists() or not (tmp_path / "process").read_text():
            time.sleep(0.01)
        raise ValueError("here")

    with pytest.raises(ValueError, match="here"), Beside(work):
        asks()
    with pytest.raises(ProcessLookupError):
        os.kill(int((tmp_path / "process").read_text()), 0)
