"""`mlclick memory`: what a machine has in use stays the same over an hour of its clock; a leak is seen."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from typer.testing import CliRunner

from graph.model import Graph
from mlclick.cli import app
from mlclick.malformed import machines, memory_command
from mlclick.malformed.build import machine_c
from mlclick.malformed.machines import Machine
from mlclick.malformed.memory import MORE, Used

PLACE = "    switch (source) {\n"


@pytest.fixture(autouse=True)
def _there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("MLCLICK_DATA", raising=False)


@pytest.mark.slow
def test_in_short_nothing_grows() -> None:
    """`make memory` has all machines, and an hour."""
    done = CliRunner().invoke(app, ["memory", "--seconds", "600", "--rate", "100", "--only", "catalogue-named"])
    assert done.exit_code == 0, done.output
    assert re.fullmatch(r"catalogue-named +\d{4,} +\d{4,}", done.stdout.splitlines()[1])
    assert done.stdout.splitlines()[2:] == ["none has more in use in the second half, but for 1/8 and 64 KiB"]


def test_what_is_lost_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    def leaking(graph: Graph) -> str:
        return machine_c(graph).replace(PLACE, "if (p->length > 60) { char *volatile lost = malloc(1000); lost = NULL; }\n" + PLACE)

    monkeypatch.setattr(machines, "machines", lambda: [Machine("leaks", "FromCrossing(t:0) -> Counter -> ToCrossing(t:0);")])
    assert CliRunner().invoke(app, ["memory", "--seconds", "60"]).exit_code == 0
    monkeypatch.setattr(memory_command, "machine_c", leaking)
    done = CliRunner().invoke(app, ["memory", "--seconds", "60"])
    assert done.exit_code == 1
    assert re.fullmatch(r"leaks +\d+ +\d+  GROWS", done.stdout.splitlines()[1])
    assert done.stdout.splitlines()[2:] == ["leaks grow"]


def test_a_machine_that_ends_early_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    def ending(graph: Graph) -> str:
        return machine_c(graph).replace(PLACE, 'fprintf(stderr, "over"); exit(7);\n' + PLACE)

    monkeypatch.setattr(machines, "machines", lambda: [Machine("ends", "FromCrossing(t:0) -> Counter -> ToCrossing(t:0);")])
    monkeypatch.setattr(memory_command, "machine_c", ending)
    done = CliRunner().invoke(app, ["memory", "--seconds", "60"])
    assert (done.exit_code, done.stdout.splitlines()[1:]) == (1, ["ends ended with 7: over"])


def test_halves_leave_out_what_is_for_warming_up() -> None:
    used = Used(((10, 999_999), (20, 50), (30, 70), (40, 60), (50, 65), (60, 40)))
    assert (used.halves, used.grows) == ((70, 65), False)
    for more, grows in ((10 + MORE, False), (11 + MORE, True)):
        assert Used(((10, 1), (20, 2), (30, 80), (40, 80 + more), (50, 1), (60, 1))).grows is grows
