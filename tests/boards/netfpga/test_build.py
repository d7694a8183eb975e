"""The SUME's build around Vivado: what it is given, and what becomes of its reports. Vivado is a script here, and Yosys's figures are
given: a slow test of `tests.mlclick.test_readme` has it synthesise a core.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from boards.netfpga import build
from boards.netfpga.build import TimingNotMet, VivadoFailed, prepare_sume
from hdl.tools.yosys import Resources
from mlclick.build import core_for, ports_of
from mlclick.design import Source
from mlclick.flow import merge_tenants, rates_of, split
from tests.mlclick.test_readme import small_tenants

VIVADO = """#!/bin/sh
echo "$@" > called.txt
test -f build.tcl && test -f nf_datapath.v && test -f mlclick.xdc || exit 9
[ -z "$SLACK" ] || printf '    WNS(ns)      TNS(ns)\\n    -------      -------\\n     %s      0.000\\n' "$SLACK" > timing.rpt
exit "$STATUS"
"""


@pytest.fixture
def vivado(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """A `vivado` on PATH; SLACK and STATUS say how its run ends."""
    tool = tmp_path / "bin" / "vivado"
    tool.parent.mkdir()
    tool.write_text(VIVADO)
    tool.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tool.parent}:/usr/bin:/bin")
    return monkeypatch


@pytest.mark.slow
def test_vivado_is_run_and_its_timing_report_decides(tmp_path: Path, vivado: pytest.MonkeyPatch) -> None:
    out, lines = tmp_path / "out", list[str]()
    merged = merge_tenants(Source(("a", "b"), small_tenants(tmp_path) / "tenants"))
    design = core_for("netfpga_sume", split(merged, rates_of(merged, None), ports=ports_of("netfpga_sume")), out, lines.append)
    used = Resources(lut=11_000, lutram=683, ff=5_341, bram18=172, uram=0, bram_bits=0, dsp=0, cells={})

    def figures(verilog: str, top: str, family: str) -> Resources:
        assert (top, family) == ("nf_datapath", "xc7")
        assert "module nf_datapath(" in verilog
        return used

    vivado.setattr(build, "synthesise_stat", figures)
    lines.clear()
    vivado.setenv("SLACK", "0.113")
    vivado.setenv("STATUS", "0")
    assert prepare_sume(design, out, lines.append)
    assert (out / "called.txt").read_text() == "-mode batch -source build.tcl\n"
    assert lines[0] == "synthesis for the XC7VX690T (Yosys)"
    assert lines[1] == "fits: LUTs 11683/433200, flip-flops 5341/866400, RAMB18 172/2940, DSPs 0/3600"
    assert lines[2:] == ["Vivado", "worst slack 0.113 ns"]
    vivado.setenv("SLACK", "-0.250")
    with pytest.raises(TimingNotMet, match=r"^the design is 0\.250 ns too slow$"):
        prepare_sume(design, out, lines.append)
    vivado.setenv("SLACK", "0.100")
    vivado.setenv("STATUS", "7")
    with pytest.raises(VivadoFailed, match=r"^vivado ended with status 7: see vivado\.log in "):
        prepare_sume(design, out, lines.append)
    vivado.setenv("SLACK", "")
    with pytest.raises(VivadoFailed, match=r"^vivado ended with status 7 and left no timing report that can be read: see vivado\.log in "):
        prepare_sume(design, out, lines.append)
