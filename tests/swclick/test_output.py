"""Who reads what swclick prints may go, and it ends as if nobody had; the version is said whatever else is asked."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from tests.swclick.program import PROGRAM, swclick

MANY = ("-q", "-e", "Idle -> Discard", *("-h", "classes") * 40)
"""More than a pipe holds."""


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (MANY, 0),
        ((*MANY, "-x", "s.x", "-e", "s :: Script(TYPE PASSIVE, export x 7)"), 1),
        (("-q", "-e", "s :: Script(TYPE PASSIVE, export x 7)", "-x", "s.x", "-h", "s.x", "-o", "-"), 7),
        (("-e", "Script(print 1, print 2, stop)", "-t"), 0),
        (("--help",), 0),
        (("--version",), 0),
    ],
)
def test_a_reader_that_has_gone_is_no_mistake(words: tuple[str, ...], code: int) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    done = swclick(*words, stdout=writing)
    os.close(writing)
    assert done.returncode == code
    assert b"Traceback" not in done.stderr and b"Broken pipe" not in done.stderr
    assert (done.stderr == b"") == (code != 1)


def test_a_reader_that_goes_meanwhile_stops_nothing() -> None:
    text = "Script(export n 0, label a, print $n, set n $(add $n 1), goto a $(lt $n 500), stop)"
    with subprocess.Popen([*PROGRAM, "-x", "s.n", "-e", f"s :: {text}"], stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None and process.stderr is not None
        assert process.stdout.readline() == b"0\n"
        process.stdout.close()
        assert (process.stderr.read(), process.wait()) == (b"", 500 & 0xFF)


def test_no_standard_output_at_all_is_no_mistake() -> None:
    done = swclick("-q", "-e", "Idle -> Discard", "-h", "list", preexec_fn=lambda: os.close(1))
    assert (done.returncode, done.stderr) == (0, b"")


def test_a_full_disk_is_said_once() -> None:
    with Path("/dev/full").open("wb") as full:
        done = swclick("-e", "Script(print 1, wait 1ms, print 2, stop)", "-h", "list", stdout=full)
    assert (done.returncode, done.stderr) == (0, b"swclick: standard output: No space left on device\n")


@pytest.mark.parametrize(
    "words",
    [
        ("-V",),
        ("-v",),
        ("--version",),
        ("-q", "-V", "-h", "x.y"),
        ("--version", "--nosuch"),
        ("a.click", "b.click", "-e", "x", "-V"),
        ("--help", "-V"),
    ],
)
def test_the_version_is_printed_whatever_else_is_asked(words: tuple[str, ...]) -> None:
    done = swclick(*words)
    assert (done.returncode, done.stderr) == (0, b"")
    assert done.stdout.splitlines()[0] == b"click (Click) 2.1"
