"""The SUME's build: Verilog, a check that it synthesises and fits, and Vivado on the user's own checkout of the shell.

It serves the shell's reference projects whose ``top.v`` instantiates the module ``nf_datapath``: reference_switch and reference_switch_lite
of NetFPGA-SUME-live 1.8.0. The others (reference_nic, reference_router) are block designs without it. The shell's own `make project` makes
the project, which this one then changes.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

from boards.netfpga.nf_datapath import NfDatapath
from boards.netfpga.shell_module import DATAPATH, TOP, sume_verilog
from hdl.core import Core
from hdl.tools.yosys import Resources, synthesise_stat

PART: Final = "xc7vx690t-3-ffg1761"
CAPACITY: Final = {"LUTs": 433_200, "flip-flops": 866_400, "RAMB18": 2_940, "DSPs": 3_600}
"""Of an XC7VX690T."""
VERILOG: Final = f"{TOP}.v"
WRITES: Final = (VERILOG, "mlclick.xdc", "build.tcl", "timing.rpt", "utilization.rpt", f"{PART}.bit", "vivado.log", "vivado.jou")
"""What a build leaves in its folder, Vivado's run included."""
_SHELL: Final = ("SUME_FOLDER", "NF_DESIGN_DIR")
_SETTINGS: Final = "set NF_PROJECT_NAME in tools/settings.sh of the shell's checkout and source it"

_TCL: Final = """# Vivado 2016.4 and later: the reference project with its {top} replaced. Needs {shell}.
set here [file dirname [file normalize [info script]]]
foreach name {{{shell}}} {{
    if {{![info exists ::env($name)]}} {{ puts "ERROR: $name is not set: {settings}"; exit 2 }}
}}
open_project [glob $::env(NF_DESIGN_DIR)/hw/project/*.xpr]
set old [get_files -quiet */{verilog}]
if {{![llength $old]}} {{ puts "ERROR: the project has no {verilog}: set NF_PROJECT_NAME to reference_switch"; exit 2 }}
remove_files $old
add_files -norecurse $here/{verilog}
add_files -fileset [get_property CONSTRSET [get_runs impl_1]] -norecurse $here/mlclick.xdc
update_compile_order -fileset sources_1
reset_run synth_1
launch_runs impl_1 -to_step write_bitstream -jobs 2
wait_on_run impl_1
open_run impl_1
report_timing_summary -file $here/timing.rpt
report_utilization -file $here/utilization.rpt
foreach kind {{setup hold}} {{
    set slack [get_property SLACK [get_timing_paths -max_paths 1 -nworst 1 -$kind]]
    puts "worst slack of $kind: $slack ns"
    if {{$slack < 0}} {{ puts "ERROR: timing is not met"; exit 1 }}
}}
file copy -force [glob [get_property DIRECTORY [get_runs impl_1]]/*.bit] $here/{part}.bit
"""
_XDC: Final = f"""# The core runs on the data path's own clock; the shell constrains that at 200 MHz.
set_property KEEP_HIERARCHY SOFT [get_cells -hierarchical -filter {{REF_NAME == {DATAPATH}}}]
"""
_SLACKS: Final = {"setup": "WNS(ns)", "hold": "WHS(ns)"}
"""The kinds of slack, by the columns of the timing summary that have the worst of each."""


class DoesNotFit(Exception):
    """The core needs more than the device has. The message says of what and by how much."""


class TimingNotMet(Exception):
    """Vivado's timing report has a negative slack. The message says how much."""


class VivadoFailed(Exception):
    """Vivado ended with an error, or there is no shell for it to build with. The message says where its log is, or what is missing."""


def prepare_sume(core: Core, out: Path, progress: Callable[[str], None]) -> bool:
    """Write and check the project in ``out``; run Vivado and read its reports where it is on PATH, and return whether it was.

    ``build.tcl``, which makes a bitstream of what lies there, is written when all is found to fit. Errors: `DoesNotFit`, `TimingNotMet`,
    `VivadoFailed`; a shell that is missing is found before synthesis."""
    out.mkdir(parents=True, exist_ok=True)
    for name in WRITES:
        (out / name).unlink(missing_ok=True)
    found = shutil.which("vivado")
    if found is not None:
        check_shell(os.environ)
    verilog = sume_verilog(NfDatapath(core))
    progress("synthesis for the XC7VX690T (Yosys)")
    used = synthesise_stat(verilog, TOP, "xc7")
    check_fit(used)
    progress("fits: " + ", ".join(f"{name} {count}/{CAPACITY[name]}" for name, count in _needs(used).items()))
    (out / VERILOG).write_text(verilog, encoding="utf-8")
    (out / "mlclick.xdc").write_text(_XDC, encoding="utf-8")
    tcl = _TCL.format(part=PART, top=TOP, verilog=VERILOG, shell=" ".join(_SHELL), settings=_SETTINGS)
    (out / "build.tcl").write_text(tcl, encoding="utf-8")
    if found is None:
        return False
    progress("Vivado")
    done = subprocess.run(["vivado", "-mode", "batch", "-source", "build.tcl"], cwd=out, env=dict(os.environ))
    # A run that fails for its timing has left the report, which says by how much.
    report = (out / "timing.rpt").read_text(encoding="utf-8") if (out / "timing.rpt").exists() else ""
    slacks = read_timing(report)
    if done.returncode or slacks is None:
        why = "" if slacks is not None else " and left no timing report that can be read"
        raise VivadoFailed(f"vivado ended with status {done.returncode}{why}: see vivado.log in {out}")
    progress("worst slack: " + ", ".join(f"{kind} {slack} ns" for kind, slack in slacks.items()))
    return True


def check_shell(environment: Mapping[str, str]) -> None:
    """That ``environment`` names the shell's checkout and a project there that can be built. Errors: `VivadoFailed`."""
    missing = [name for name in _SHELL if not environment.get(name)]
    if missing:
        raise VivadoFailed(f"vivado is on PATH but the SUME's shell is not known ({' and '.join(missing)} not set): {_SETTINGS}")
    folder = Path(environment["NF_DESIGN_DIR"]) / "hw"
    if not (folder / "hdl" / VERILOG).exists():
        raise VivadoFailed(f"the shell's project {folder} has no hdl/{VERILOG} to replace: set NF_PROJECT_NAME to reference_switch")
    projects = len(list(folder.glob("project/*.xpr")))
    if projects != 1:
        raise VivadoFailed(f"the shell's {folder / 'project'} has {projects} projects (*.xpr), not one: run `make project` in {folder}")


def check_fit(used: Resources) -> None:
    """Errors: `DoesNotFit`."""
    over = [f"{count} {name} of {CAPACITY[name]}" for name, count in _needs(used).items() if count > CAPACITY[name]]
    if over:
        raise DoesNotFit(f"the core needs {', '.join(over)}: move elements to software or lower the tenants' quotas")


def _needs(used: Resources) -> dict[str, int]:
    return {"LUTs": used.total_lut, "flip-flops": used.ff, "RAMB18": used.bram18, "DSPs": used.dsp}


def read_timing(report: str) -> dict[str, float] | None:
    """The worst slack in ns of setup and of hold, None where the report does not have both. Errors: `TimingNotMet` for a negative one."""
    found = re.search(r"^ *(WNS\(ns\).*)\n[-\s]+\n *(\S.*)$", report, re.MULTILINE)
    if found is None:
        return None
    # Columns are two spaces apart; a title has words.
    values = dict(zip(re.split(r"\s{2,}", found[1].strip()), found[2].split(), strict=False))
    numbers = {kind: values.get(title, "") for kind, title in _SLACKS.items()}
    if not all(re.fullmatch(r"-?\d+\.\d+", number) for number in numbers.values()):
        return None
    slacks = {kind: float(number) for kind, number in numbers.items()}
    missed = [f"{-slack:.3f} ns of {kind}" for kind, slack in slacks.items() if slack < 0]
    if missed:
        raise TimingNotMet(f"timing is not met: the design lacks {' and '.join(missed)}")
    return slacks
