"""From tenants to a board: every pass in turn, evidence first, then the board's own tools."""

from __future__ import annotations

import shutil
from pathlib import Path

from boards.netfpga.build import prepare_sume
from boards.versa_ecp5.build import BuildReport, build
from boards.versa_ecp5.top import VersaTop
from hdl.core import Core
from hdl.datapath import DatapathParameters
from hdl.register_map import c_header, markdown
from mlclick.design import Progress, Split
from mlclick.flow import build_datapath, port_count
from mlclick.verify import core_of, verify
from sim.evidence import Evidence, netlist_hash, read_evidence, write_evidence

BOARDS = ("netfpga_sume", "versa_ecp5")
VIVADO_MISSING = 3


def default_board() -> str:
    """The board that this machine can build: the SUME where Vivado is on PATH, else the ECP5 board."""
    return "netfpga_sume" if shutil.which("vivado") else "versa_ecp5"


def ports_of(board: str) -> int | None:
    """The card's physical ports; None for those that the tenants use."""
    return 4 if board == "netfpga_sume" else None


def parameters_for(board: str, split: Split) -> DatapathParameters:
    """The data path that the board has room for."""
    if board == "netfpga_sume":
        return DatapathParameters(256, 4, budget=5, ingress_depth=256, egress_depth=512)
    return DatapathParameters(64, port_count(split.merged), budget=8, ingress_depth=256, egress_depth=256, egress_packets=32)


def evidence_for(split: Split, parameters: DatapathParameters, folder: Path, progress: Progress) -> Evidence:
    """The evidence of this very netlist: what is in ``folder`` where it matches, else made now."""
    _, verilog = core_of(split, parameters)
    found = read_evidence(folder)
    if found is not None and found.netlist == netlist_hash(verilog) and found.complete:
        progress("evidence: that of this netlist is there")
        return found
    evidence = verify(split, parameters, progress)
    write_evidence(folder, evidence)
    return evidence


def build_versa(split: Split, out: Path, progress: Progress) -> BuildReport:
    """The ECP5 board's bitstream."""
    parameters = parameters_for("versa_ecp5", split)
    core = Core(build_datapath(split, parameters, progress).datapath)
    _write_maps(core, out)
    return build(VersaTop(core), out, progress)


def build_sume(split: Split, out: Path, progress: Progress) -> bool:
    """The SUME's data path, checked and with its project ready; runs Vivado where there is one. False where there is none."""
    core = Core(build_datapath(split, parameters_for("netfpga_sume", split), progress).datapath)
    _write_maps(core, out)
    return prepare_sume(core, out, progress)


def _write_maps(core: Core, out: Path) -> None:
    out.mkdir(parents=True, exist_ok=True)
    (out / "registers.h").write_text(c_header(core.registers), encoding="utf-8")
    (out / "registers.md").write_text(markdown(core.registers), encoding="utf-8")
