"""The gaps between a tenant's packets, and those that a thread sees which has nothing to do."""

from __future__ import annotations

import ctypes
from collections.abc import Sequence
from typing import Final

from elements.definition.csource import CSource
from elements.definition.element import Element, StateVariable
from elements.definition.ports import Ports
from swclick.compile import load_c

BINS: Final = 4096
"""Gaps are counted by whole us; the last bin has all that are longer."""
ASKED_OF: Final = 20_000
"""ns: only of what took so long it is asked whether the system took the processor away. swclick/containers.h has the same."""
_IDLE: Final = f"""
#include <stdint.h>
#include <time.h>
static uint64_t now(clockid_t clock)
{{
    struct timespec t;
    clock_gettime(clock, &t);
    return (uint64_t)t.tv_sec * 1000000000u + t.tv_nsec;
}}
void idle(uint64_t each, uint64_t until, uint64_t *bins, uint64_t *own)
{{
    uint64_t begun = now(CLOCK_MONOTONIC), due = begun, last = begun, seen = begun, time = begun, before, lost = 0, lost_last = 0;
    uint64_t spent = now(CLOCK_THREAD_CPUTIME_ID);
    while (due < begun + until) {{
        before = time;
        time = now(CLOCK_MONOTONIC);
        if (time - before >= {ASKED_OF}u) {{
            uint64_t worked = now(CLOCK_THREAD_CPUTIME_ID) - spent;
            if (time - seen > worked) lost += time - seen - worked;
            spent += worked;
            seen = time;
        }}
        if (time < due) continue;
        uint64_t gap = time - last, away = lost - lost_last, all = gap / 1000u, rest = gap > away ? (gap - away) / 1000u : 0;
        bins[all < {BINS} ? all : {BINS - 1}]++;
        own[rest < {BINS} ? rest : {BINS - 1}]++;
        last = time;
        lost_last = lost;
        due += each;
    }}
}}
"""


class GapSink(Element):
    """Counts the gaps between packets, in the place of a Discard; ``own``: without what the system took from the thread meanwhile, as
    far as the machine has seen that."""

    ports = Ports("1/0", "a/a")
    bins = StateVariable(64, BINS)
    own = StateVariable(64, BINS)

    def c_source(self) -> CSource:
        """A packet's time is read here, which no element of a machine does that is not measured."""
        return CSource(
            fields=f"uint64_t bins[{BINS}], own[{BINS}], last, lost;",
            push=f"""
    uint64_t now = clock_read(CLOCK_MONOTONIC), lost = lost_time(&m->live), gap = now - self->last, away = lost - self->lost;
    if (self->last) {{
        uint64_t all = gap / 1000u, rest = gap > away ? (gap - away) / 1000u : 0;
        self->bins[all < {BINS} ? all : {BINS - 1}]++;
        self->own[rest < {BINS} ? rest : {BINS - 1}]++;
    }}
    self->last = now;
    self->lost = lost;
    KILL(p);
""",
            state=(("bins", "self->bins[0]"), ("own", "self->own[0]")),
        )


def idle_bins(rate: int, seconds: float) -> tuple[Sequence[int], Sequence[int]]:
    """The gaps of a loop for so long that does nothing but see that so many packets a second are due, each of them; and the same without
    what the system took from it."""
    bins, own = (ctypes.c_uint64 * BINS)(), (ctypes.c_uint64 * BINS)()
    load_c(_IDLE).idle(ctypes.c_uint64(10**9 // rate), ctypes.c_uint64(int(seconds * 1e9)), bins, own)
    return list(bins), list(own)
