"""Work in a process of its own, beside what this one does meanwhile."""

from __future__ import annotations

import os
import pickle
import signal
from collections.abc import Callable
from contextlib import suppress
from multiprocessing import get_context
from multiprocessing.connection import Connection
from threading import Thread
from types import TracebackType
from typing import Generic, TypeVar

T = TypeVar("T")


class EndedAlone(Exception):
    """The process beside has ended and said nothing: it was ended from outside, or has raised an error and written it to standard error."""


class Beside(Generic[T]):
    """Does ``work`` in a process that is forked off, so that it has all that there is here, and changes nothing here. Used as a context,
    behind which that process is no more, nor what it has called, whether it had come to its end or not; nor is it where this process is
    ended from outside. It does not see an interrupt at the terminal: it is ended with the context."""

    def __init__(self, work: Callable[[], T]) -> None:
        context = get_context("fork")
        self._ours, theirs = context.Pipe(duplex=False)
        end, self._life = context.Pipe(duplex=False)
        self._process = context.Process(target=_do, args=(work, theirs, end, self._life))
        self._process.start()
        # They are theirs alone now, so that there is an end of what is said when they have ended.
        theirs.close()
        end.close()

    def result(self) -> T:
        """What ``work`` returned. Errors: `EndedAlone`."""
        try:
            done: T = pickle.loads(self._ours.recv_bytes())
        # It may end while it speaks.
        except (EOFError, OSError):
            self._process.join()
            raise EndedAlone(f"its process ended with status {self._process.exitcode} and said nothing") from None
        return done

    def __enter__(self) -> Beside[T]:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._process.terminate()
        if self._process.pid is not None:
            # Whoever it has called is of its group, once it has come to make one.
            with suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGTERM)
        self._process.join()
        self._ours.close()
        self._life.close()


def _do(work: Callable[[], T], answer: Connection, end: Connection, life: Connection) -> None:
    os.setpgid(0, 0)
    life.close()
    Thread(target=_outlive_nobody, args=(end,), daemon=True).start()
    answer.send_bytes(pickle.dumps(work()))


def _outlive_nobody(end: Connection) -> None:
    """Nothing is ever said here: when there is an end of it, whoever waited for the answer is no more."""
    with suppress(EOFError, OSError):
        end.recv_bytes()
    os.killpg(0, signal.SIGKILL)
