"""What `build` and `bench` print and how they end, without the tools that take minutes; the slow tests of
`test_readme` have those."""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path

import pytest

from boards.netfpga import build as netfpga
from boards.versa_ecp5.build import BuildReport, Placed
from boards.versa_ecp5.report import ClockResult, PlaceReport, Usage
from elements.captures.pcap import write_capture
from hdl.tools.yosys import Resources
from mlclick import bench, build, cli
from mlclick.mutants import run as mutants
from sim.evidence import Evidence, Finding
from sim.verilator import VerilatorError
from tests.mlclick.test_readme import small_tenants

Patch = pytest.MonkeyPatch
Capture = pytest.CaptureFixture[str]
BUILT = tuple(Finding(f"built {number}", "construction", True, "") for number in range(4))
SHOWN = (*BUILT, Finding("p", "proof", True, "9 obligations"), Finding("s", "simulation", True, "2 seeds"))
UNSHOWN = (*SHOWN[:-1], Finding("s", "simulation", False, "differs with seed 1"))
REPORT = PlaceReport((ClockResult("core", 70.0, 62.5),), Usage(9, 100), Usage(8, 100), Usage(7, 100), Usage(0, 10))
USED = Resources(lut=11_000, lutram=683, ff=5_341, bram18=172, uram=0, bram_bits=0, dsp=0, cells={})


@pytest.fixture
def here(tmp_path: Path, monkeypatch: Patch) -> Path:
    """The folder that the commands are called in, with two small tenants; there is no Vivado."""
    monkeypatch.chdir(small_tenants(tmp_path))
    usual = shutil.which
    monkeypatch.setattr(shutil, "which", lambda name: None if name == "vivado" else usual(name))
    return tmp_path


def run(arguments: list[str], monkeypatch: Patch, capsys: Capture) -> tuple[int, str]:
    """The exit code, and all that the command printed."""
    monkeypatch.setattr(sys, "argv", ["mlclick", *arguments])
    with pytest.raises(SystemExit) as stopped:
        cli.main()
    said = capsys.readouterr()
    return int(stopped.value.code or 0), said.out + said.err


def shown(monkeypatch: Patch, findings: tuple[Finding, ...]) -> None:
    monkeypatch.setattr(cli, "evidence_for", lambda *_: Evidence("core", "machine", ("a", "b"), findings))


def test_the_sume_s_build_without_vivado_says_what_is_missing(here: Path, monkeypatch: Patch, capsys: Capture) -> None:
    shown(monkeypatch, SHOWN)
    monkeypatch.setattr(netfpga, "synthesise_stat", lambda verilog, top, family: USED)
    code, said = run(["build", "a,b", "--board", "netfpga_sume"], monkeypatch, capsys)
    assert code == 3
    assert "fits: LUTs 11683/433200, flip-flops 5341/866400, RAMB18 172/2940, DSPs 0/3600\n" in said
    assert "the project is ready in build/netfpga_sume, but vivado is not on PATH: source its settings64.sh,\n" in said
    for name in ("nf_datapath.v", "mlclick.xdc", "build.tcl", "registers.h", "registers.md"):
        assert (here / "build" / "netfpga_sume" / name).stat().st_size > 100, name


def test_the_sume_s_build_with_vivado_and_without_the_shell_s_settings_ends_before_it(
    here: Path, monkeypatch: Patch, capsys: Capture
) -> None:
    monkeypatch.setattr(shutil, "which", lambda name: f"/opt/{name}")
    monkeypatch.delenv("SUME_FOLDER", raising=False)
    monkeypatch.delenv("NF_DESIGN_DIR", raising=False)
    code, said = run(["build", "a,b"], monkeypatch, capsys)
    assert code == 1
    # The tenants have been read, and nothing was begun that takes time.
    assert said.startswith("board: netfpga_sume (Vivado is on PATH)\n")
    assert "cutting" not in said
    assert said.endswith(
        "error: vivado is on PATH but the SUME's shell is not known (SUME_FOLDER and NF_DESIGN_DIR not set): "
        "set NF_PROJECT_NAME in tools/settings.sh of the shell's checkout and source it\n"
    )


@pytest.mark.parametrize("board", build.BOARDS)
def test_without_evidence_nothing_is_built(board: str, here: Path, monkeypatch: Patch, capsys: Capture) -> None:
    shown(monkeypatch, UNSHOWN)
    monkeypatch.setattr(build, "synthesise", lambda *_: "{}")
    monkeypatch.setattr(build, "place", lambda *_: Placed("", REPORT))
    code, said = run(["build", "a,b", "--board", board], monkeypatch, capsys)
    assert code == 1
    assert "FAILS  by simulation    s: differs with seed 1\n" in said
    assert "no build: the evidence for this netlist is not complete\n" in said
    assert sorted(path.name for path in (here / "build" / board).iterdir()) == ["registers.h", "registers.md"]


def test_the_ecp5_board_s_build_says_where_all_is_and_what_was_shown(here: Path, monkeypatch: Patch, capsys: Capture) -> None:
    shown(monkeypatch, SHOWN)
    monkeypatch.setattr(build, "synthesise", lambda *_: "{}")
    monkeypatch.setattr(build, "place", lambda *_: Placed("", REPORT))
    monkeypatch.setattr(build, "pack", lambda placed, out, progress: BuildReport(out, out / "versa.bit", out / "u.config", placed.report))
    code, said = run(["build", "a,b"], monkeypatch, capsys)
    assert code == 0
    assert "board: versa_ecp5 (Vivado is not on PATH)\n" in said
    for line in (
        "elements: 36 in hardware, 1 in software",
        "evidence: 1 by proof, 1 by simulation, 4 by construction",
        "core: 70.0 MHz of 62.5",
        "LUT 9/100, FF 8/100, BRAM 7/100, DSP 0/10",
        "bitstream: build/versa_ecp5/versa.bit",
    ):
        assert f"{line}\n" in said, said


def test_bench_says_what_the_last_tenant_costs(here: Path, monkeypatch: Patch, capsys: Capture) -> None:
    luts = iter((1_000, 1_025))
    monkeypatch.setattr(bench, "synthesise_stat", lambda verilog, top, family: Resources(next(luts), 0, 5, 2, 0, 0, 0, {}))
    code, said = run(["bench", "a,b", "--packets", "50"], monkeypatch, capsys)
    assert code == 0
    assert "b costs 2.5 % more LUTs\n" in said
    sizes, speeds = (json.loads((here / "build" / "bench" / f"{name}.json").read_text()) for name in ("sizes", "speeds"))
    assert [(size["tenants"], size["luts"]) for size in sizes] == [(["a"], 1_000), (["a", "b"], 1_025)]
    assert [speed["reading"] for speed in speeds] == ["reference", "compiled"]
    assert speeds[0]["ratio"] == 1
    code, said = run(["bench", "a"], monkeypatch, capsys)
    assert code == 2


def test_a_simulator_that_cannot_be_made_ends_in_what_its_tool_says(here: Path, monkeypatch: Patch, capsys: Capture) -> None:
    def without_compiler(*_: object) -> None:
        raise VerilatorError("no C++ compiler found: install g++, or set CXX to one")

    monkeypatch.setattr(cli, "run_split", without_compiler)
    capture = here / "in.pcap"
    write_capture(capture, [(0, bytes(60))])
    code, said = run(["run", "a,b", "--hardware", "sim", "--in", f"0={capture}", "--out", "out"], monkeypatch, capsys)
    assert code == 1
    assert said.endswith("error: no C++ compiler found: install g++, or set CXX to one\n")
    assert "Traceback" not in said


def test_mutants_of_a_design_that_is_not_sound_end_in_the_check_that_fails(monkeypatch: Patch, capsys: Capture) -> None:
    monkeypatch.setattr(mutants, "caught_by", lambda: "strays")
    code, said = run(["mutants"], monkeypatch, capsys)
    assert (code, said) == (1, "no mutant: every check must hold\nerror: the sound design fails: strays\n")
