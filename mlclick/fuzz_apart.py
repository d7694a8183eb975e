"""Questions that a process of its own answers, so that whatever ends that process is an answer too; and what such ends are called."""

from __future__ import annotations

import re
import signal
import warnings
from collections.abc import Callable
from multiprocessing import get_context
from multiprocessing.connection import Connection
from typing import Final

from graph.diagnostics import ClickError
from hdl.trace_tenant import NotHardware
from sim.verilated import AssertionFailed
from sim.verilator import VerilatorError

ENDS: Final = (
    ArithmeticError,
    AssertionError,
    AssertionFailed,
    AttributeError,
    ClickError,
    LookupError,
    NotHardware,
    OSError,
    RuntimeError,
    TypeError,
    ValueError,
    VerilatorError,
)
"""What anything here may end in that is wrong; what is none of these ends the process."""
VOLLEY_SECONDS: Final = 60.0
"""Of processor time: a volley takes some milliseconds."""
STEP_SECONDS: Final = 1_800.0
"""Of processor time: anything else of a round, each for itself."""
SLOWEST: Final = 10.0
"""Seconds by the clock for each of processor time: what waits for ever takes none, nor does what waits for a compiler, and a machine that
others use gives a process less than all of it. The clock stands while the machine sleeps."""
_KIND: Final = re.compile(r".* ends in \w+|.*: its process .*")
Question = Callable[[], list[str]]


def broken(doing: str, error: Exception) -> str:
    """That something ``doing`` ended in ``error``, in a line."""
    return f"{doing} ends in {type(error).__name__}: {(str(error) or 'no words').splitlines()[0]}"


def ended(doing: str, code: int | None) -> str:
    """That a process ended with the exit code ``code`` while something was ``doing``, in a line."""
    if code == -signal.SIGPROF:
        return f"{doing}: its process took too long for a step, and was stopped"
    if code == -signal.SIGALRM:
        return f"{doing}: its process waited too long for a step, and was stopped"
    return f"{doing}: its process ended {f'by {signal.Signals(-code).name}' if code is not None and code < 0 else f'with status {code}'}"


def kind_of(found: list[str]) -> str:
    """What kind of failure ``found`` is: what was done when it broke, and of what; `differs`; or nothing where nothing was found."""
    if not found:
        return ""
    match = _KIND.match(found[0])
    return match[0] if match else "differs"


def limit(seconds: float) -> None:
    """From now on this process has so many seconds of processor time, and `SLOWEST` times as many by the clock, and is then stopped
    (SIGPROF, SIGALRM). 0: as many as it wants."""
    signal.setitimer(signal.ITIMER_PROF, seconds)
    signal.setitimer(signal.ITIMER_REAL, SLOWEST * seconds)


def asked(doing: str, question: Question, seconds: float | None = None) -> list[str]:
    """The answer of ``question``, in a process that begins as this one is. Where it ends without an answer, that is the answer. ``seconds``
    as in `limit`; `STEP_SECONDS` where None is given."""
    context = get_context("fork")
    here, there = context.Pipe(duplex=False)
    child = context.Process(target=_answer, args=(doing, question, there, STEP_SECONDS if seconds is None else seconds), daemon=True)
    with warnings.catch_warnings():
        # From Python 3.12 on: of numpy's threads, which nothing here uses.
        warnings.simplefilter("ignore", DeprecationWarning)
        child.start()
    there.close()
    words: list[str] | None
    try:
        words = here.recv()
    except EOFError:
        words = None
    child.join()
    here.close()
    return [ended(doing, child.exitcode)] if words is None else words


def _answer(doing: str, question: Question, pipe: Connection, seconds: float) -> None:
    limit(seconds)
    try:
        words = question()
    except ENDS as error:
        words = [broken(doing, error)]
    pipe.send(words)
