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
_IDLE: Final = f"""
#include <stdint.h>
#include <time.h>
static uint64_t now(void)
{{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000000000u + t.tv_nsec;
}}
void idle(uint64_t each, uint64_t until, uint64_t *bins)
{{
    uint64_t begun = now(), due = begun, last = begun, time;
    while (due < begun + until) {{
        if ((time = now()) < due) continue;
        uint64_t gap = (time - last) / 1000u;
        bins[gap < {BINS} ? gap : {BINS - 1}]++;
        last = time;
        due += each;
    }}
}}
"""


class GapSink(Element):
    """Counts the gaps between packets, in the place of a Discard."""

    ports = Ports("1/0", "a/a")
    bins = StateVariable(64, BINS)

    def c_source(self) -> CSource:
        """A packet's time is read here, which no element of a machine does that is not measured."""
        return CSource(
            fields=f"uint64_t bins[{BINS}], last;",
            push=f"""
    uint64_t now = clock_read(CLOCK_MONOTONIC), gap = (now - self->last) / 1000u;
    if (self->last) self->bins[gap < {BINS} ? gap : {BINS - 1}]++;
    self->last = now;
    KILL(p);
""",
            state=(("bins", "self->bins[0]"),),
        )


def idle_bins(rate: int, seconds: float) -> Sequence[int]:
    """The gaps of a loop for so long that does nothing but see that so many packets a second are due, each of them."""
    bins = (ctypes.c_uint64 * BINS)()
    load_c(_IDLE).idle(ctypes.c_uint64(10**9 // rate), ctypes.c_uint64(int(seconds * 1e9)), bins)
    return list(bins)
