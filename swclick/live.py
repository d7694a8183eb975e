"""A compiled machine that runs by itself: tasks run, time passes, and handlers are called while it does."""

from __future__ import annotations

import ctypes
import os
import signal
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from elements.definition.element import Element
from elements.definition.host import Address
from graph.model import Graph
from swclick.find_handler import Handlers
from swclick.machine import Machine

_CALL: Final = ctypes.CFUNCTYPE(ctypes.c_int64, ctypes.c_int32, ctypes.c_int32, ctypes.c_void_p)
TIMER, READY = -1, -2
"""What the runtime calls `Live` for on behalf of an element without C for it; READY comes with the file descriptor and the events."""


class Entry(ctypes.Structure):
    """``struct entry`` of the runtime."""

    _fields_ = (("key", ctypes.c_uint64), ("order", ctypes.c_uint64), ("place", ctypes.c_int32))


class Task(ctypes.Structure):
    """``struct task`` of the runtime."""

    _fields_ = (
        ("entry", Entry),
        ("run", ctypes.c_void_p),
        ("stride", ctypes.c_uint64),
        ("runs", ctypes.c_uint64),
        ("element", ctypes.c_uint32),
        ("again", ctypes.c_uint8),
    )


@dataclass(frozen=True)
class Clock:
    """Wall time or, where it is ``simulated``, time that begins at so many seconds since 1970 and jumps to what is due next."""

    simulated: float | None = None


class Live(Machine):
    """The machine of a graph, and the `elements.definition.host.Host` of its elements.

    It is driven in the thread that made it. Signals that Python has handlers for end `drive`, after which their handlers have run.
    """

    def __init__(self, graph: Graph, clock: Clock | None = None, elements: dict[str, Element] | None = None) -> None:
        self._clock = clock or Clock()
        self._callback = _CALL(self._called)
        self._error: BaseException | None = None
        super().__init__(graph, elements)
        self._library.machine_tasks.restype = ctypes.c_void_p
        count = self._library.machine_task_count(self._machine)
        self._tasks = (Task * count).from_address(self._library.machine_tasks(self._machine)) if count else ()
        self.handlers = Handlers(self)
        for element in self.elements.values():
            element.started(self)

    def _made(self) -> int | None:
        start, simulated = self._clock.simulated, self._clock.simulated is not None
        now = int((start or 0) * 10**9)
        new: int | None = self._library.machine_new(1, int(simulated), ctypes.c_uint64(now), self._callback)
        return new

    # Running

    def drive(self) -> bool:
        """Run until the machine is told to stop, or a signal comes; whether it was told to stop. Errors: those of elements' Python."""
        reading, writing = os.pipe()
        for end in (reading, writing):
            os.set_blocking(end, False)
        before = signal.set_wakeup_fd(writing, warn_on_full_buffer=False)
        self._library.machine_watch(self._machine, -1, reading, 1)
        try:
            self._library.machine_drive(self._machine)
        finally:
            self._library.machine_watch(self._machine, -1, reading, 0)
            signal.set_wakeup_fd(before)
            os.close(reading)
            os.close(writing)
        sys.stdout.flush()
        if self._error is not None:
            error, self._error = self._error, None
            raise error
        return bool(self._base.stop > 0)

    def _called(self, number: int, what: int, packet: int | None) -> int:
        element = self.elements[self._names[number]]
        try:
            if what == TIMER:
                element.due(self)
                return 0
            if what == READY:
                element.ready(self, (packet or 0) >> 16, (packet or 0) & 0xFFFF)
                return 0
            return element.called(self, what, packet)
        except BaseException as error:  # noqa: BLE001 - it must not get lost in C: `drive` raises it
            self._error = error
            self.stop()
            return 0

    def task_of(self, name: str) -> Task | None:
        """The task of an element, None where it has none."""
        number = self._numbers[name]
        return next((task for task in self._tasks if task.element == number), None)

    # The host of elements

    @property
    def now(self) -> int:
        """The clock, in ns since 1970."""
        return int(self._base.now)

    @property
    def names(self) -> Sequence[str]:
        """The elements, in the graph's order."""
        return self._names

    def read_handler(self, handler: str, question: str = "", asking: str = "") -> str:
        """The text of a read handler. Errors: `HandlerError`."""
        return self.handlers.read(handler, question, asking)

    def write_handler(self, handler: str, text: str, asking: str = "") -> str:
        """Call a write handler; what it answers, usually nothing. Errors: `HandlerError`."""
        return self.handlers.write(handler, text, asking)

    def at(self, name: str, time: int | None) -> None:
        """Run the timer of an element when the clock is at ``time`` ns; never if None."""
        self._library.machine_at(self._machine, self._numbers[name], ctypes.c_uint64(2**64 - 1 if time is None else time))

    def watch(self, name: str, descriptor: int, events: int) -> None:
        """Run ``ready`` of an element when the file descriptor is ready for ``events``; 0: never again."""
        self._library.machine_watch(self._machine, self._numbers[name], descriptor, events)

    def stop(self, count: int = 1) -> None:
        """Tell the driver to stop; ``count`` less than 0 takes that back."""
        self._base.stop += count

    @property
    def stopped(self) -> int:
        """How often the driver was told to stop and has not gone on since."""
        return int(self._base.stop)

    def go_on(self) -> None:
        """Forget that the driver was told to stop."""
        self._base.stop = 0

    def packet(self, address: Address) -> bytes:
        """The bytes of a packet of the runtime."""
        data = ctypes.c_void_p.from_address(address).value
        length = ctypes.c_uint32.from_address(address + ctypes.sizeof(ctypes.c_void_p)).value
        return ctypes.string_at(data or 0, length)

    def say(self, text: str) -> None:
        """A line on standard error."""
        print(text, file=sys.stderr, flush=True)
