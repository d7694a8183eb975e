"""Instructions for a packet, counted by valgrind: a measure that what else a machine does cannot disturb."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path
from typing import Final

from elements.captures.pcap import read_capture
from elements.definition.catalogue import class_info
from elements.reference.machine import instantiate
from graph.check import check
from graph.load import load
from mlclick.software.configurations import Configuration
from mlclick.software.engines import OURS, Engine, RunFails
from swclick.compile import load_c
from swclick.compiler import CompilerError, compiler
from swclick.generate import generate
from swclick.runtime import runtime_c

_SOURCE: Final = Path(__file__).with_name("harness.c")
_LEAST: Final = 8192


def there_is_valgrind() -> bool:
    """Whether instructions can be counted here."""
    return shutil.which("valgrind") is not None


def instructions(engine: Engine, configuration: Configuration, folder: Path) -> float:
    """For a packet, of those that are sent again when all of the capture were sent once. Errors: `RunFails`, `ClickError`."""
    file = folder / f"{configuration.name}.bare.click"
    file.write_text(configuration.bare(folder.resolve()), encoding="utf-8")
    count = max(_LEAST, len(read_capture(folder / f"{configuration.capture}.pcap").packets))
    once, twice = (_count(engine, file, limit, configuration.burst, folder) for limit in (count, 2 * count))
    return (twice - once) / count


def _count(engine: Engine, file: Path, limit: int, burst: int, folder: Path) -> int:
    variables = {"limit": str(limit), "burst": str(burst)}
    if engine.name == OURS:
        command = [str(_harness(folder)), _library(file, variables)]
    else:
        command = [*engine.command, str(file), *(f"{name}={value}" for name, value in variables.items())]
    counted = ["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null", *command]
    done = subprocess.run(counted, capture_output=True, text=True, check=False, errors="replace", stdin=subprocess.DEVNULL)
    found = re.search(r"Collected : (\d+)", done.stderr)
    if done.returncode or found is None:
        raise RunFails(f"{engine.name} under valgrind ended with {done.returncode}")
    return int(found[1])


def _library(file: Path, variables: dict[str, str]) -> str:
    graph = load(file, None, variables)
    elements = instantiate(graph)
    for element in elements.values():
        element.examine()
    return str(load_c(generate(check(graph, class_info), elements), runtime_c())._name)


def _harness(folder: Path) -> Path:
    made = (folder / "harness").resolve()
    if not made.exists():
        command = [*compiler(), "-O2", "-std=gnu11", "-o", str(made), str(_SOURCE), "-ldl"]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            raise CompilerError(f"the harness does not compile: {done.stderr[:1000].rstrip()}", "set CC")
    return made
