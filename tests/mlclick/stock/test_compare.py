"""`mlclick compare` runs elements here and in another click, and says how they differ; here the other is this project's own."""

from __future__ import annotations

import json
import shlex
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

import swclick
from elements.captures.pcap import NANOSECONDS, file_header, read_capture, write_capture
from graph.diagnostics import ClickError
from mlclick.cli import app
from mlclick.stock.command import missing_classes, stock_click

ROOT = Path(next(iter(swclick.__path__))).parent
OURS = f"import sys; sys.path.insert(0, {str(ROOT)!r}); from swclick.command import main; main()"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("MLCLICK_DATA", raising=False)
    return tmp_path


def program(text: str) -> str:
    path = Path("click")
    path.write_text(f"#!/bin/sh\n{text}\n", encoding="utf-8")
    path.chmod(0o755)
    return "./click"


def stand_in(change: str = "") -> str:
    """A click that is ours; ``change``: a script of sed for the configuration before it is run."""
    sed = f"[ -f compared.click ] && sed -i {shlex.quote(change)} compared.click\n" if change else ""
    return program(f'{sed}exec {shlex.quote(sys.executable)} -c {shlex.quote(OURS)} "$@"')


def test_the_same_packets_leave_both() -> None:
    done = CliRunner().invoke(app, ["compare", stand_in(), "--only", "PushNull", "--seed", "3"])
    assert done.exit_code == 0, done.output
    lines = done.output.splitlines()
    assert lines[0] == "seed: 3"
    assert lines[2].split() == ["PushNull", "1", lines[2].split()[2], "same"]
    assert int(lines[2].split()[2]) > 100
    assert lines[-3:] == [
        "figures: build/compare/compare.json",
        "1 of 1 configurations send what Click sends",
        "1 of 1 elements send what Click sends",
    ]
    said = json.loads(Path("build/compare/compare.json").read_text(encoding="utf-8"))
    assert [each["differs"] for each in said["examples"]] == [[]]
    assert (said["seed"], said["captures"], said["not_compared"]) == (3, None, {})


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ("s/x :: PushNull;/x :: Strip(1);/", "packet 0 of w0.0 differs at byte 0"),
        ("s/x :: PushNull;/x :: CheckLength(60);/", "packet "),
        ("s/x :: PushNull;/x :: Paint(9);/", "says 'w0.0:"),
    ],
)
def test_a_click_that_sends_something_else_is_reported(change: str, said: str) -> None:
    done = CliRunner().invoke(app, ["compare", stand_in(change), "--only", "PushNull"])
    assert done.exit_code == 1, done.output
    assert "differs in 1" in done.output
    assert f"    PushNull: {said}" in done.output
    assert done.output.splitlines()[-1] == "0 of 1 elements send what Click sends"
    assert sorted(path.name for path in Path("build/compare/PushNull-0").iterdir()) == ["click", "mlclick"]


def test_an_example_that_is_said_to_send_nothing_is_no_error() -> None:
    done = CliRunner().invoke(app, ["compare", stand_in(), "--only", "Idle"])
    assert (done.exit_code, done.output.splitlines()[2].split()) == (0, ["Idle", "1", "0", "same"]), done.output


def test_a_class_that_the_click_does_not_have_is_listed() -> None:
    assert missing_classes(stock_click(stand_in()), ["Null", "Strip"]) == []
    without = program("""[ "$1" = --version ] && echo "click (Click) 2.1"; echo "config:1: unknown element class 'Null'" >&2; exit 1""")
    assert missing_classes(stock_click(without), ["Null", "Strip"]) == ["Null"]
    done = CliRunner().invoke(app, ["compare", without, "--only", "*Null"])
    assert done.exit_code == 1, done.output
    assert f"{'Null':24}{'not compared':>15}  not in this Click" in done.output.splitlines()


def refused(*words: str) -> str:
    done = CliRunner().invoke(app, ["compare", *words])
    assert isinstance(done.exception, ClickError)
    return str(done.exception)


def test_a_click_that_is_not_there_is_refused() -> None:
    assert refused("no/click") == (
        "CLICK:1:1: error: CLICK names the program 'no/click', which is not there\n"
        "  name a click that is built: userlevel/click of its source"
    )


def test_a_program_that_is_no_click_is_refused() -> None:
    assert refused(program("echo hello")) == (
        "CLICK:1:1: error: CLICK names ./click, which is no click: --version does not say so\n"
        "  name userlevel/click of a built source of Click"
    )


def test_a_pattern_like_no_class_is_refused() -> None:
    assert refused(stand_in(), "--only", "Z*") == (
        "--only:1:1: error: no element class is like 'Z*'\n  the first are ARPPrint, ARPQuerier, ARPResponder"
    )


def test_a_folder_of_captures_that_is_not_there_is_refused() -> None:
    assert refused(stand_in(), "--only", "Null", "--data", "no/folder") == (
        "no/folder:1:1: error: the folder of captures is not there\n  name one that is, or leave it out"
    )


def test_captures_are_sent_behind_what_is_made() -> None:
    Path("captures").mkdir()
    write_capture(Path("captures/a.pcap"), [(5, bytes([number]) * 20) for number in range(3)])
    done = CliRunner().invoke(app, ["compare", stand_in(), "--only", "Print", "--data", "captures"])
    assert done.exit_code == 0, done.output
    assert done.output.splitlines()[0] == "seed: 1; 3 frames of captures in captures"
    assert len(read_capture(Path("build/compare/in.pcap")).packets) == 263
    said = json.loads(Path("build/compare/compare.json").read_text(encoding="utf-8"))
    assert (said["captures"], list(said["not_compared"])) == ("captures", ["Print(x, 60, HEADROOM true)"])


def test_where_nothing_is_compared_that_is_said() -> None:
    without = program("""[ "$1" = --version ] && echo "click (Click) 2.1"; echo "config:1: unknown element class 'Null'" >&2; exit 1""")
    advice = "  leave --only out, or name classes that are compared"
    assert refused(without, "--only", "Null") == (f"--only:1:1: error: there is nothing to compare: Null: not in this Click\n{advice}")
    assert refused(stand_in(), "--only", "RED") == (
        f"--only:1:1: error: there is nothing to compare: RED: which packets it drops is random\n{advice}"
    )


def test_a_click_that_does_not_say_what_it_knows_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mlclick.stock.command.PATIENCE", 1)
    slow = program("""[ "$1" = --version ] && echo "click (Click) 2.1" || exec sleep 60""")
    assert refused(slow, "--only", "Null") == (
        f"CLICK:1:1: error: CLICK names {Path(slow).resolve()}, which does not say within 1 s which classes it has\n"
        "  see what it does with -q -e 'Idle'"
    )


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (file_header(NANOSECONDS, 65535, 113), "this capture is of link type 113, not Ethernet\n  capture on an Ethernet interface"),
        (b"text", "this is not a pcap capture\n  captures are files as tcpdump -w writes them"),
    ],
)
def test_a_capture_that_is_of_no_ethernet_is_refused(data: bytes, said: str) -> None:
    Path("captures").mkdir()
    Path("captures/a.pcap").write_bytes(data)
    assert refused(stand_in(), "--only", "Null", "--data", "captures") == f"captures/a.pcap:1:1: error: {said}"
