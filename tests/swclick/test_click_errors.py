"""Mistakes are printed as Click prints them."""

from __future__ import annotations

import pytest

from swclick.command import run


def test_mistakes_of_an_element_stand_below_its_place(capsys: pytest.CaptureFixture[str]) -> None:
    text = "i :: Idle;\nrw :: IPRewriter(pattern 1.0.0.1 1x - - 0 1, keep 0 0, pattern - - x - 0 0);\n"
    text += "i -> rw -> i; i [1] -> [1] rw; i [2] -> [2] rw;"
    assert run(["-e", text]) == 1
    assert capsys.readouterr().err == (
        "config:2: While configuring 'rw :: IPRewriter':\n"
        "  input spec 0: bad source port\n"
        "  input spec 2: bad destination address\n"
        "Router could not be initialized!\n"
    )


def test_other_mistakes_come_with_their_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["-e", "Idle -> x :: Nothing -> Idle;"]) == 1
    assert capsys.readouterr().err.startswith("config:1:9: error: unknown element class 'Nothing'\n    Idle -> x :: Nothing -> Idle;\n")
