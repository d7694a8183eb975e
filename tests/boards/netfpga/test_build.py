"""The SUME's build around Vivado: what it is given, what it needs, and what becomes of its reports. Vivado is a script here, and Yosys's
figures are given.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from boards.netfpga import build
from boards.netfpga.build import WRITES, DoesNotFit, TimingNotMet, VivadoFailed, check_shell, prepare_sume
from hdl.tools.yosys import Resources
from mlclick.build import core_for, ports_of
from mlclick.design import Source
from mlclick.flow import merge_tenants, rates_of, split
from tests.boards.netfpga.shell import summary
from tests.mlclick.test_readme import small_tenants

VIVADO = """#!/bin/sh
echo "$@" > called.txt
test -f build.tcl && test -f nf_datapath.v && test -f mlclick.xdc || exit 9
[ -z "$REPORT" ] || echo "$REPORT" > timing.rpt
exit "$STATUS"
"""
USED = Resources(lut=11_000, lutram=683, ff=5_341, bram18=172, uram=0, bram_bits=0, dsp=0, cells={})
TOO_MUCH = Resources(lut=500_000, lutram=0, ff=5_341, bram18=172, uram=0, bram_bits=0, dsp=0, cells={})


def made_shell(folder: Path) -> dict[str, str]:
    """A checkout of the shell with a project; returns what the shell's settings put into the environment."""
    hardware = folder / "shell" / "switch" / "hw"
    for name in ("hdl/nf_datapath.v", "project/switch.xpr"):
        (hardware / name).parent.mkdir(parents=True)
        (hardware / name).write_text("the shell's")
    return {"SUME_FOLDER": str(folder / "shell"), "NF_DESIGN_DIR": str(hardware.parent)}


@pytest.fixture
def vivado(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """A `vivado` on PATH and a shell in the environment; REPORT and STATUS say how its run ends. Yosys finds that the core fits."""
    tool = tmp_path / "bin" / "vivado"
    tool.parent.mkdir()
    tool.write_text(VIVADO)
    tool.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tool.parent}:/usr/bin:/bin")
    for name, value in made_shell(tmp_path).items():
        monkeypatch.setenv(name, value)

    def figures(verilog: str, top: str, family: str) -> Resources:
        assert (top, family) == ("nf_datapath", "xc7")
        assert "module nf_datapath #(" in verilog
        assert "module mlclick_datapath(" in verilog
        return USED

    monkeypatch.setattr(build, "synthesise_stat", figures)
    return monkeypatch


@pytest.fixture
def out(tmp_path: Path) -> Path:
    """The folder of a build, full of what another left."""
    folder = tmp_path / "out"
    folder.mkdir()
    for name in WRITES:
        (folder / name).write_text("old")
    return folder


@pytest.mark.slow
def test_vivado_is_run_and_its_timing_report_decides(tmp_path: Path, out: Path, vivado: pytest.MonkeyPatch) -> None:
    lines = list[str]()
    merged = merge_tenants(Source(("a", "b"), small_tenants(tmp_path) / "tenants"))
    # Its registers are listed in another folder than that of the build.
    design = core_for(
        "netfpga_sume", split(merged, rates_of(merged, None), ports=ports_of("netfpga_sume")), tmp_path / "core", lines.append
    )
    lines.clear()
    vivado.setenv("REPORT", summary("0.113", "0.021"))
    vivado.setenv("STATUS", "0")
    assert prepare_sume(design, out, lines.append)
    assert (out / "called.txt").read_text() == "-mode batch -source build.tcl\n"
    assert lines[0] == "synthesis for the XC7VX690T (Yosys)"
    assert lines[1] == "fits: LUTs 11683/433200, flip-flops 5341/866400, RAMB18 172/2940, DSPs 0/3600"
    assert lines[2:] == ["Vivado", "worst slack: setup 0.113 ns, hold 0.021 ns"]
    assert {path.name for path in out.iterdir()} <= {*WRITES, "called.txt"}
    # The same core has the same Verilog, which takes longest.
    verilog = (out / "nf_datapath.v").read_text()
    vivado.setattr(build, "sume_verilog", lambda top: verilog)
    vivado.setenv("REPORT", summary("-0.250", "0.021"))
    with pytest.raises(TimingNotMet, match=r"^timing is not met: the design lacks 0\.250 ns of setup$"):
        prepare_sume(design, out, lines.append)
    vivado.setenv("REPORT", summary("0.100", "0.021"))
    vivado.setenv("STATUS", "7")
    with pytest.raises(VivadoFailed, match=r"^vivado ended with status 7: see vivado\.log in "):
        prepare_sume(design, out, lines.append)
    vivado.setenv("REPORT", "")
    with pytest.raises(VivadoFailed, match=r"^vivado ended with status 7 and left no timing report that can be read: see vivado\.log in "):
        prepare_sume(design, out, lines.append)
    # What does not fit leaves nothing that Vivado could be run on, and without the shell nothing is begun.
    vivado.setattr(build, "synthesise_stat", lambda verilog, top, family: TOO_MUCH)
    with pytest.raises(DoesNotFit, match=r"^the core needs 500000 LUTs of 433200: move elements to software or lower the tenants' quotas$"):
        prepare_sume(design, out, lines.append)
    assert [path.name for path in out.iterdir()] == ["called.txt"]
    lines.clear()
    vivado.delenv("SUME_FOLDER")
    with pytest.raises(VivadoFailed, match=r"^vivado is on PATH but the SUME's shell is not known \(SUME_FOLDER not set\): "):
        prepare_sume(design, out, lines.append)
    assert lines == []
    assert [path.name for path in out.iterdir()] == ["called.txt"]


def refused(environment: dict[str, str]) -> str:
    with pytest.raises(VivadoFailed) as error:
        check_shell(environment)
    return str(error.value)


def test_a_shell_that_cannot_be_built_with_is_refused(tmp_path: Path) -> None:
    shell = made_shell(tmp_path)
    hardware = Path(shell["NF_DESIGN_DIR"]) / "hw"
    check_shell(shell)
    way = "set NF_PROJECT_NAME in tools/settings.sh of the shell's checkout and source it"
    for missing in (["SUME_FOLDER"], ["NF_DESIGN_DIR"], ["SUME_FOLDER", "NF_DESIGN_DIR"]):
        some = {name: value for name, value in shell.items() if name not in missing}
        for environment in (some, {**some, **dict.fromkeys(missing, "")}):
            assert refused(environment) == f"vivado is on PATH but the SUME's shell is not known ({' and '.join(missing)} not set): {way}"
    (hardware / "project" / "switch.xpr").rename(hardware / "switch.xpr")
    assert refused(shell) == f"the shell's {hardware}/project has 0 projects (*.xpr), not one: run `make project` in {hardware}"
    (hardware / "hdl" / "nf_datapath.v").unlink()
    assert refused(shell) == f"the shell's project {hardware} has no hdl/nf_datapath.v to replace: set NF_PROJECT_NAME to reference_switch"
