"""From tenants to a board: every pass in turn, evidence first, then the board's own tools."""

from __future__ import annotations

import os
import shutil
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from boards.netfpga import build as netfpga
from boards.netfpga import page_register
from boards.versa_ecp5 import build as versa_ecp5
from boards.versa_ecp5 import regs_link
from boards.versa_ecp5.build import TOP, BuildReport, pack, place, synthesise
from boards.versa_ecp5.top import VersaTop
from graph.diagnostics import fail
from hdl.core import Core
from hdl.datapath import DatapathParameters
from hdl.meta import SHIM_BYTES
from hdl.register_map import c_header, markdown
from hdl.tools.verilog import to_verilog
from hdl.turns import Pace
from mlclick.compare_pairs import Thorough
from mlclick.design import Progress, Split
from mlclick.evidence_files import write_files
from mlclick.flow import build_core, port_count
from mlclick.verify import core_hash, machine_hash, verify
from sim.evidence import Evidence, read_evidence, write_evidence

BUS_BITS = {"netfpga_sume": page_register.BUS_BITS, "versa_ecp5": regs_link.BUS_BITS}
"""Address bits that each board's bus has for the core's registers."""
BUS_WAYS = {"netfpga_sume": page_register.BUS_WAY, "versa_ecp5": regs_link.BUS_WAY}
"""How the host reaches the register at ADDRESS."""
WRITES = {"netfpga_sume": netfpga.WRITES, "versa_ecp5": versa_ecp5.WRITES}
"""What each board's build leaves in its folder."""
BOARDS = tuple(BUS_BITS)
WIRE_OVERHEAD = 24
"""Bytes of a frame on the wire that its stream does not have: preamble, frame check sequence and inter-frame gap."""
SHORTEST_FRAME = 60
"""Bytes that a port fills a shorter frame up to."""
SUME_PACE = Pace(-(-256 * 8 * 200 // 10_000), WIRE_OVERHEAD, SHORTEST_FRAME)
"""10 Gb/s at 200 MHz."""
SUME_HOST_PACE = Pace(SUME_PACE.per_byte, SHIM_BYTES + 256 // 8)
"""As much to the host, whose queues carry the shim and no more."""
VERSA_PACE = Pace(256 * 8 * 125 // 2000, WIRE_OVERHEAD, SHORTEST_FRAME)
"""1 Gb/s at 62.5 MHz."""
VERSA_HOST_PACE = Pace(VERSA_PACE.per_byte, WIRE_OVERHEAD + SHIM_BYTES + 12, SHORTEST_FRAME)
"""As much on the link to the host, with what stands in front of a frame. The answers to register reads, which are short, are not in it."""
VERSA_LINK_PACE = Pace(2 * VERSA_PACE.per_byte, WIRE_OVERHEAD + SHIM_BYTES + 12, SHORTEST_FRAME)
"""Half of that for each of the two that share the link to the host, with what stands in front of their frames."""
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
        return DatapathParameters(256, 4, budget=5, ingress_depth=256, egress_depth=512, paces=(*[SUME_PACE] * 4, SUME_HOST_PACE))
    ports = port_count(split.merged)
    # A single port is the wire's; where there is another it stands at the other end of the link, beside the host.
    paces = (VERSA_PACE, *[VERSA_LINK_PACE] * ports) if ports > 1 else (VERSA_PACE, VERSA_HOST_PACE)
    return DatapathParameters(64, ports, budget=8, ingress_depth=256, egress_depth=256, egress_packets=32, paces=paces)


def board_core(board: str, split: Split, progress: Progress) -> Core:
    """The hardware half for ``board``. Errors: `ClickError` where its registers have more addresses than the board's bus."""
    core = build_core(split, parameters_for(board, split), progress)
    needed = len(core.axi.araddr)
    if needed > BUS_BITS[board]:
        names = split.merged.master.tenants
        counts = Counter(names[register.window - 1] for register in core.registers if register.window)
        tenant, count = counts.most_common(1)[0]
        fail(
            f"{tenant} has {count} registers, the most of all; with a window as large for each of {len(names)} tenant(s) and the operator "
            f"they take {needed} address bits, and the bus of {board} has {BUS_BITS[board]}",
            f"pin counters and other elements with state of {tenant} to software, or build fewer tenants",
            split.merged.policy.tenant(tenant).location,
        )
    return core


def core_for(board: str, split: Split, out: Path, progress: Progress) -> Core:
    """`board_core`; its registers are listed in the folder ``out``, and what was built there before is gone, as it may be of another."""
    core = board_core(board, split, progress)
    out.mkdir(parents=True, exist_ok=True)
    for stale in (*WRITES[board], "evidence.json"):
        (out / stale).unlink(missing_ok=True)
    (out / "registers.h").write_text(c_header(core.registers, BUS_WAYS[board]), encoding="utf-8")
    (out / "registers.md").write_text(markdown(core.registers, BUS_WAYS[board]), encoding="utf-8")
    return core


def evidence_for(split: Split, core: Core, folder: Path, progress: Progress) -> Evidence:
    """The evidence of this very machine: what is in ``folder`` where it matches, else made now."""
    found = read_evidence(folder)
    # The core's hash takes longest, so it is asked for last.
    same = found is not None and found.complete and found.tenants == split.merged.master.tenants and found.machine == machine_hash(split)
    if found is not None and same and found.netlist == core_hash(core):
        progress("evidence: that of this machine is there")
        return found
    evidence = verify(split, core, progress, Thorough(folder=folder))
    write_files(folder, evidence)
    return evidence


class _InVain(Exception):
    """Evidence is not made to its end, because synthesis has failed with ``error``. No check takes this for a failure of its own."""

    def __init__(self, error: BaseException) -> None:
        super().__init__(str(error))
        self.error = error


def build_versa(core: Core, out: Path, progress: Progress, evidence: Callable[[Progress], Evidence]) -> tuple[Evidence, BuildReport | None]:
    """The ECP5 board's bitstream in ``out`` with its evidence beside it; none where that is not complete, whatever became of synthesis.

    The evidence is made beside synthesis, which takes about as long and works in a process of its own; that has ended when this returns or
    raises. ``evidence`` gets a progress to call at each step: once synthesis has failed, the next one in this process ends it. Errors: what
    ``evidence`` raises, then those of the board's tools.
    """
    top = VersaTop(core)
    progress("writing Verilog")
    verilog = to_verilog(top, TOP, top.ports)
    with ThreadPoolExecutor(1) as tools:
        synthesis = tools.submit(synthesise, verilog, out, progress)

        waiting = os.getpid()

        def step(text: str) -> None:
            # Another process, which is beside this one, is ended by it.
            error = synthesis.exception() if os.getpid() == waiting and synthesis.done() else None
            if error is not None:
                raise _InVain(error)
            progress(text)

        try:
            found = evidence(step)
        except _InVain as vain:
            raise vain.error from None
        if not found.complete:
            return found, None
        netlist = synthesis.result()
    placed = place(netlist, out, progress)
    write_evidence(out, found)
    return found, pack(placed, out, progress)
