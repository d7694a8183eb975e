"""Evidence is made of all checks, and one that breaks has failed without hiding the others."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from graph.diagnostics import ClickError, Diagnostic, Location
from hdl.tools.yosys import YosysError
from mlclick import verify as module
from mlclick.design import Source, Split
from mlclick.flow import merge_tenants, rates_of, split
from mlclick.verify import RULES, verify
from sim.evidence import Evidence, Finding
from sim.verilated import AssertionFailed
from sim.verilator import VerilatorError
from tests.hdl.test_watch import core
from tests.mlclick.test_readme import small_tenants

ROUND = ClickError(Diagnostic(Location("a", "a.click", 1, 2), "it goes round", "let it out"))
HELD = Finding("held", "simulation", True, "2 seeds")


@pytest.fixture
def design(tmp_path: Path) -> Split:
    merged = merge_tenants(Source(("a", "b"), small_tenants(tmp_path) / "tenants"))
    return split(merged, rates_of(merged, None))


def made(design: Split, monkeypatch: pytest.MonkeyPatch, error: Exception | None) -> Evidence:
    """Evidence where two-run noninterference finds something and then ends with ``error``."""

    def proofs(*_: object) -> Iterator[Finding]:
        yield Finding("built", "construction", True, "")
        yield Finding("proved", "proof", True, "9 obligations")

    def runs(*_: object) -> Iterator[Finding]:
        yield HELD
        if error is not None:
            raise error

    def agreement(*_: object) -> Iterator[Finding]:
        yield Finding("agrees", "simulation", True, "")

    monkeypatch.setattr(module, "core_hash", lambda core: "the core")
    monkeypatch.setattr(module, "_proofs", proofs)
    monkeypatch.setattr(module, "_noninterference", runs)
    monkeypatch.setattr(module, "_agreement", agreement)
    return verify(design, core(), lambda line: None)


def test_what_holds_is_complete(design: Split, monkeypatch: pytest.MonkeyPatch) -> None:
    evidence = made(design, monkeypatch, None)
    assert evidence.complete
    assert evidence.findings[-1] == Finding(RULES, "simulation", True, "in every cycle that was simulated here")


@pytest.mark.parametrize(
    ("error", "detail", "rules"),
    [
        (AssertionFailed("x breaks M1"), "x breaks M1", False),
        (RuntimeError("the bus does not answer"), "RuntimeError: the bus does not answer", True),
        (ValueError("not one step"), "ValueError: not one step", True),
        (KeyError("no such port"), "KeyError: 'no such port'", True),
        (ROUND, "a: a.click:1:2: error: it goes round\n  let it out", True),
        (VerilatorError("g++ ended with status 1:\nx.cpp: error"), "g++ ended with status 1:\nx.cpp: error", True),
        (YosysError("yosys ended with status 1:\nERROR"), "yosys ended with status 1:\nERROR", True),
    ],
)
def test_a_check_that_breaks_has_failed_and_hides_no_other(
    error: Exception, detail: str, rules: bool, design: Split, monkeypatch: pytest.MonkeyPatch
) -> None:
    evidence = made(design, monkeypatch, error)
    assert not evidence.complete
    assert HELD in evidence.findings
    assert Finding("a tenant alone and beside another", "simulation", False, detail) in evidence.findings
    assert [finding.name for finding in evidence.findings[-2:]] == ["agrees", RULES]
    assert evidence.findings[-1].holds == rules
