"""What of tenants' runs was split because it took too long, in words: see swclick/batches.c and swclick/cuts.h."""

from __future__ import annotations

import ctypes
from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from swclick.live import Live

_ON: Final = 1


class Cut(ctypes.Structure):
    """``struct cut`` of the runtime."""


Cut._fields_ = (
    ("first", ctypes.c_void_p),
    ("last", ctypes.c_void_p),
    ("below", ctypes.c_void_p),
    ("next", ctypes.POINTER(Cut)),
    ("enter", ctypes.c_void_p),
    ("before", ctypes.c_uint64),
    ("behind", ctypes.c_uint64),
    ("element", ctypes.c_uint32),
    ("port", ctypes.c_int32),
    ("mode", ctypes.c_uint8),
    ("is_passing", ctypes.c_uint8),
)


def splits(live: Live, tenant: str) -> list[str]:
    """A line for each task that moves fewer packets in a run than it would, for each element in front of which packets wait for another
    run, and for runs that take too long and cannot be split. Empty for who is no tenant of the machine's."""
    containers = live.containers
    numbers = [] if containers is None else [number for number, each in enumerate(containers.all) if number and each.name == tenant]
    bound = 0 if containers is None else containers.bound
    return [line for number in numbers for line in (*_batches(live, number, bound), *_cuts(live, number), *_whole(live, number, tenant))]


def _batches(live: Live, number: int, bound: int) -> Iterator[str]:
    for task in live.tasks:
        # One that was not long was not asked to move more yet.
        if live.is_in(number, task.element) and task.wanted > task.most and 2 * task.took >= bound:
            many = f"at most {_packets(task.most)} in a run, not {task.wanted}"
            yield f"{_title(live, task.element)}: {many}: {_packets(task.moved)} took {_time(task.took)}"


def _cuts(live: Live, number: int) -> Iterator[str]:
    for cut in reversed(list(live.cuts())):
        if live.is_in(number, cut.element) and cut.mode == _ON:
            why = f"{_time(cut.before)} to there and {_time(cut.behind)} from there were one run"
            yield f"{_title(live, cut.element)}: packets wait in front of it for another run: {why}"


def _whole(live: Live, number: int, tenant: str) -> Iterator[str]:
    took = live.whole(number)
    if took:
        yield f"{tenant}: a run of one packet or of none takes {_time(took)} or more, and cannot be split where that would help"


def _title(live: Live, element: int) -> str:
    name = live.names[element]
    return f"{name} :: {live.graph.node(name).class_name}"


def _packets(count: int) -> str:
    return f"{count} packet{'s' * (count != 1)}"


def _time(nanoseconds: int) -> str:
    return f"{nanoseconds / 1000:.1f} us"
