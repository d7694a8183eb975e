"""Work in a process of its own, beside what this one does meanwhile."""

from __future__ import annotations

import os
import pickle
import signal
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from multiprocessing import get_context
from multiprocessing.connection import Connection, wait
from queue import SimpleQueue
from threading import Thread
from types import TracebackType
from typing import Final, Generic, TypeVar

T = TypeVar("T")
_DONE: Final = b""
"""Said behind the last; whatever is pickled is longer."""


class EndedAlone(Exception):
    """The process beside has ended before its work: it was ended from outside, or has raised an error and written it to standard error."""


class Beside(Generic[T]):
    """Goes through ``work`` in a process that is forked off, so that it has all that there is here, and changes nothing here. Used as a
    context, behind which that process is no more, nor what it has called, whether it had come to its end or not; nor is it where this
    process is ended from outside. It does not see an interrupt at the terminal: it is ended with the context."""

    def __init__(self, work: Callable[[], Iterable[T]]) -> None:
        context = get_context("fork")
        self._ours, theirs = context.Pipe(duplex=False)
        end, self._life = context.Pipe(duplex=False)
        self._process = context.Process(target=_do, args=(work, theirs, end, self._life))
        self._process.start()
        # They are theirs alone now, so that there is an end of what is said when they have ended.
        theirs.close()
        end.close()
        self._said = SimpleQueue[bytes | None]()
        self._listener = Thread(target=self._listen, daemon=True)
        self._listener.start()

    def _listen(self) -> None:
        # All along, since it waits where the pipe is full; and no longer than it is there, whoever else has the pipe.
        with suppress(EOFError, OSError):
            while self._ours in wait([self._ours, self._process.sentinel]):
                self._said.put(self._ours.recv_bytes())
        self._said.put(None)

    def results(self) -> Iterator[T]:
        """What ``work`` has, one after the other, as it comes. Errors: `EndedAlone`, behind all that came before its process ended."""
        while said := self._said.get():
            yield pickle.loads(said)
        if said is None:
            self._process.join()
            raise EndedAlone(f"its process ended with status {self._process.exitcode} before its work did")

    def __enter__(self) -> Beside[T]:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._process.terminate()
        if self._process.pid is not None:
            # Whoever it has called is of its group, once it has come to make one.
            with suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGTERM)
        self._process.join()
        self._listener.join()
        self._ours.close()
        self._life.close()


def _do(work: Callable[[], Iterable[T]], answer: Connection, end: Connection, life: Connection) -> None:
    os.setpgid(0, 0)
    life.close()
    Thread(target=_outlive_nobody, args=(end,), daemon=True).start()
    for each in work():
        answer.send_bytes(pickle.dumps(each))
    answer.send_bytes(_DONE)


def _outlive_nobody(end: Connection) -> None:
    """Nothing is ever said here: when there is an end of it, whoever waited for the answer is no more."""
    with suppress(EOFError, OSError):
        end.recv_bytes()
    os.killpg(0, signal.SIGKILL)
