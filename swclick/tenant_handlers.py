"""What the operator asks about tenants that share the processor, by read handlers named as those of elements are: ``TENANT.HANDLER``.

    time      ns of processor time that its tasks and timers took
    turns     how often it had the processor
    longest   the most ns that it had it for at once
    credit    ns that are left of its share; less than 0 while it pays back what it took too much
    weight    its part of the processor, against those of others
    limit     the share of the processor that it takes at most; 1 where it has none
    bound     ns that a run of its takes at most, where it can be split
    splits    what was split, and what cannot be: a line for each
    name      the tenant's own
    handlers  these, as elements list theirs
    packets, bytes             what came to it by ports
    sent_packets, sent_bytes   what left by ports
    drops     packets that its elements dropped by their own count (each ``drops`` that one has, unless such packets leave by an
              output that is in use), or that its policers or the length of a port's packets did not let by

No tenant's element can call them, as none can call any handler of another.
"""

from __future__ import annotations

import ctypes
import re
from collections.abc import Callable, Iterable
from functools import partial
from typing import TYPE_CHECKING, Final

from graph.merge import MADE_BY_MERGE
from swclick.containers import Container, Containers
from swclick.find_handler import Handler, listed
from swclick.splits import splits

if TYPE_CHECKING:
    from swclick.live import Live

_IN: Final = re.compile(r"port\d+_in")
_OUT: Final = re.compile(r"port\d+_out(_\d+)?")
_LOST: Final = re.compile(r"port\d+_(policed|long)(_\d+)?")
"""Counters that merging puts between a tenant and the ports."""


class Bucket(ctypes.Structure):
    """``struct bucket`` of the runtime, behind its ``struct entry``."""

    _fields_ = (
        ("entry", ctypes.c_uint64 * 3),
        ("weight", ctypes.c_uint64),
        ("passed", ctypes.c_uint64),
        ("rest", ctypes.c_uint64),
        ("limit", ctypes.c_uint64),
        ("room", ctypes.c_int64),
        ("filled", ctypes.c_uint64),
        ("time", ctypes.c_uint64),
        ("turns", ctypes.c_uint64),
        ("longest", ctypes.c_uint64),
    )


def tenant_handlers(live: Live, containers: Containers) -> dict[str, dict[str, Handler]]:
    """The read handlers of each tenant by its name."""
    return {each.name: _of(live, containers, number, each) for number, each in enumerate(containers.all) if number}


def _of(live: Live, containers: Containers, number: int, tenant: Container) -> dict[str, Handler]:
    names = containers.of(tenant.name)
    counters = {name: name.partition("/")[2] for name in names if live.graph.node(name).location == MADE_BY_MERGE}
    come, left, lost = ([name for name, short in counters.items() if kind.fullmatch(short)] for kind in (_IN, _OUT, _LOST))
    dropping = [name for name in names if live.graph.output_count(name) < 2 or live.elements[name].drops_are_lost]
    found: dict[str, Callable[[], object]] = {
        "time": lambda: live.bucket(number).time,
        "turns": lambda: live.bucket(number).turns,
        "longest": lambda: live.bucket(number).longest,
        "credit": lambda: live.credit(number),
        "packets": partial(_sum, live, come, "count"),
        "bytes": partial(_sum, live, come, "byte_count"),
        "sent_packets": partial(_sum, live, left, "count"),
        "sent_bytes": partial(_sum, live, left, "byte_count"),
        "drops": lambda: _sum(live, lost, "count") + _sum(live, dropping, "drops"),
        "splits": lambda: "".join(f"{line}\n" for line in splits(live, tenant.name)),
    }
    calm = {"weight": tenant.weight, "bound": containers.bound, "limit": 1 if tenant.limit is None else tenant.limit, "name": tenant.name}
    handlers = {name: Handler(partial(_text, call)) for name, call in found.items()}
    handlers |= {name: Handler(partial(_text, partial(_same, value)), is_calm=True) for name, value in calm.items()}
    handlers["handlers"] = Handler(lambda _: listed(handlers, {}), is_calm=True)
    return handlers


def _text(call: Callable[[], object], question: str) -> str:
    return str(call())


def _same(value: object) -> object:
    return value


def _sum(live: Live, names: Iterable[str], handler: str) -> int:
    """Of what the elements say that have the handler; a text that is no number counts nothing."""
    texts = (live.handlers.reads(name)[handler].call("") for name in names if handler in live.handlers.reads(name))
    return sum(int(text) for text in texts if text is not None and text.strip().isdecimal())
