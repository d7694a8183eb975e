"""No bitstream without evidence, and no evidence but that of the very machine: the rule that holds a build together, without its tools."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from threading import Event
from time import sleep
from typing import Any

import pytest

from boards.versa_ecp5.build import BuildReport, Placed
from boards.versa_ecp5.report import PlaceReport, TimingError, Usage
from hdl.core import Core
from hdl.tools.yosys import YosysError
from mlclick import build, verify
from mlclick.build import build_versa, evidence_for
from mlclick.design import Progress, Source, Split
from mlclick.flow import merge_tenants, rates_of, split
from mlclick.verify import machine_hash
from sim.evidence import Evidence, Finding, read_evidence, write_evidence
from tests.hdl.test_watch import core as small_core
from tests.mlclick.test_readme import small_tenants

BUILT = tuple(Finding(f"built {number}", "construction", True, "") for number in range(4))
SHOWN = (*BUILT, Finding("p", "proof", True, ""), Finding("s", "simulation", True, ""))
UNSHOWN = (*SHOWN[:-1], Finding("s", "simulation", False, "differs with seed 1"))
NOTHING = PlaceReport((), *(Usage(0, 1),) * 4)


@pytest.fixture
def design(tmp_path: Path) -> Split:
    merged = merge_tenants(Source(("a", "b"), small_tenants(tmp_path) / "tenants"))
    return split(merged, rates_of(merged, None))


@pytest.fixture
def core(monkeypatch: pytest.MonkeyPatch) -> Core:
    monkeypatch.setattr(build, "core_hash", lambda core: "the core")
    return small_core()


def matching(design: Split) -> Evidence:
    return Evidence("the core", machine_hash(design), ("a", "b"), SHOWN)


def found_or_made(design: Split, core: Core, folder: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """Whether evidence was found in the folder, or made."""
    made = replace(matching(design), findings=UNSHOWN)
    monkeypatch.setattr(build, "verify", lambda *_: made)
    found = evidence_for(design, core, folder, lambda line: None)
    assert read_evidence(folder) == found
    return "made" if found is made else "found"


def test_evidence_of_this_machine_is_not_made_again(design: Split, core: Core, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_evidence(tmp_path, matching(design))
    assert found_or_made(design, core, tmp_path, monkeypatch) == "found"


@pytest.mark.parametrize(
    "other",
    [{"netlist": "another core"}, {"machine": "other software"}, {"tenants": ("b", "a")}, {"findings": UNSHOWN}, {"findings": SHOWN[:-1]}],
)
def test_evidence_of_another_machine_is_no_evidence(
    other: dict[str, Any], design: Split, core: Core, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_evidence(tmp_path, replace(matching(design), **other))
    assert found_or_made(design, core, tmp_path, monkeypatch) == "made"


OLD = json.dumps({"netlist": "the core", "tenants": ["a", "b"], "findings": [], "complete": True})


@pytest.mark.parametrize("text", ["", "{", "[]", OLD])
def test_evidence_that_cannot_be_read_is_no_evidence(
    text: str, design: Split, core: Core, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "evidence.json").write_text(text)
    assert found_or_made(design, core, tmp_path, monkeypatch) == "made"


def test_evidence_depends_on_what_is_software(design: Split) -> None:
    nodes = tuple(replace(node, config="other") if node.class_name == "Print" else node for node in design.software.nodes)
    assert machine_hash(replace(design, software=replace(design.software, nodes=nodes))) != machine_hash(design)


class Tools:
    """Synthesis, place and pack without the tools; how often each was asked, and what place raises."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, error: Exception | None = None) -> None:
        self.placed = self.packed = 0
        self.error = error
        monkeypatch.setattr(build, "to_verilog", lambda *_: "")
        monkeypatch.setattr(build, "synthesise", lambda *_: "{}")
        monkeypatch.setattr(build, "place", self.place)
        monkeypatch.setattr(build, "pack", self.pack)

    def place(self, *_: object) -> Placed:
        self.placed += 1
        if self.error is not None:
            raise self.error
        return Placed("", NOTHING)

    def pack(self, placed: Placed, out: Path, progress: object) -> BuildReport:
        self.packed += 1
        (out / "versa.bit").write_text("new")
        return BuildReport(out, out / "versa.bit", out, placed.report)


def test_what_is_shown_is_packed_with_its_evidence_beside_it(core: Core, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tools, evidence = Tools(monkeypatch), Evidence("the core", "m", ("a", "b"), SHOWN)
    found, report = build_versa(core, tmp_path, lambda line: None, lambda step: evidence)
    assert report is not None
    assert tools.packed == 1
    assert read_evidence(tmp_path) == found == evidence


def test_what_is_not_shown_leaves_no_bitstream(core: Core, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tools, evidence = Tools(monkeypatch), Evidence("the core", "m", ("a", "b"), UNSHOWN)
    assert build_versa(core, tmp_path, lambda line: None, lambda step: evidence) == (evidence, None)
    assert (tools.placed, tools.packed, list(tmp_path.glob("*.bit"))) == (0, 0, [])


OLD_BUILDS = {
    "versa_ecp5": ("versa.v", "versa.json", "versa.lpf", "report.json", "place.log", "versa.bit", "versa.unpacked.config"),
    "netfpga_sume": (
        *("nf_datapath.v", "mlclick.xdc", "build.tcl", "timing.rpt", "utilization.rpt", "xc7vx690t-3-ffg1761.bit"),
        *("vivado.log", "vivado.jou"),
    ),
}


@pytest.mark.parametrize("board", build.BOARDS)
def test_a_new_core_leaves_nothing_of_what_was_built_of_another(board: str, design: Split, tmp_path: Path) -> None:
    out = tmp_path / "out"
    out.mkdir()
    for name in (*OLD_BUILDS[board], "evidence.json", "registers.h"):
        (out / name).write_text("old")
    if board == "netfpga_sume":
        design = split(design.merged, rates_of(design.merged, None), ports=build.ports_of(board))
    build.core_for(board, design, out, lambda line: None)
    assert sorted(path.name for path in out.iterdir()) == ["registers.h", "registers.md"]
    assert "old" not in (out / "registers.h").read_text().split()


def raising(step: Progress) -> Evidence:
    raise KeyError("no evidence")


def test_where_evidence_or_place_and_route_fails_nothing_is_packed(core: Core, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tools = Tools(monkeypatch)
    with pytest.raises(KeyError, match="no evidence"):
        build_versa(core, tmp_path, lambda line: None, raising)
    late = Tools(monkeypatch, TimingError("too slow"))
    with pytest.raises(TimingError, match="too slow"):
        build_versa(small_core(), tmp_path, lambda line: None, lambda step: Evidence("the core", "m", ("a", "b"), SHOWN))
    assert (tools.packed, late.packed, (tmp_path / "versa.bit").exists()) == (0, 0, False)


class Synthesis:
    """Synthesis that fails, where there is an ``error``; it has ``begun``, ``may_end`` now, has ``ended``."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, error: Exception | None) -> None:
        self.error = error
        self.begun, self.may_end, self.ended = Event(), Event(), Event()
        monkeypatch.setattr(build, "to_verilog", lambda *_: "")
        monkeypatch.setattr(build, "synthesise", self)

    def __call__(self, *_: object) -> str:
        self.begun.set()
        assert self.may_end.wait(60)
        self.ended.set()
        if self.error is not None:
            raise self.error
        return "{}"


def test_synthesis_that_fails_hides_no_finding_that_fails(core: Core, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tools, synthesis = Tools(monkeypatch), Synthesis(monkeypatch, YosysError("no such cell"))
    unshown = Evidence("the core", "m", ("a", "b"), UNSHOWN)

    def evidence(step: Progress) -> Evidence:
        step("the last step")
        synthesis.may_end.set()
        return unshown

    assert build_versa(core, tmp_path, lambda line: None, evidence) == (unshown, None)
    assert synthesis.ended.is_set()
    assert tools.placed == 0


def test_synthesis_that_fails_late_is_told_behind_the_evidence(core: Core, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tools, synthesis = Tools(monkeypatch), Synthesis(monkeypatch, YosysError("no such cell"))

    def evidence(step: Progress) -> Evidence:
        synthesis.may_end.set()
        return Evidence("the core", "m", ("a", "b"), SHOWN)

    with pytest.raises(YosysError, match="no such cell"):
        build_versa(core, tmp_path, lambda line: None, evidence)
    assert tools.placed == 0


def test_synthesis_that_fails_early_ends_the_evidence_at_its_next_step(
    design: Split, core: Core, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No check takes the end for its own failure, and no evidence is written."""
    synthesis, after, beside = Synthesis(monkeypatch, YosysError("no such cell")), list[str](), tmp_path / "proofs"

    def runs(split: Split, core: Core, progress: Progress, *more: object) -> Iterator[Finding]:
        progress("the first step")
        while not beside.exists() or not beside.read_text():
            sleep(0.01)
        synthesis.may_end.set()
        for _ in range(6_000):
            sleep(0.01)
            progress("a later step")
        after.append("the runs")
        yield Finding("s", "simulation", True, "")

    def proofs(*_: object) -> Iterator[Finding]:
        # Beside it, in a process that is ended.
        beside.write_text(str(os.getpid()))
        sleep(1_000)
        yield Finding("p", "proof", True, "")

    monkeypatch.setattr(verify, "_proofs", proofs)
    monkeypatch.setattr(verify, "_noninterference", runs)
    monkeypatch.setattr(verify, "_attacks", lambda *_: after.append("the next check"))
    with pytest.raises(YosysError, match="no such cell"):
        build_versa(core, tmp_path, lambda line: None, lambda step: evidence_for(design, core, tmp_path / "evidence", step))
    assert after == []
    assert read_evidence(tmp_path / "evidence") is None
    with pytest.raises(ProcessLookupError):
        os.kill(int(beside.read_text()), 0)


@pytest.mark.parametrize("error", [None, YosysError("no such cell")])
def test_evidence_that_raises_waits_for_synthesis_and_says_its_own(
    error: Exception | None, core: Core, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tools, synthesis = Tools(monkeypatch), Synthesis(monkeypatch, error)

    def evidence(step: Progress) -> Evidence:
        assert synthesis.begun.wait(60)
        synthesis.may_end.set()
        raise KeyError("no evidence")

    with pytest.raises(KeyError, match="no evidence"):
        build_versa(core, tmp_path, lambda line: None, evidence)
    assert synthesis.ended.is_set()
    assert (tools.placed, tools.packed) == (0, 0)
