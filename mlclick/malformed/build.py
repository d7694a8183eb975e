"""A machine compiled with sanitizers, coverage and the harness to one program; or without the first two, where its memory is looked at."""

from __future__ import annotations

import hashlib
import shlex
import subprocess
from dataclasses import dataclass
from pathlib import Path
from threading import get_ident
from typing import Final

from elements.definition.catalogue import class_info
from elements.reference.machine import instantiate
from graph.check import check
from graph.model import Graph
from swclick.compiler import CompilerError, compiler
from swclick.generate import generate
from swclick.runtime import headers, live_header, runtime_c

PLAIN: Final = ("-DEXACT_ROOM", "-g1", "-O0", "-std=gnu11", "-fno-strict-aliasing", "-w", "-Dalways_inline=unused")
"""A packet has its bytes alone, and no memory when it is gone. Nothing is made a part of anything: the C is the same, and compiled in a
third of the time."""
SANITIZED: Final = (
    *PLAIN, "-fsanitize=address,undefined", "-fno-sanitize=null", "-fsanitize-undefined-trap-on-error",
)  # fmt: skip
"""Undefined behaviour is a trap that is reported with its line, so that nothing recovers from it; pointers to nothing are left to the
address sanitizer."""
COVERED: Final = "-fsanitize-coverage=trace-pc"
"""What gcc and clang both have: a call at each block of code."""
_HERE: Final = Path(__file__).parent
_LINKED: Final = ("-no-pie",)


@dataclass(frozen=True)
class Program:
    """A machine with the harness. ``sources`` are the numbers of the elements that packets are offered to."""

    graph: Graph
    path: Path
    sources: tuple[int, ...]

    @property
    def listed(self) -> str:
        """The sources as the harness reads them."""
        return ",".join(map(str, self.sources))


def machine_c(graph: Graph) -> str:
    """The generated C of ``graph``."""
    return generate(check(graph, class_info), instantiate(graph))


def sources_of(graph: Graph) -> tuple[int, ...]:
    """The numbers of the elements that packets are offered to."""
    return tuple(number for number, node in enumerate(graph.nodes) if node.class_name == "FromCrossing")


def compile_machine(graph: Graph, text: str, folder: Path, *, sanitized: bool = True) -> Program:
    """The program of ``graph``, whose C is ``text``, in ``folder``; one of the same C is there already. Errors: `CompilerError`."""
    runtime, harness = shared_objects(folder, sanitized=sanitized)
    flags = SANITIZED if sanitized else PLAIN
    covered = (*flags, COVERED) if sanitized else flags
    engine = _object(text, folder, covered)
    program = folder / _name(text, runtime.name, harness.name, *covered)
    if not program.exists():
        _run([*compiler(), *flags, *_LINKED, "-o", str(program), str(engine), str(runtime), str(harness)])
    return Program(graph, program, sources_of(graph))


def shared_objects(folder: Path, *, sanitized: bool) -> tuple[Path, Path]:
    """What all programs are linked with, the runtime and the harness, compiled unless they are there. Errors: `CompilerError`."""
    flags = SANITIZED if sanitized else PLAIN
    runtime = _object(runtime_c(), folder, (*flags, COVERED) if sanitized else flags)
    # What the harness does is no coverage.
    own = [(_HERE / name).read_text(encoding="utf-8") for name in ("mutate.c", "harness.c")]
    return runtime, _object("\n".join([headers(), live_header(), *own]), folder, flags)


def _name(*texts: str) -> str:
    return hashlib.sha256("\0".join((*texts, *compiler())).encode("utf-8", "surrogateescape")).hexdigest()[:24]


def _object(text: str, folder: Path, flags: tuple[str, ...]) -> Path:
    made = folder / f"{_name(text, *flags)}.o"
    if made.exists():
        return made
    source, part = made.with_suffix(".c"), made.with_suffix(f".{get_ident()}")
    source.write_text(text, encoding="utf-8", errors="surrogateescape")
    _run([*compiler(), *flags, "-c", "-o", str(part), str(source)])
    part.replace(made)
    return made


def _run(command: list[str]) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        said = "\n".join(done.stderr.splitlines()[:5])
        message = f"a machine with sanitizers does not compile: {shlex.join(command[:1])} ended with {done.returncode}\n{said}"
        raise CompilerError(message, "set CC to a gcc or clang that has the address sanitizer and -fsanitize-coverage=trace-pc")
