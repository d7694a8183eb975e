"""Why runs have not reached what they have not, as far as that is declared (`hdl.unreached`)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Final

from hdl.unreached import Reason
from sim.coverage import Coverage, Hole

_RUN: Final = re.compile(r"^(.*)\[(\d+)(?::(\d+))?\] (.*)$")
"""Bits without a gap, as a hole has them: signal, the highest, the lowest where that is another, and which way they never went."""


def explain_holes(coverage: Coverage, reasons: Iterable[Reason], untouched: Iterable[Hole]) -> tuple[Coverage, tuple[Reason, ...]]:
    """``coverage`` with the first of ``reasons`` that is true of each hole that has none yet, or of its upper bits; and those reasons of
    which there is no hole but might be one, because it is among the ``untouched`` of runs that reach nothing: what they say of the design
    is wrong. A reason for what the design does not have says nothing of it."""
    unused = dict.fromkeys(reasons)
    holes = list[Hole]()
    for hole in coverage.holes:
        of = [reason for reason in reasons if _is_of(reason, hole)]
        for reason in of:
            unused.pop(reason, None)
        holes += _explained(hole, of[0]) if of and not hole.reason else [hole]
    there = list(untouched) if unused else []
    wrong = tuple(reason for reason in unused if any(_is_of(reason, hole) for hole in there))
    return replace(coverage, holes=tuple(holes)), wrong


def _is_of(reason: Reason, hole: Hole) -> bool:
    if reason.kind != hole.kind or not re.fullmatch(reason.module, hole.module) or not re.fullmatch(reason.what, hole.what):
        return False
    run = _RUN.match(hole.what)
    return run is None or int(run[2]) >= reason.lowest


def _explained(hole: Hole, reason: Reason) -> Iterator[Hole]:
    """``hole`` with the ``reason``; where that is none of its lower bits, these are a hole of their own, without one."""
    run = _RUN.match(hole.what)
    if run is None or int(run[3] or run[2]) >= reason.lowest:
        yield replace(hole, reason=reason.why)
        return
    top, low, lowest = int(run[2]), int(run[3] or run[2]), reason.lowest
    each = hole.points // (top - low + 1)
    upper, lower = (f"{run[1]}[{high if high == end else f'{high}:{end}'}] {run[4]}" for high, end in ((top, lowest), (lowest - 1, low)))
    yield replace(hole, what=upper, points=each * (top - lowest + 1), reason=reason.why)
    yield replace(hole, what=lower, points=each * (lowest - low))
