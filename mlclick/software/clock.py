"""A clock that costs little, for programs that read it for every packet."""

from __future__ import annotations

import os
import shlex
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from swclick.compiler import CompilerError, compiler

_SOURCE: Final = Path(__file__).with_name("coarse_clock.c")
CALLS: Final = 256
"""Questions that one reading of the true clock answers."""


@dataclass(frozen=True)
class CoarseClock:
    """The library, and the ``calls`` that one reading answers (0: the kernel's coarse clock does); ``costs`` are ns for a question, by kind
    of clock."""

    library: Path
    calls: int
    costs: dict[str, float]

    @property
    def environment(self) -> dict[str, str]:
        """What makes a program use it."""
        return {"LD_PRELOAD": str(self.library), "COARSE_CALLS": str(self.calls)}

    @property
    def text(self) -> str:
        """What was found, in words."""
        chosen = f"every {CALLS}th question reads the true one" if self.calls else "the kernel's coarse one"
        told = ", ".join(f"{name} {cost:.1f} ns" for name, cost in self.costs.items())
        return f"a question for the time: {told}; the coarse clock here: {chosen}"


def make_clock(folder: Path) -> CoarseClock:
    """Compile it in ``folder``, and measure which of the two kinds costs less here. Errors: `CompilerError`."""
    library = folder / "coarse_clock.so"
    _compile(["-shared", "-fPIC"], library)
    costs = {}
    for name, options, calls in (("as shipped", ["-DSHIPPED"], 0), ("the kernel's coarse one", [], 0), (f"every {CALLS}th", [], CALLS)):
        program = folder / "measure_clock"
        _compile(["-DMEASURE", *options], program)
        environment = {**os.environ, "COARSE_CALLS": str(calls)}
        runs = [subprocess.run([program.resolve()], env=environment, capture_output=True, text=True, check=True) for _ in range(3)]
        costs[name] = min(float(run.stdout) for run in runs)
    coarse, counted = list(costs.values())[1:]
    return CoarseClock(library.resolve(), 0 if coarse < counted else CALLS, costs)


def _compile(options: list[str], made: Path) -> None:
    command = [*compiler(), "-O2", "-std=gnu11", *options, "-o", str(made), str(_SOURCE), "-ldl"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise CompilerError(f"the coarse clock does not compile: {shlex.join(command)}\n{done.stderr[:1000].rstrip()}", "set CC")
