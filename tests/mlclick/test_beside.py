"""Work beside: it has what there is here, gives back what it makes, and never outlives whoever asked for it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from mlclick.beside import Beside, EndedAlone


def gone(process: int) -> bool:
    """Whether it is no more, within a minute; one that nobody has asked for is none."""
    for _ in range(6_000):
        try:
            state = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0]
        except (FileNotFoundError, ProcessLookupError):
            return True
        if state == "Z":
            return True
        time.sleep(0.01)
    return False


def number_in(path: Path) -> int:
    """What is written there, within a minute."""
    for _ in range(6_000):
        if path.exists() and path.read_text().endswith("\n"):
            return int(path.read_text())
        time.sleep(0.01)
    raise AssertionError(f"nothing is written in {path}")


def test_what_it_returns_comes_back_and_what_it_changes_does_not() -> None:
    kept = [1]

    def work() -> Iterator[tuple[int, list[int]]]:
        for each in (2, 3):
            kept.append(each)
            yield os.getpid(), kept

    with Beside(work) as beside:
        (process, first), (_, then) = beside.results()
    assert process != os.getpid()
    assert (first, then, kept) == ([1, 2], [1, 2, 3], [1])


def test_both_work_at_the_same_time(tmp_path: Path) -> None:
    """Each waits for the other's file."""

    def meet(mine: str, theirs: str) -> bool:
        (tmp_path / mine).write_text("1\n")
        return number_in(tmp_path / theirs) == 1

    with Beside(lambda: [meet("there", "here")]) as beside:
        assert meet("here", "there")
        assert list(beside.results()) == [True]


def test_one_that_is_ended_from_outside_is_told() -> None:
    def work() -> Iterator[int]:
        yield 1
        os.kill(os.getpid(), signal.SIGKILL)
        yield 2

    with Beside(work) as beside:
        results = beside.results()
        assert next(results) == 1
        with pytest.raises(EndedAlone, match=r"^its process ended with status -9 before its work did$"):
            next(results)


def test_it_waits_for_nobody_to_listen(tmp_path: Path) -> None:
    """What it says is more than a pipe holds."""

    def work() -> Iterator[bytes]:
        yield bytes(1 << 20)
        (tmp_path / "on").write_text("1\n")

    with Beside(work) as beside:
        assert number_in(tmp_path / "on") == 1
        assert list(beside.results()) == [bytes(1 << 20)]


def test_one_that_raises_says_it_on_standard_error(capfd: pytest.CaptureFixture[str]) -> None:
    def work() -> list[int]:
        raise KeyError("port")

    with Beside(work) as beside, pytest.raises(EndedAlone, match=r"^its process ended with status 1 before its work did$"):
        next(beside.results())
    assert "KeyError: 'port'" in capfd.readouterr().err


CALLS = "sleep 1000 & echo $! > called; mv called there; wait"


def test_what_it_has_called_ends_with_it(tmp_path: Path) -> None:
    with Beside(lambda: [subprocess.run(["sh", "-c", CALLS], cwd=tmp_path)]):
        called = number_in(tmp_path / "there")
    assert gone(called)


def test_it_does_not_wait_for_what_has_left_it(tmp_path: Path) -> None:
    def work() -> Iterator[int]:
        process = os.fork()
        if not process:
            os.setsid()
            time.sleep(1_000)
        yield process

    with Beside(work) as beside:
        [process] = beside.results()
    os.kill(process, signal.SIGKILL)
    assert gone(process)


ASKS = f"""
import subprocess, time
from mlclick.beside import Beside
with Beside(lambda: [subprocess.run(["sh", "-c", {CALLS!r}])]):
    time.sleep(1000)
"""


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGKILL])
def test_it_ends_with_whoever_asked(how: signal.Signals, tmp_path: Path) -> None:
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    with subprocess.Popen([sys.executable, "-c", ASKS], cwd=tmp_path, env=environment) as asks:
        called = number_in(tmp_path / "there")
        asks.send_signal(how)
        assert asks.wait(60) == -how
    assert gone(called)


def test_it_has_ended_when_whoever_asked_has_an_error(tmp_path: Path) -> None:
    def work() -> list[int]:
        (tmp_path / "process").write_text(f"{os.getpid()}\n")
        time.sleep(1_000)
        return []

    def asks() -> None:
        number_in(tmp_path / "process")
        raise ValueError("here")

    with pytest.raises(ValueError, match="here"), Beside(work):
        asks()
    assert gone(number_in(tmp_path / "process"))
