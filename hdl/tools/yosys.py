"""Yosys as a function of its input files: each script runs in a process and a folder of its own, once for the same
content.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path
from typing import Literal

from hdl.tools.cache import cached

Family = Literal["xc7", "xcup", "ecp5"]

# In a process of its own, because an error in Yosys ends the process.
_MAIN = "import sys; from pyosys import libyosys; libyosys.run_pass(sys.argv[1], libyosys.Design())"

APART = "setattr -set no_rw_check 1 m:* a:ram_style %d"
"""Clocked reads do not meet writes at an address (`hdl.memory_rules`), so that nothing need be built for it."""

_SYNTHESIS: dict[str, str] = {
    "xc7": "synth_xilinx -family xc7 -top {top} -flatten -noiopad; tee -q -o stat.json stat -json -tech xilinx",
    "xcup": "synth_xilinx -family xcup -top {top} -flatten -noiopad; tee -q -o stat.json stat -json -tech xilinx",
    "ecp5": f"{APART}; synth_ecp5 -top {{top}}; tee -q -o stat.json stat -json",
}

# LUTs that a cell of logic takes. An ECP5 carry cell is two LUT4s; Xilinx carries stand beside the LUTs, inverters
# vanish in them.
_LUT = {**{f"LUT{n}": 1 for n in range(1, 7)}, "CCU2C": 2}
# LUTs that a cell takes as memory or shift register. For ECP5 the two slices of RAM and the one that feeds their write
# port.
_LUTRAM = {
    "RAM16X1D": 2,
    "RAM32X1S": 1,
    "RAM32X1D": 2,
    "RAM32M": 4,
    "RAM32M16": 8,
    "RAM64X1S": 1,
    "RAM64X1D": 2,
    "RAM64M": 4,
    "RAM64M8": 8,
    "RAM64X8SW": 8,
    "RAM128X1S": 2,
    "RAM128X1D": 4,
    "RAM256X1S": 4,
    "RAM256X1D": 8,
    "RAM512X1S": 8,
    "SRL16E": 1,
    "SRLC16E": 1,
    "SRLC32E": 1,
    "TRELLIS_DPR16X4": 6,
}
_FF = {
    **dict.fromkeys(("FDRE", "FDSE", "FDCE", "FDPE", "FDRE_1", "FDSE_1", "FDCE_1", "FDPE_1", "LDCE", "LDPE"), 1),
    "TRELLIS_FF": 1,
}
_BRAM18 = {"RAMB18E1": 1, "RAMB36E1": 2, "RAMB18E2": 1, "RAMB36E2": 2, "DP16KD": 1, "PDPW16KD": 1}
_URAM = {"URAM288": 1, "URAM288_BASE": 1}
_DSP = {"DSP48E1": 1, "DSP48E2": 1, "MULT18X18D": 1}
_BRAM18_BITS = 18 * 1024
_URAM_BITS = 288 * 1024


class YosysError(Exception):
    """Yosys ended with an error; the text is its last lines."""


@dataclass(frozen=True)
class Resources:
    """What a design takes after synthesis, before placement.

    ``lut``: LUTs as logic; ``lutram``: LUTs as memory or shift registers; ``ff``: flip-flops; ``bram18``: 18 kbit block
    RAMs (a 36 kbit one counts two); ``uram``: UltraRAMs; ``bram_bits``: capacity of both in bits; ``dsp``: multipliers;
    ``cells``: how many of each primitive, by name.
    """

    lut: int
    lutram: int
    ff: int
    bram18: int
    uram: int
    bram_bits: int
    dsp: int
    cells: Mapping[str, int] = field(compare=False)

    @property
    def total_lut(self) -> int:
        """LUTs in either use."""
        return self.lut + self.lutram


def run_yosys(script: str, files: Mapping[str, str], outputs: Sequence[str]) -> dict[str, str]:
    """The texts of the files ``outputs`` after ``script`` ran beside the files ``files`` (name to text).

    The script names files relative to its folder. Raises `YosysError` when Yosys fails or leaves an output out.
    """
    parts = [part for name in sorted(files) for part in (name, files[name])]

    def produce(folder: Path) -> None:
        for name, text in files.items():
            (folder / name).write_text(text)
        log = folder / "yosys.log"
        with log.open("w") as target:
            command = [sys.executable, "-c", _MAIN, script]
            done = subprocess.run(command, cwd=folder, stdin=subprocess.DEVNULL, stdout=target, stderr=subprocess.PIPE, text=True)
        if done.returncode:
            # It says errors on the one and all else on the other; a process that was ended from outside has said no error.
            tail = "\n".join((done.stderr or log.read_text()).strip().splitlines()[-20:])
            raise YosysError(f"yosys ended with status {done.returncode}:\n{tail}")
        log.unlink()
        missing = [name for name in outputs if not (folder / name).exists()]
        if missing:
            raise YosysError(f"yosys did not write {', '.join(missing)}")
        for name in files:
            if name not in outputs:
                (folder / name).unlink()

    folder = cached("yosys", version("pyosys"), _MAIN, script, *outputs, *parts, produce=produce)
    return {name: (folder / name).read_text() for name in outputs}


def synthesise_stat(verilog: str, top: str, family: Family) -> Resources:
    """The resources of the module ``top`` of ``verilog`` on a 7-series, UltraScale+ or ECP5 device, flattened."""
    script = f"read_verilog -sv top.v; {_SYNTHESIS[family].format(top=top)}"
    stat = json.loads(run_yosys(script, {"top.v": verilog}, ["stat.json"])["stat.json"])
    return count_resources(stat["design"]["num_cells_by_type"])


def count_resources(cells: Mapping[str, int]) -> Resources:
    """Primitives by name, as ``stat -json`` counts them, as resources. Names that take none of them (buffers, carries)
    count nothing.
    """

    def total(weights: Mapping[str, int]) -> int:
        return sum(weights.get(name, 0) * count for name, count in cells.items())

    bram18, uram = total(_BRAM18), total(_URAM)
    return Resources(
        lut=total(_LUT),
        lutram=total(_LUTRAM),
        ff=total(_FF),
        bram18=bram18,
        uram=uram,
        bram_bits=bram18 * _BRAM18_BITS + uram * _URAM_BITS,
        dsp=total(_DSP),
        cells=dict(sorted(cells.items())),
    )
