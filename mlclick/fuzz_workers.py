"""Rounds of fuzzing beside each other, each in a process of its own; one that does not come back has found something."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Generator, Iterable
from dataclasses import replace
from multiprocessing import get_context
from multiprocessing.connection import Connection, wait
from typing import Any, Final, Literal

from mlclick.fuzz_apart import STEP_SECONDS, VOLLEY_SECONDS, ended, limit
from mlclick.fuzz_round import Outcome, Watch, with_volleys
from mlclick.garbage import search_seldom

Task = Callable[[int, Watch], Outcome]
"""A round by its number; what it does it tells."""
Method = Literal["spawn", "fork"]
WHOLE: Final = -1


def rounds_of(task: Task, numbers: Iterable[int], jobs: int, method: Method = "spawn") -> Generator[Outcome, None, None]:
    """What ``task`` brings for each of ``numbers``, ``jobs`` at once, in the order in which they end. Where nobody asks for more, what runs
    then is stopped. ``task`` must be picklable where ``method`` is spawn."""
    waiting, running = deque(numbers), list[_Worker]()
    try:
        while waiting or running:
            while waiting and len(running) < jobs:
                running.append(_Worker(task, waiting.popleft(), method))
            heard = wait([worker.pipe for worker in running])
            for worker in [each for each in running if each.pipe in heard]:
                outcome = worker.hear()
                if outcome is not None:
                    running.remove(worker)
                    yield outcome
    finally:
        for worker in running:
            worker.stop()


class _Worker:
    def __init__(self, task: Task, number: int, method: Method) -> None:
        context: Any = get_context(method)
        self._doing, self._outcome = "beginning", Outcome(number)
        # Written by the round without a word to anyone: volleys are many.
        self._fired = context.RawValue("q", WHOLE)
        self.pipe, there = context.Pipe(duplex=False)
        self._process = context.Process(target=_work, args=(task, number, there, self._fired), daemon=True)
        self._process.start()
        there.close()

    def hear(self) -> Outcome | None:
        """The round's outcome where it has ended, however it did; None where it has only said what it does."""
        try:
            said: tuple[str, Outcome] = self.pipe.recv()
        except EOFError:
            self._process.join()
            return self._lost()
        doing, outcome = said
        if doing:
            self._doing, self._outcome = doing, outcome
            return None
        self._process.join()
        return outcome

    def _lost(self) -> Outcome:
        found, case, fired = [ended(self._doing, self._process.exitcode)], self._outcome.case, self._fired.value
        whole = case if case is None or fired == WHOLE else with_volleys(case, fired)
        return replace(self._outcome, volleys=max(0, fired), packets=0 if whole is None else whole.packets, found=found, case=whole)

    def stop(self) -> None:
        """End the round."""
        self._process.terminate()
        self._process.join()


def _work(task: Task, number: int, pipe: Connection, fired: Any) -> None:
    search_seldom()

    def doing(words: str, outcome: Outcome) -> None:
        limit(STEP_SECONDS)
        fired.value = WHOLE
        pipe.send((words, outcome))

    def volley(count: int) -> None:
        limit(VOLLEY_SECONDS)
        fired.value = count

    pipe.send(("", task(number, Watch(doing, volley, lambda: limit(STEP_SECONDS)))))
