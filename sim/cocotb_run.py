"""Runs a cocotb test module against a design under Verilator, and says what failed."""

from __future__ import annotations

import os
import sys
import xml.etree.ElementTree as ElementTree
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

import cocotb_tools.config
from cocotb_tools.runner import get_runner

from hdl.tools.cache import cached
from sim.verilator import VERILATE, VerilatorError, verilator_environment


class BenchFailed(Exception):
    """Tests of a bench failed, or none ran; the text names them and the log."""


@dataclass(frozen=True)
class Results:
    """What a bench's tests came to: the names of those that passed, and were skipped, in the order they ran; and the
    log.
    """

    passed: tuple[str, ...]
    skipped: tuple[str, ...]
    log: Path


def run_bench(
    verilog: str,
    top: str,
    test_module: Path,
    folder: Path,
    parameters: Mapping[str, int | str] | None = None,
    env: Mapping[str, str] | None = None,
    seed: int = 1,
) -> Results:
    """Runs every cocotb test of the file ``test_module`` on the module ``top`` of ``verilog``.

    The simulator is built once for the same Verilog and ``parameters`` (of the top module). ``folder`` takes the
    results and the log; ``env`` goes to the tests, as does ``seed``. The module is imported by its file name from its
    own folder, and may import what this process can. Raises `VerilatorError` when the design does not build and
    `BenchFailed` when a test fails or none ran.
    """
    binaries = _build(verilog, top, dict(sorted((parameters or {}).items())))
    folder = folder.absolute()
    folder.mkdir(parents=True, exist_ok=True)
    results, log = folder / "results.xml", folder / "bench.log"
    runner = get_runner("verilator")
    # How the simulator ended is in the results, or in their absence: its status is not looked at.
    with _environment({**os.environ, **(env or {})}), _search_path(test_module.absolute().parent), suppress(SystemExit):
        runner.test(
            test_module=test_module.stem,
            hdl_toplevel=top,
            hdl_toplevel_lang="verilog",
            build_dir=binaries,
            test_dir=folder,
            results_xml=str(results),
            extra_env=dict(env or {}),
            seed=seed,
            log_file=log,
        )
    return _read(results, log, test_module)


def _build(verilog: str, top: str, parameters: Mapping[str, int | str]) -> Path:
    def produce(folder: Path) -> None:
        source = folder / "top.v"
        source.write_text(verilog)
        log = folder / "build.log"
        runner = get_runner("verilator")
        with _environment(verilator_environment()):
            try:
                runner.build(
                    sources=[source],
                    hdl_toplevel=top,
                    build_dir=folder,
                    build_args=list(VERILATE),
                    parameters=dict(parameters),
                    timescale=("1ns", "1ps"),
                    log_file=log,
                    always=True,
                )
            except (SystemExit, Exception) as error:  # the runner reports a failed command either way
                text = log.read_text() if log.exists() else str(error)
                raise VerilatorError("the bench's simulator did not build:\n" + text[-4000:]) from error

    key = (version("verilator"), version("cocotb"), str(cocotb_tools.config.libs_dir), " ".join(VERILATE), top)
    return cached("cocotb", *key, repr(parameters), verilog, produce=produce)


def _read(results: Path, log: Path, test_module: Path) -> Results:
    if not results.exists():
        tail = "\n".join(log.read_text().splitlines()[-20:]) if log.exists() else "no log either"
        raise BenchFailed(f"{test_module.name}: the simulator left no results:\n{tail}")
    passed, skipped, failed = [], [], []
    for case in ElementTree.parse(results).iter("testcase"):
        name = case.get("name", "")
        bad = case.find("failure") if case.find("failure") is not None else case.find("error")
        if bad is not None:
            why = bad.get("error_msg") or bad.get("message") or (bad.text or "").strip()
            failed.append(f"{name}: {why}" if why else name)
        elif case.find("skipped") is not None:
            skipped.append(name)
        else:
            passed.append(name)
    if failed:
        raise BenchFailed(f"{test_module.name}: {len(failed)} failed: {'; '.join(failed)} (log: {log})")
    if not passed:
        raise BenchFailed(f"{test_module.name}: no test ran (log: {log})")
    return Results(tuple(passed), tuple(skipped), log)


@contextmanager
def _environment(wanted: Mapping[str, str]) -> Iterator[None]:
    """The runner passes this process's environment on, so it is this process's that has to change."""
    before = dict(os.environ)
    os.environ.clear()
    os.environ.update(wanted)
    # Under pytest the runner would exit rather than report.
    os.environ.pop("PYTEST_CURRENT_TEST", None)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


@contextmanager
def _search_path(folder: Path) -> Iterator[None]:
    """The runner hands ``sys.path`` to the simulator's Python."""
    sys.path.insert(0, str(folder))
    try:
        yield
    finally:
        sys.path.remove(str(folder))
