"""The SUME's build: Verilog, a check that it synthesises and fits, a Vivado project against the user's own checkout of the shell."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Final

from boards.netfpga.nf_datapath import NfDatapath
from hdl.core import Core
from hdl.tools.verilog import to_verilog
from hdl.tools.yosys import Resources, synthesise_stat

PART: Final = "xc7vx690t-3-ffg1761"
CAPACITY: Final = {"LUTs": 433_200, "flip-flops": 866_400, "RAMB18": 2_940, "DSPs": 3_600}
"""Of an XC7VX690T."""

_TCL: Final = """# Vivado 2016.4 and later: the reference project with its nf_datapath replaced. Needs SUME_FOLDER and NF_DESIGN_DIR.
set here [file dirname [file normalize [info script]]]
foreach name {{SUME_FOLDER NF_DESIGN_DIR}} {{
    if {{![info exists ::env($name)]}} {{ puts "ERROR: $name is not set: source tools/settings.sh of the shell"; exit 2 }}
}}
open_project [glob $::env(NF_DESIGN_DIR)/hw/project/*.xpr]
foreach old [get_files -quiet */nf_datapath.v] {{ remove_files $old }}
add_files -norecurse $here/nf_datapath.v
read_xdc $here/mlclick.xdc
update_compile_order -fileset sources_1
reset_run synth_1
launch_runs impl_1 -to_step write_bitstream -jobs 2
wait_on_run impl_1
open_run impl_1
report_timing_summary -file $here/timing.rpt
report_utilization -file $here/utilization.rpt
set slack [get_property SLACK [get_timing_paths -max_paths 1 -nworst 1 -setup]]
puts "worst slack $slack ns"
if {{$slack < 0}} {{ puts "ERROR: timing is not met"; exit 1 }}
file copy -force [glob [get_property DIRECTORY [get_runs impl_1]]/*.bit] $here/{part}.bit
"""
_XDC: Final = """# The core runs on the data path's own clock; the shell constrains that at 200 MHz.
set_property KEEP_HIERARCHY SOFT [get_cells -hierarchical -filter {REF_NAME == nf_datapath}]
"""


class DoesNotFit(Exception):
    """The core needs more than the device has. The message says of what and by how much."""


class TimingNotMet(Exception):
    """Vivado's timing report has a negative slack. The message says how much."""


class VivadoFailed(Exception):
    """Vivado ended with an error. The message says where its log is."""


def prepare_sume(core: Core, out: Path, progress: Callable[[str], None]) -> bool:
    """Write and check the project in ``out``; run Vivado and read its reports where it is on PATH, and return whether it was.

    Errors: `DoesNotFit`, `TimingNotMet`, `VivadoFailed`."""
    out.mkdir(parents=True, exist_ok=True)
    (out / "timing.rpt").unlink(missing_ok=True)
    top = NfDatapath(core)
    verilog = to_verilog(top, "nf_datapath", top.ports)
    (out / "nf_datapath.v").write_text(verilog, encoding="utf-8")
    (out / "mlclick.xdc").write_text(_XDC, encoding="utf-8")
    (out / "build.tcl").write_text(_TCL.format(part=PART), encoding="utf-8")
    progress("synthesis for the XC7VX690T (Yosys)")
    used = synthesise_stat(verilog, "nf_datapath", "xc7")
    check_fit(used)
    progress("fits: " + ", ".join(f"{name} {count}/{CAPACITY[name]}" for name, count in _needs(used).items()))
    if shutil.which("vivado") is None:
        return False
    progress("Vivado")
    done = subprocess.run(["vivado", "-mode", "batch", "-source", "build.tcl"], cwd=out, env=dict(os.environ))
    # A run that fails for its timing has left the report, which says by how much.
    report = (out / "timing.rpt").read_text(encoding="utf-8") if (out / "timing.rpt").exists() else ""
    slack = read_timing(report)
    if done.returncode or slack is None:
        why = "" if slack is not None else " and left no timing report that can be read"
        raise VivadoFailed(f"vivado ended with status {done.returncode}{why}: see vivado.log in {out}")
    progress(f"worst slack {slack} ns")
    return True


def check_fit(used: Resources) -> None:
    """Errors: `DoesNotFit`."""
    over = [f"{count} {name} of {CAPACITY[name]}" for name, count in _needs(used).items() if count > CAPACITY[name]]
    if over:
        raise DoesNotFit(f"the core needs {', '.join(over)}: move elements to software or lower the tenants' quotas")


def _needs(used: Resources) -> dict[str, int]:
    return {"LUTs": used.total_lut, "flip-flops": used.ff, "RAMB18": used.bram18, "DSPs": used.dsp}


def read_timing(report: str) -> float | None:
    """The worst setup slack in ns, None where the report has none. Errors: `TimingNotMet`."""
    found = re.search(r"WNS\(ns\).*?\n[-\s]+\n\s*(-?\d+\.\d+)", report, re.DOTALL)
    if found is None:
        return None
    slack = float(found.group(1))
    if slack < 0:
        raise TimingNotMet(f"the design is {-slack:.3f} ns too slow")
    return slack
