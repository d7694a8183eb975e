"""A compiled machine that runs by itself: tasks run, time passes, and handlers are called while it does."""

from __future__ import annotations

import ctypes
import errno
import os
import signal
import sys
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from elements.definition.element import Element
from elements.definition.flush import flush_c
from elements.definition.host import Address, HandlerError
from elements.definition.octets import as_text
from graph.diagnostics import ClickError, Diagnostic
from graph.model import Graph
from swclick.containers import Containers
from swclick.cuts import find_cuts
from swclick.find_handler import Handlers
from swclick.machine import Machine
from swclick.splits import Cut
from swclick.tenant_handlers import Bucket, tenant_handlers

_COUNTER: Final = ctypes.CFUNCTYPE(ctypes.c_uint64)
_CALL: Final = ctypes.CFUNCTYPE(ctypes.c_int64, ctypes.c_int32, ctypes.c_int32, ctypes.c_void_p)
TIMER, READY = -1, -2
"""What the runtime calls `Live` for on behalf of an element without C for it; READY comes with the file descriptor and the events."""

MOST_STEPS: Final = 1000
"""How often what manages stops is asked about one of them."""
FOREVER: Final = 1 << 30
"""Stops that nothing takes back."""


class Entry(ctypes.Structure):
    """``struct entry`` of the runtime."""

    _fields_ = (("key", ctypes.c_uint64), ("order", ctypes.c_uint64), ("place", ctypes.c_int32))


class Task(ctypes.Structure):
    """``struct task`` of the runtime."""

    _fields_ = (
        ("entry", Entry),
        ("next", ctypes.c_void_p),
        ("run", ctypes.c_void_p),
        ("of", ctypes.c_void_p),
        ("runs", ctypes.c_uint64),
        ("stride", ctypes.c_uint32),
        ("element", ctypes.c_uint32),
        ("is_cut", ctypes.c_uint8),
        ("is_long", ctypes.c_uint8),
        ("most", ctypes.c_uint32),
        ("wanted", ctypes.c_uint32),
        ("left", ctypes.c_uint32),
        ("moved", ctypes.c_uint32),
        ("took", ctypes.c_uint64),
        ("rest_of_line", ctypes.c_uint8 * 32),
    )


class _Grant(ctypes.Structure):
    """``struct grant`` of the runtime."""

    _fields_ = (("weight", ctypes.c_uint64), ("limit", ctypes.c_uint64))


@dataclass(frozen=True)
class Clock:
    """Wall time when the machine is made, which goes on as the monotonic clock does, or, where it is ``simulated``, time that begins at so
    many seconds since 1970 and jumps to what is due next. ``after``, in ns, is the clock of a machine that this one goes on from."""

    simulated: float | None = None
    after: int | None = None

    @property
    def beginning(self) -> int:
        """In ns since 1970."""
        if self.simulated is None:
            return max(time.time_ns(), self.after or 0)
        return int(self.simulated * 10**9) if self.after is None else self.after


class Live(Machine):
    """The machine of a graph, and the `elements.definition.host.Host` of its elements.

    It is driven in the thread that made it. Signals that Python has handlers for end `drive`, after which their handlers have run.
    """

    def __init__(
        self,
        graph: Graph,
        clock: Clock | None = None,
        elements: dict[str, Element] | None = None,
        before: Live | None = None,
        containers: Containers | None = None,
        *,
        keep: bool = False,
    ) -> None:
        """``before`` is the machine whose place this one takes when `take_place` is called. ``containers`` are of the graph, but for
        elements that the operator may have added to it; without them all tasks are alike. Errors: `ClickError`."""
        self._clock = clock or Clock()
        self.containers = containers
        clocks = (None, None) if containers is None else (containers.counter, containers.spent)
        self._counters = [None if each is None else _COUNTER(each) for each in clocks]
        self._callback = _CALL(self._called)
        self._error: BaseException | None = None
        super().__init__(graph, elements, keep=keep)
        self._library.machine_tasks.restype = ctypes.c_void_p
        count = self._library.machine_task_count(self._machine)
        self._tasks = (Task * count).from_address(self._library.machine_tasks(self._machine)) if count else ()
        self.handlers = Handlers(self)
        if containers is not None:
            self.handlers.tenants.update(tenant_handlers(self, containers))
        flush_c()
        self._signals: dict[int, list[str]] = {}
        self._came: set[int] = set()
        self._manager = _manager(self.elements.values())
        self.is_replaced = False
        """Whether nobody is asked before it stops, as another machine takes its place."""
        for name, element in self.elements.items():
            old = None if before is None else before.elements.get(name)
            element.host, element.replaces = self, old if type(old) is type(element) else None
        try:
            for element in self.elements.values():
                element.started(self)
        except ClickError:
            self.close()
            raise

    def _cuts(self) -> Mapping[str, int]:
        return {} if self.containers is None else find_cuts(self.checked, self.containers.owner, self.elements)

    def _made(self) -> int | None:
        is_simulated = self._clock.simulated is not None
        self._library.machine_now.restype = ctypes.c_uint64
        new: int | None = self._library.machine_new(1, int(is_simulated), ctypes.c_uint64(self._clock.beginning), self._callback)
        if self.containers is not None:
            self._contain(ctypes.c_void_p(new), self.containers)
        return new

    def _contain(self, machine: ctypes.c_void_p, containers: Containers) -> None:
        grants = (_Grant * len(containers.all))(*(_Grant(each.weight, each.parts) for each in containers.all))
        owners = (ctypes.c_uint32 * len(self._names))(*map(containers.number_of, self._names))
        self._library.machine_bucket.restype = ctypes.POINTER(Bucket)
        self._library.machine_level.restype = ctypes.c_int64
        for each in (self._library.machine_whole, self._library.machine_lost):
            each.restype = ctypes.c_uint64
        self._library.machine_cuts.restype = ctypes.POINTER(Cut)
        bound = ctypes.c_uint64(containers.bound)
        self._library.machine_contain(machine, len(owners), len(grants), grants, owners, bound, *self._counters)

    def bucket(self, number: int) -> Bucket:
        """What container ``number`` was charged."""
        bucket: Bucket = self._library.machine_bucket(self._machine, number).contents
        return bucket

    @property
    def tasks(self) -> Sequence[Task]:
        """The tasks of the machine."""
        return self._tasks

    def cuts(self) -> Iterator[Cut]:
        """The places where packets may wait for another run, the last one first."""
        here = self._library.machine_cuts(self._machine)
        while here:
            yield here.contents
            here = here.contents.next

    def whole(self, number: int) -> int:
        """What the runs of container ``number`` that take too long and cannot be split take at least, in ns; 0 where there are none."""
        return int(self._library.machine_whole(self._machine, number))

    def is_in(self, number: int, element: int) -> bool:
        """Whether what ``element``, by its number, does is done in container ``number``."""
        return self.containers is not None and self.containers.number_of(self._names[element]) == number

    @property
    def lost(self) -> int:
        """ns that the system took from this thread, which ran containers, while it did not sleep."""
        return 0 if self.containers is None else int(self._library.machine_lost(self._machine))

    def credit(self, number: int) -> int:
        """What is in the bucket of container ``number``, in ns; negative where it pays back."""
        return int(self._library.machine_level(self._machine, number))

    def take_place(self, before: Live) -> None:
        """Take over what elements keep from ``before``, which does not run any more and is taken down."""
        for element in self.elements.values():
            if element.replaces is not None:
                element.take_state(element.replaces, self)
                element.replaces = None
        for number in set(before._signals) - set(self._signals):
            signal.signal(number, signal.SIG_DFL)
        before.close()
        before.unload()

    # Running

    def run_driver(self) -> None:
        """Run until the machine is told to stop and nobody manages it to go on. Errors: those of elements' Python."""
        while True:
            if self.drive() and not self._goes_on():
                return

    def _goes_on(self) -> bool:
        """Ask what manages stops, if anything does; whether the machine is no longer to stop."""
        for _ in range(MOST_STEPS):
            if self.is_replaced or self._manager is None or self._base.stop <= 0 or not self._manager.stopping(self):
                break
        return bool(self._base.stop <= 0)

    def drive(self) -> bool:
        """Run until the machine is told to stop, or a signal comes; whether it was told to stop. Errors: those of elements' Python."""
        reading, writing = os.pipe()
        for end in (reading, writing):
            os.set_blocking(end, False)
        before = signal.set_wakeup_fd(writing, warn_on_full_buffer=False)
        self._library.machine_watch(self._machine, -1, reading, 1)
        try:
            if not self._came:
                self._library.machine_drive(self._machine)
        finally:
            self._library.machine_watch(self._machine, -1, reading, 0)
            signal.set_wakeup_fd(before)
            os.close(reading)
            os.close(writing)
        flush_c()
        sys.stdout.flush()
        self._call_for_signals()
        if self._error is not None:
            error, self._error = self._error, None
            raise error
        if self._base.poll_error:
            why = os.strerror(self._base.poll_error)
            raise ClickError(Diagnostic(None, f"cannot wait for file descriptors: {why}", "allow more of them (ulimit -n)"))
        return bool(self._base.stop > 0)

    def _call_for_signals(self) -> None:
        """Call what waits for the signals that came; what came again meanwhile and nobody waits for does what it does by itself."""
        came, self._came = self._came, set()
        for number in sorted(came):
            for handler in self._signals.pop(number, []):
                try:
                    self.write_handler(handler, "")
                except HandlerError as error:
                    self.say(str(error))
            if number not in self._signals:
                signal.signal(number, signal.SIG_DFL)
                if number in self._came:
                    self._came.discard(number)
                    os.kill(os.getpid(), number)

    def _called(self, number: int, what: int, packet: int | None) -> int:
        element = self.elements[self._names[number]]
        # What C and Python write to one file or terminal is in the order in which they write it.
        flush_c()
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
        finally:
            sys.stdout.flush()

    def task_of(self, name: str) -> Task | None:
        """The task of an element, None where it has none."""
        number = self._numbers[name]
        return next((task for task in self._tasks if task.element == number), None)

    def is_scheduled(self, name: str) -> bool:
        """Whether the task of an element is to run or, where it pulls, might find something if it did: in Click it would look again and
        again."""
        number = self._numbers[name]
        place = next(place for place, task in enumerate(self._tasks) if task.element == number)
        return bool(self._library.machine_scheduled(self._machine, place))

    # The host of elements

    @property
    def now(self) -> int:
        """The clock, in ns since 1970."""
        return int(self._library.machine_now(self._machine))

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

    def find_read_handler(self, handler: str, question: str = "", asking: str = "") -> str:
        """The whole name of a read handler that takes this question. Errors: `HandlerError`."""
        return self.handlers.find_read(handler, question, asking).name

    def find_write_handler(self, handler: str, asking: str = "") -> str:
        """The whole name of a write handler. Errors: `HandlerError`."""
        return self.handlers.find_write(handler, asking).name

    def signal(self, number: int, handler: str) -> None:
        """Call a write handler the next time that the signal comes, once."""
        waiting = self._signals.setdefault(number, [])
        if not waiting:
            signal.signal(number, lambda number, _: self._came.add(number))
        if handler not in waiting:
            waiting.append(handler)

    def awaits(self, number: int) -> bool:
        """Whether an element waits for this signal."""
        return number in self._signals

    def can(self, element: str, handler: str) -> str:
        """What somebody outside can do with a handler."""
        read, write = (self.handlers.get(element, handler, kind) for kind in ("read", "write"))
        return ("r" if read and not read.is_private else "") + ("w" if write else "")

    def knows(self, name: str) -> bool:
        """Whether handlers can be called by that name: an element's, or a tenant's where tenants share the processor."""
        return name in self.elements or name in self.handlers.tenants

    def llrpc(self, element: str, number: int, data: bytes) -> bytes:
        """What `Element.llrpc` answers; a tenant answers nothing. Errors: ``OSError``."""
        if element not in self.elements:
            raise OSError(errno.EINVAL, os.strerror(errno.EINVAL))
        answer = self.elements[element].llrpc(self.words(element), number, data)
        self.after_write(element)
        return answer

    def close(self) -> None:
        """Take the machine down; files and sockets of its elements are closed after this."""
        for element in self.elements.values():
            element.taken_down(self)
        super().close()

    def stop(self, count: int = 1) -> None:
        """Tell the driver to stop; ``count`` less than 0 takes that back."""
        self._base.stop = max(-FOREVER, min(FOREVER, self._base.stop + count))

    def packet(self, address: Address) -> bytes:
        """The bytes of a packet of the runtime."""
        data = ctypes.c_void_p.from_address(address).value
        length = ctypes.c_uint32.from_address(address + ctypes.sizeof(ctypes.c_void_p)).value
        return ctypes.string_at(data or 0, length)

    def say(self, text: str) -> None:
        """A line on standard error."""
        print(as_text(text), file=sys.stderr, flush=True)

    def write_out(self, data: bytes) -> None:
        """Bytes on standard output, at once."""
        sys.stdout.flush()
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()


def _manager(elements: Iterable[Element]) -> Element | None:
    """The element that manages stops. Errors: `ClickError` where there are several."""
    found = [element for element in elements if element.manages_stops]
    if len(found) > 1:
        raise ClickError(found[1].refusal("router has more than one driver script"))
    return found[0] if found else None
