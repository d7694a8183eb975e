"""Work in a process of its own, beside what this one does meanwhile."""

from __future__ import annotations

import pickle
from collections.abc import Callable
from multiprocessing import get_context
from multiprocessing.connection import Connection
from types import TracebackType
from typing import Generic, TypeVar

T = TypeVar("T")


class EndedAlone(Exception):
    """The process beside has ended and said nothing: it was ended from outside, or has raised an error and written it to standard error."""


class Beside(Generic[T]):
    """Does ``work`` in a process that is forked off, so that it has all that there is here, and changes nothing here. Used as a context,
    behind which the process is no more, whether it had come to its end or not."""

    def __init__(self, work: Callable[[], T]) -> None:
        context = get_context("fork")
        self._ours, theirs = context.Pipe(duplex=False)
        self._process = context.Process(target=_do, args=(work, theirs))
        self._process.start()
        # It is theirs alone now, so that there is an end of it when they have ended.
        theirs.close()

    def result(self) -> T:
        """What ``work`` returned. Errors: `EndedAlone`."""
        try:
            done: T = pickle.loads(self._ours.recv_bytes())
        except EOFError:
            self._process.join()
            raise EndedAlone(f"its process ended with status {self._process.exitcode} and said nothing") from None
        return done

    def __enter__(self) -> Beside[T]:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._process.terminate()
        self._process.join()
        self._ours.close()


def _do(work: Callable[[], T], answer: Connection) -> None:
    try:
        answer.send_bytes(pickle.dumps(work()))
    except KeyboardInterrupt:
        # Whoever interrupts means the process beside which this one is.
        return
